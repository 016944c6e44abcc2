"""What is reported at the end, and the exit code of several files."""

import json
from dataclasses import fields

import pytest

from batchsync.cli.console import Console
from batchsync.cli.summary_view import advice, show, summary_json
from batchsync.exit_codes import exit_code_of_all
from batchsync.messages import Lang, stops
from batchsync.model import RunSummary, Stop

DONE = RunSummary(
    file="订单 1.xlsx",
    run="20261123-0212-x",
    rows=1234,
    synced=1200,
    failed=20,
    uncertain=4,
    invalid=10,
    points_spent=1201,
    points_possible=4,
    seconds=201,
    result="订单 1.result.xlsx",
    exit_code=1,
)


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([0, 0], 0),
        ([0, 1], 1),
        ([0, 2], 1),  # something was sent, so 2 would lie
        ([2, 2], 2),
        ([1, 3, 2], 3),
        ([0, 130], 130),
        ([4, 2], 4),
        ([70, 130], 70),
        ([], 0),
    ],
)
def test_one_code_for_several_files(codes: list[int], code: int) -> None:
    """What stopped the command wins; 2 (nothing was sent) only when it holds for all."""
    assert code == exit_code_of_all(codes)


def test_the_outcome_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, points and the result's path on stdout, what to do on stderr."""
    show(DONE, Console(lang=Lang.EN))
    shown = capsys.readouterr()
    assert [
        "订单 1.xlsx: 1,234 rows, run 20261123-0212-x, 3:21",
        "  synced                     1,200",
        "  failed                        20",
        "  uncertain                      4",
        "  invalid                       10",
        "  points spent               1,201",
        "  points possibly spent          4",
        "result: 订单 1.result.xlsx",
    ] == shown.out.splitlines()
    assert 3 == len(shown.err.splitlines())


def test_each_trouble_has_its_sentence() -> None:
    """Failed, uncertain and invalid rows each state what to do next; uncertain ones name the run."""
    shown_values = [text.render(Lang.EN) for text in advice(DONE)]
    assert ["20 failed", "4 uncertain", "10 invalid"] == [sentence.split(":")[0] for sentence in shown_values]
    assert "--run 20261123-0212-x" in shown_values[1]


@pytest.mark.parametrize("stop", list(Stop))
def test_every_stop_states_what_to_do(stop: Stop) -> None:
    """No stop leaves its user with a bare word."""
    shown_values = [
        text.render(Lang.ZH)
        for text in advice(RunSummary(file="x", run="r", not_sent=3, stopped=stop, result="y"))
    ]
    assert [f"已停止。{stops.ADVICE[stop].zh}"] == shown_values


def test_all_is_well_needs_no_advice() -> None:
    """Silence is the best report."""
    assert [] == list(advice(RunSummary(file="x", run="r", rows=3, synced=3, result="y")))


def test_the_summary_has_exactly_the_promised_keys() -> None:
    """Scripts depend on them; a file that could not be read has them too."""
    listed = json.loads(summary_json([DONE, RunSummary(file="y", run="", exit_code=2)], ascii_only=True))
    names = [
        "file",
        "run",
        "rows",
        "synced",
        "already_synced",
        "duplicate",
        "failed",
        "uncertain",
        "not_sent",
        "invalid",
        "points_spent",
        "points_possible",
        "amount_missing",
        "calls",
        "stopped",
        "seconds",
        "result",
        "exit_code",
    ]
    assert ([names, names], names) == (
        [list(each) for each in listed],
        [field.name for field in fields(RunSummary)],
    )


def test_the_summary_on_stdout_fits_any_console() -> None:
    """A GBK console can't break what a machine reads."""
    assert summary_json([DONE], ascii_only=True).isascii()
