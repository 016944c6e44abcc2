"""`run` and `check` as a user meets them, against the sandbox, with its books."""

import io
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from batchsync.cli import main
from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import make_script
from batchsync.sandbox.server import Sandbox

COUNTS = ("synced", "already_synced", "duplicate", "failed", "uncertain", "not_sent", "invalid")
GOOD = [("261101-100000000000001", "77"), ("261101-100000000000002", "77"), ("261101-100000000000003", "88")]


def sheet(
    orders: Sequence[tuple[str, str]] = GOOD, name: str = "orders.csv", head: str = "order_sn,mall_id"
) -> str:
    """Write a small sheet; returns its name."""
    Path(name).write_text("\n".join([head, *(",".join(row) for row in orders)]) + "\n", encoding="utf-8")
    return name


def squeezed(text: str) -> str:
    """Blanks that only align are no matter."""
    return re.sub(r" +", " ", text)


def totals(text: str) -> dict[str, object]:
    (only,) = json.loads(text)
    assert isinstance(only, dict)
    return only


# --- The main way -------------------------------------------------------------------------------------------


def test_a_run_sends_pays_and_reports(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0; points reported are points charged; the result stands beside the input."""
    assert 0 == main(["run", sheet()])
    shown = capsys.readouterr()
    assert (3, True, True) == (
        sandbox.charge_log.points,
        Path("orders.result.xlsx").is_file(),
        "synced 3" in squeezed(shown.out),
    )
    assert "orders.csv: 3 rows, 3 orders to send (about 3 points)" in shown.err


def test_the_same_again_makes_no_call(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """What is synced is not sent, and it is reported."""
    main(["run", sheet()])
    capsys.readouterr()
    assert 0 == main(["run", "orders.csv", "--summary-json", "-"])
    shown_values = totals(capsys.readouterr().out)
    assert (3, 3, 0, 0) == (
        len(sandbox.charge_log.calls),
        shown_values["already_synced"],
        shown_values["calls"],
        shown_values["points_spent"],
    )


def test_the_counts_add_up_to_the_rows(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Duplicates and damaged rows included; exit 1, since a row needs a look."""
    name = sheet([*GOOD, GOOD[0], ("1.26E+17", "77")])
    assert 1 == main(["run", name, "--summary-json", "-"])
    shown_values = totals(capsys.readouterr().out)
    assert (5, 1, 1) == (shown_values["rows"], shown_values["duplicate"], shown_values["invalid"])
    assert shown_values["rows"] == sum(int(str(shown_values[name])) for name in COUNTS)


def test_chinese_paths_with_spaces(sandbox: Sandbox) -> None:
    """Folders and files as operators name them."""
    Path("十一月 订单").mkdir()
    name = sheet(GOOD, "十一月 订单/店铺 一.csv", "订单号,商家ID")
    assert 0 == main(["run", name])
    assert Path("十一月 订单/店铺 一.result.xlsx").is_file()


def test_the_messages_follow_the_sheets_language(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Chinese header means a Chinese reader; --lang overrules."""
    sheet(GOOD, head="订单号,商家ID")
    main(["run", "orders.csv"])
    chinese = capsys.readouterr().out
    main(["run", "orders.csv", "--lang", "en"])
    assert (True, True) == ("已同步" in chinese, "already synced" in capsys.readouterr().out)


def test_limit_is_a_first_taste(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """The rest is not sent, and goes with the next run."""
    assert 1 == main(["run", sheet(), "--limit", "1"])
    assert 1 == len(sandbox.charge_log.calls)
    assert "1 order to send now (about 1 point), 2 more left for later by --limit" in capsys.readouterr().err
    assert 0 == main(["run", "orders.csv"])
    assert [] == sandbox.charge_log.charged_twice()
    assert 3 == sandbox.charge_log.points


def test_the_cap_is_never_passed(sandbox: Sandbox) -> None:
    """Stops with exit 3, not a point too many."""
    assert 3 == main(["run", sheet(), "--max-points", "2"])
    assert 2 == sandbox.charge_log.points


def test_quiet_states_only_the_result(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """For cron: results on stdout, silence on stderr."""
    assert 0 == main(["run", sheet(), "-q"])
    shown = capsys.readouterr()
    assert ("", True) == (shown.err, "points spent" in shown.out)


def test_verbose_states_where_settings_come_from(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """And still no token, and no password of a proxy."""
    Path("config.yaml").write_text("api: {proxy: 'http://me:pw-canary@127.0.0.1:1'}\n")
    main(["check", sheet(), "-v", "--sheet", "orders.csv"])
    shown = capsys.readouterr().err
    assert (True, True, True, False) == (
        "input.sheets = `('orders.csv',)`  (option --sheet)" in shown,
        "pace.rate = `1000.0`  (environment variable BATCHSYNC_PACE__RATE)" in shown,
        "api.proxy = `http://***@127.0.0.1:1`  (config.yaml, line 1)" in shown,
        "pw-canary" in shown or sandbox.token in shown,
    )


# --- Several files ------------------------------------------------------------------------------------------


def test_a_file_given_twice_is_run_once(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Also when it is spelled in two ways."""
    name = sheet()
    assert 0 == main(["run", name, f"./{name}", str(Path(name).resolve()), "--summary-json", "-"])
    assert 1 == len(json.loads(capsys.readouterr().out))


def test_a_pattern_is_expanded_here(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Windows' shell leaves `*` to the program; Excel's lock files are no orders."""
    sheet(GOOD[:1], "a.csv")
    sheet(GOOD[1:], "b.csv")
    sheet(GOOD, "~$a.csv")
    assert 0 == main(["run", "*.csv", "--output", "out", "--summary-json", "-"])
    shown_values = json.loads(capsys.readouterr().out)
    assert (["a.csv", "b.csv"], 2) == (
        [Path(each["file"]).name for each in shown_values],
        len(list(Path("out").glob("*.result.xlsx"))),
    )


def test_one_bad_file_does_not_stop_the_others(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """It is reported, it stands in the summary with exit code 2, and the command ends with 1."""
    assert 1 == main(["run", "no.csv", sheet(), "--summary-json", "-"])
    shown = capsys.readouterr()
    shown_values = json.loads(shown.out)
    assert ([2, 0], 3) == ([each["exit_code"] for each in shown_values], sandbox.charge_log.points)
    assert "no.csv" in shown.err


def test_the_summary_is_a_whole_file(sandbox: Sandbox) -> None:
    """Nothing half-written beside it; names as they are."""
    name = sheet(GOOD, "订单.csv")
    assert 0 == main(["run", name, "--summary-json", "totals.json"])
    text = Path("totals.json").read_text(encoding="utf-8")
    assert ([], True) == (
        [path.name for path in Path().iterdir() if path.suffix == ".part"],
        "订单.csv" in text,
    )


# --- What goes wrong before anything is sent ----------------------------------------------------------------

TWO = "order_sn,order_no,mall_id"


@pytest.mark.parametrize(
    ("given", "piece"),
    [
        (["missing.csv"], "missing.csv"),
        (["nothing*.csv"], "nothing*.csv"),
        (["no-column.csv"], "order number column"),
        (["two.csv"], "order_no"),
        (["empty.csv"], "empty.csv"),
        (["empty.xlsx"], "empty"),
        (["folder"], "folder"),
        (["good.csv", "--output", "locked/out"], "locked"),
        (["good.csv", "other.csv", "--output", "one.xlsx"], "one.xlsx"),
        (["good.csv", "--summary-json", "no/such/folder.json"], "--summary-json"),
        (["good.csv", "--rate", "0"], "option --rate: pace.rate must be more than 0"),
        (["good.csv", "--limit", "0"], "--limit"),
        (["good.csv", "--config", "unknown.yaml"], "unknown.yaml, line 1: there is no setting `pace.speed`"),
        (["good.csv", "--resend"], "--yes"),
        (["good.csv", "--order-column", "nope"], "nope"),
    ],
)
def test_one_sentence_and_nothing_sent(
    given: list[str], piece: str, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, a sentence that names the thing, no traceback, no call, and no result."""
    import openpyxl

    sheet(GOOD, "good.csv")
    sheet(GOOD, "other.csv")
    sheet([("a", "b")], "no-column.csv", "city,remark")
    sheet([(GOOD[0][0], f"{GOOD[1][0]},77")], "two.csv", TWO)
    Path("empty.csv").write_text("")
    openpyxl.Workbook().save("empty.xlsx")
    Path("folder").mkdir()
    Path("locked").write_text("a file where a folder should be")
    Path("unknown.yaml").write_text("pace: {speed: 1}\n")
    assert 2 == main(["run", *given])
    shown = capsys.readouterr()
    assert (True, False, []) == (piece in shown.err, "Traceback" in shown.err, sandbox.charge_log.calls)
    assert [] == list(Path().glob("*.result.*"))


@pytest.mark.parametrize(("locale", "piece"), [("C.UTF-8", "access token"), ("zh_CN.UTF-8", "访问 token")])
def test_no_token(
    locale: str,
    piece: str,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 2 before anything is read."""
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.delenv("BATCHSYNC_TOKEN")
    assert 2 == main(["run", sheet()])
    assert (True, []) == (piece in capsys.readouterr().err, sandbox.charge_log.calls)


def test_a_wrong_token_stops_at_once(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3, all rows not sent, the token shown nowhere, and later files not tried."""
    monkeypatch.setenv("BATCHSYNC_TOKEN", "wrong-canary-0123456789")
    code = main(["run", sheet(), sheet(GOOD, "more.csv"), "--concurrency", "1", "--summary-json", "-"])
    shown = capsys.readouterr()
    shown_values = json.loads(shown.out)
    assert (3, ["authentication"] * 2, [3, 3], 0) == (
        code,
        [each["stopped"] for each in shown_values],
        [each["not_sent"] for each in shown_values],
        sandbox.charge_log.points,
    )
    assert ("wrong-canary" in shown.err, "The token is not accepted" in shown.err) == (False, True)


# --- Paying again, on purpose -------------------------------------------------------------------------------


class Somebody(io.StringIO):
    """A stdin at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "code", "points"), [("y\n", 0, 6), ("\n", 2, 3), ("n\n", 2, 3), ("", 2, 3)]
)
def test_resend_asks_first(
    answer: str,
    code: int,
    points: int,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With rows and points; only a yes pays again."""
    main(["run", sheet()])
    monkeypatch.setattr(sys, "stdin", Somebody(answer))
    assert code == main(["run", "orders.csv", "--resend"])
    assert (points, True) == (
        sandbox.charge_log.points,
        "Of 3 orders to send, 3 were or may have been paid for before: about 3 points more in all"
        in capsys.readouterr().err,
    )


def test_resend_with_yes_does_not_ask(sandbox: Sandbox) -> None:
    """For scripts that mean it."""
    main(["run", sheet()])
    assert 0 == main(["run", "orders.csv", "--resend", "--yes"])
    assert 6 == sandbox.charge_log.points


# --- check --------------------------------------------------------------------------------------------------


def test_check_sends_and_writes_nothing(
    sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No call, no ledger, no file; columns, counts and cost are shown."""
    name = sheet()
    before = sorted(Path().iterdir())
    assert 0 == main(["check", name])
    text = capsys.readouterr().out
    assert ([], before, False) == (
        sandbox.charge_log.calls,
        sorted(Path().iterdir()),
        (tmp_path / "ledger.sqlite").exists(),
    )
    assert [True] * 3 == [
        piece in text for piece in ("3 rows", "order_sn", "to send          3   about 3 points")
    ]


def test_check_needs_no_token(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the first thing a newcomer tries."""
    monkeypatch.delenv("BATCHSYNC_TOKEN")
    assert 0 == main(["check", sheet()])


def test_check_lists_problem_rows_and_states_how_many_more(capsys: pytest.CaptureFixture[str]) -> None:
    """With line, cell and reason; twenty of them, then a count; exit 1."""
    bad = [("1.26E+17", "77")] * 23
    assert 1 == main(["check", sheet([*GOOD, *bad])])
    text = capsys.readouterr().out
    assert (20, True, True) == (
        text.count("\n  line "),
        "line 5  1.26E+17  invalid" in text,
        "and 3 more" in text,
    )


def test_check_writes_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    """As CSV on stdout, and the talk elsewhere."""
    assert 0 == main(["check", sheet([*GOOD, GOOD[0]]), "--plan", "-"])
    lines = capsys.readouterr().out.splitlines()
    assert ("sheet,line,owner_id,order_number,verdict,reason", 5) == (lines[0], len(lines))
    assert ["send", "send", "send", "duplicate"] == [line.split(",")[4] for line in lines[1:]]


def test_a_plan_is_of_one_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Its lines don't state of which file they are."""
    assert 2 == main(["check", sheet(), sheet(GOOD, "b.csv"), "--plan", "p.csv"])
    assert ("--plan takes one file" in capsys.readouterr().err, Path("p.csv").exists()) == (True, False)


def test_check_after_a_run(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Already synced, nothing to send, nothing to pay."""
    main(["run", sheet()])
    capsys.readouterr()
    assert 0 == main(["check", "orders.csv"])
    assert "already synced 3" in squeezed(capsys.readouterr().out)


# --- report -------------------------------------------------------------------------------------------------


def test_report_writes_the_result_again(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """The same counts, in another file."""
    main(["run", sheet(), "--summary-json", "-"])
    run = str(totals(capsys.readouterr().out)["run"])
    assert 0 == main(["report", run, "--output", "again.xlsx"])
    assert (True, True) == (Path("again.xlsx").is_file(), run in capsys.readouterr().out)


@pytest.mark.skipif(os.name == "nt", reason="POSIX rights")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(sandbox: Sandbox) -> None:
    """Reported before anything is sent."""
    locked = Path("locked")
    locked.mkdir(mode=0o500)
    assert 2 == main(["run", sheet(), "--output", "locked"])
    assert [] == sandbox.charge_log.calls


@pytest.mark.parametrize("stopped_by", [["--limit", "1"], ["--max-points", "1"]])
def test_a_resend_that_stops_early_does_not_make_the_next_run_pay(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], stopped_by: list[str]
) -> None:
    """Three paid for, one of them twice as agreed; a plain run then pays for none of the other two."""
    main(["run", sheet()])
    main(["run", "orders.csv", "--resend", "--yes", *stopped_by])
    capsys.readouterr()
    assert 0 == main(["run", "orders.csv", "--summary-json", "-"])
    shown_values = totals(capsys.readouterr().out)
    assert (3, 0, 4) == (shown_values["already_synced"], shown_values["calls"], sandbox.charge_log.points)


def test_a_resend_that_the_api_refuses_does_not_make_the_next_run_pay(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One in uncertainty and two paid for, all refused when they are sent again as agreed: a plain run sends none of them."""
    script = make_script({"*": ["ok", "code 1003", "ok"], GOOD[0][0]: ["http 500", "code 1003", "ok"]})
    with run_in_thread(SandboxSettings(script=script)) as server:
        monkeypatch.setenv("BATCHSYNC_API__URL", server.url)
        monkeypatch.setenv("BATCHSYNC_TOKEN", server.token)
        main(["run", sheet()])
        again = ["--resend", "--resend-uncertain", "--yes", "--format", "csv", "--summary-json", "again.json"]
        main(["run", "orders.csv", *again])
        shown_values = totals(Path("again.json").read_text(encoding="utf-8"))
        assert (3, 3, 0) == (shown_values["failed"], shown_values["calls"], shown_values["points_spent"])
        row = Path("orders.result.csv").read_text(encoding="utf-8-sig").splitlines()[1]
        assert "only with --resend or --resend-uncertain" in row
        capsys.readouterr()
        main(["run", "orders.csv", "--summary-json", "-"])
        shown_values = totals(capsys.readouterr().out)
        assert (2, 1, 0) == (shown_values["already_synced"], shown_values["uncertain"], shown_values["calls"])


@pytest.mark.parametrize("stopped_by", [["--limit", "1"], ["--max-points", "1"]])
def test_a_resend_of_uncertain_orders_that_stops_early_leaves_the_rest_uncertain(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stopped_by: list[str]
) -> None:
    """Three in uncertainty, one sent again as agreed; a plain run then sends neither of the other two, and states so."""
    with run_in_thread(SandboxSettings(script=make_script({"*": ["close", "ok"]}))) as server:
        monkeypatch.setenv("BATCHSYNC_API__URL", server.url)
        monkeypatch.setenv("BATCHSYNC_TOKEN", server.token)
        main(["run", sheet()])
        again = ["--resend-uncertain", "--yes", "--summary-json", "again.json"]
        main(["run", "orders.csv", *again, *stopped_by])
        assert 4 == server.charge_log.points
        stopped = totals(Path("again.json").read_text(encoding="utf-8"))
        assert (1, 2, 0) == (stopped["synced"], stopped["uncertain"], stopped["not_sent"])
        capsys.readouterr()
        assert 1 == main(["run", "orders.csv", "--summary-json", "-"])
        shown_values = totals(capsys.readouterr().out)
        assert (
            1,
            2,
            0,
            0,
        ) == (  # it made no call, so it cost nothing; the earlier runs have the possible points
            shown_values["already_synced"],
            shown_values["uncertain"],
            shown_values["calls"],
            shown_values["points_possible"],
        )
        assert 4 == server.charge_log.points


@pytest.mark.parametrize("resend", [[], ["--resend"]], ids=["plain", "resend"])
def test_check_of_several_files_costs_what_their_run_spends(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], resend: list[str]
) -> None:
    """An order of both files goes with the first and is synced by then for the second, unless it is to be paid again."""
    files = [sheet(name="a.csv"), sheet([*GOOD[:2], ("261101-100000000000004", "88")], "b.csv")]
    main(["check", *files, *resend])
    shown = squeezed(capsys.readouterr().out)
    costs = [int(found) for found in re.findall(r"to send (\d+)", shown)]
    assert ([3, 3] if resend else [3, 1]) == costs
    assert (not resend) == (
        "2 orders are also in an earlier file of this command (for example a.csv)" in shown
    )
    assert bool(resend) == ("already synced 2" not in shown)
    assert 0 == main(["run", *files, *resend, *(["--yes"] if resend else [])])
    assert sum(costs) == sandbox.charge_log.points


@pytest.mark.parametrize("resend", [[], ["--resend"]], ids=["plain", "resend"])
@pytest.mark.parametrize("other", ["88", "002049064"], ids=["other merchant", "other leading zeros"])
def test_check_counts_an_order_of_two_files_under_two_merchants_as_run_does(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], resend: list[str], other: str
) -> None:
    """An order number is paid for once, whichever merchant stands beside it."""
    number = "261101-100000000000004"
    files = [sheet([(number, "2049064")], "a.csv"), sheet([*GOOD[:2], (number, other)], "b.csv")]
    main(["check", *files, *resend])
    costs = [int(found) for found in re.findall(r"to send (\d+)", squeezed(capsys.readouterr().out))]
    assert ([1, 3] if resend else [1, 2]) == costs
    assert 0 == main(["run", *files, *resend, *(["--yes"] if resend else [])])
    assert sum(costs) == sandbox.charge_log.points


# --- Files for machines -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ["run", "orders.csv", "--summary-json", "orders.csv"],
        ["run", "orders.csv", "--summary-json", "./orders.csv"],
        ["run", "orders.csv", "--summary-json", "config.yaml"],
        ["run", "orders.csv", "--output", "out.csv", "--summary-json", "out.csv"],
        ["check", "orders.csv", "--plan", "orders.csv"],
        ["check", "orders.csv", "--ledger", "mine.sqlite", "--plan", "mine.sqlite"],
    ],
)
def test_a_file_for_machines_never_replaces_one_of_the_user_s(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """A slip of the hand must not cost the orders, the settings or the ledger: exit 2, nothing sent, nothing changed."""
    Path("config.yaml").write_text("{}\n")
    before = Path(sheet()).read_bytes()
    assert 2 == main(command)
    assert (before, "{}\n") == (Path("orders.csv").read_bytes(), Path("config.yaml").read_text())
    assert (0, True) == (len(sandbox.charge_log.calls), "would overwrite" in capsys.readouterr().err)


def test_the_totals_name_files_from_anywhere(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Absolute paths for machines, also of a file that can't be read; the shorter one for people."""
    assert 1 == main(["run", sheet(), "missing.csv", "--summary-json", "-"])
    shown = capsys.readouterr()
    good, bad = json.loads(shown.out)
    assert (str(Path("orders.csv").absolute()), str(Path("missing.csv").absolute())) == (
        good["file"],
        bad["file"],
    )
    assert str(Path("orders.result.xlsx").absolute()) == good["result"]
    assert "result: orders.result.xlsx" in shown.err


def test_a_name_and_a_format_that_contradict_each_other(sandbox: Sandbox) -> None:
    """Neither is guessed: exit 2, nothing sent."""
    assert 2 == main(["run", sheet(), "--output", "out.csv", "--format", "xlsx"])
    assert [] == sandbox.charge_log.calls


# --- In plain words -----------------------------------------------------------------------------------------


def test_one_row_is_not_rows(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts and their types agree."""
    main(["run", sheet(GOOD[:1])])
    shown_values = capsys.readouterr()
    assert "1 row, 1 order to send (about 1 point), 0 already synced, 0 others" in shown_values.err
    main(["run", sheet(GOOD[:2])])
    assert "2 rows, 1 order to send (about 1 point), 1 already synced" in capsys.readouterr().err
