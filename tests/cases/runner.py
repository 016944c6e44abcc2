"""Carries out the steps of a case with the command line, and compares what happened with what is right."""

import contextlib
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import yaml

from batchsync.cli.main import main
from tests.cases.vendor import Call, Vendor
from tests.child_process import end_with_parent

FILES = Path(__file__).parent
TOKEN = "token-of-the-cases"
LONGEST_S = 90
EXIT_CODES = {0, 1, 2, 3, 4, 130}
STATUSES = {
    "已同步": "synced",
    "此前已同步": "already synced",
    "重复行": "duplicate",
    "失败": "failed",
    "结果未知": "uncertain",
    "未发送": "not sent",
    "无效行": "invalid",
}
STATUS, POINTS = ("sync status", "同步状态"), ("points spent", "消耗点券")
TEXT_COLUMNS = (("error", "错误信息"), ("what to do", "处理建议"))
_RAW_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FORMULA = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad\u3000]*[=+\-@＝＋－＠]"
)
_NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")

Case = Mapping[str, Any]


def cases() -> list[dict[str, Any]]:
    """Return every case of cases.yaml."""
    loaded: list[dict[str, Any]] = yaml.safe_load((FILES / "cases.yaml").read_text("utf-8"))
    return loaded


@dataclass
class Observed:
    """What one step did, as far as a person or a machine can see it."""

    exit: int = 0
    printed: str = ""
    plan: list[dict[str, str]] = field(default_factory=list)
    plan_cells: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    summaries: list[dict[str, Any]] = field(default_factory=list)
    result: Path | None = None
    problems: list[str] = field(default_factory=list)
    """What is wrong in every case, whatever `right` holds."""


def run_case(case: Case, folder: Path) -> list[str]:
    """Carry out a case in an empty folder; return what is not right, nothing when all of it is."""
    steps = case.get("steps") or [case]
    problems: list[str] = []
    with Vendor(case.get("answers", {})) as vendor, _environment(folder, vendor.url):
        result: Path | None = None
        for at, step in enumerate(steps, start=1):
            merged = {**case, **step}
            if merged.get("do") == "fill":
                assert result is not None
                _fill(result, merged["column"], merged["lines"])
                continue
            before = len(vendor.calls)
            seen = _observe(merged, folder, at, result)
            seen.calls = vendor.calls[before:]
            result = seen.result or result
            wrong = [*seen.problems, *_always(seen, merged), *_judged(seen, merged, result)]
            problems += [f"step {at}: {one}" for one in wrong]
        if not any(step.get("pays_twice") for step in steps):
            charged = Counter(call.order for call in vendor.calls if call.points)
            problems += [f"charged {n} times: {order}" for order, n in charged.items() if n > 1]
    return problems


# --- Carrying out -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _environment(folder: Path, url: str) -> Iterator[None]:
    names = {
        "BATCHSYNC_API__URL": url,
        "BATCHSYNC_TOKEN": TOKEN,
        "BATCHSYNC_LEDGER__URL": str(folder / "ledger.sqlite"),
        "BATCHSYNC_PACE__RATE": "1000",
        "LC_ALL": "C.UTF-8",
    }
    before, here = dict(os.environ), Path.cwd()
    for name in [name for name in os.environ if name.startswith("BATCHSYNC_")]:
        del os.environ[name]
    os.environ.update(names)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)


def _observe(step: Case, folder: Path, at: int, result: Path | None) -> Observed:
    config = Path(folder, "config.yaml")
    if "settings" in step:
        settings = step["settings"]
        config.write_text(settings if isinstance(settings, str) else yaml.safe_dump(settings), "utf-8")
    else:
        config.unlink(missing_ok=True)
    name = step.get("file") or step["files"][0]
    if name == "result":
        assert result is not None
        path = result
    else:
        path = Path(folder, step.get("as", name))
        path.write_bytes((FILES / name).read_bytes())
    if step.get("do") == "nightly":
        return _nightly(step, folder, path)
    return _check_and_run(step, folder, path, at)


def _check_and_run(step: Case, folder: Path, path: Path, at: int) -> Observed:
    seen = Observed()
    options = [*map(str, step.get("options", ())), "--lang", step.get("lang", "en")]
    plan = folder / f"plan-{at}.csv"
    checked = _command(seen, ["check", str(path), "--plan", str(plan), *options])
    seen.exit = checked
    if plan.exists():
        text = plan.read_text("utf-8-sig")
        seen.plan = list(csv.DictReader(io.StringIO(text)))
        seen.plan_cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    if step.get("do") == "check":
        return seen
    summary = folder / f"summary-{at}.json"
    kind = step.get("format", "xlsx")
    options += ["--format", kind, "--summary-json", str(summary), *map(str, step.get("run_options", ()))]
    existing = set(folder.rglob("*"))
    if step.get("output") != "beside":
        options += ["--output", str(folder / f"result-{at}.{kind}")]
    seen.exit = _command(seen, ["run", str(path), *options], stop_after=step.get("stop_after"))
    if checked == 2 != seen.exit:
        seen.problems.append(f"check refuses with 2, run ends with {seen.exit}")
    if summary.exists():
        seen.summaries = json.loads(summary.read_text("utf-8"))
    made = [one for one in set(folder.rglob("*")) - existing if one.suffix == f".{kind}" and one.is_file()]
    named = [Path(str(one["result"])) for one in seen.summaries if one.get("result")]
    seen.result = next(iter([*(one for one in named if one.exists()), *made]), None)
    return seen


def _nightly(step: Case, folder: Path, path: Path) -> Observed:
    seen = Observed()
    settings = yaml.safe_load(Path(folder, "config.yaml").read_text("utf-8"))
    inbox = folder / settings["inbox"]["folder"]
    inbox.mkdir(parents=True, exist_ok=True)
    path.rename(inbox / path.name)
    existing = set(folder.rglob("*"))
    options = map(str, step.get("options", ()))
    seen.exit = _command(seen, ["nightly", *options])
    made = [one for one in set(folder.rglob("*")) - existing if ".result" in one.name]
    seen.result = next(iter(made), None)
    return seen


def _command(seen: Observed, arguments: list[str], stop_after: float | None = None) -> int:
    """Run one command, in this process unless it is to be interrupted; add what it printed."""
    started = time.monotonic()
    if stop_after is not None:
        code, printed = _interrupted(arguments, stop_after)
    else:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = main(arguments)
        printed = out.getvalue()
    seen.printed += printed
    name = arguments[0]
    if time.monotonic() - started > LONGEST_S:
        seen.problems.append(f"{name} took more than {LONGEST_S} s")
    if code not in EXIT_CODES:
        seen.problems.append(f"{name} ended with {code}")
    if "Traceback (most recent call last)" in printed:
        seen.problems.append(f"{name} printed a traceback")
    if found := _RAW_CONTROL.search(printed):
        seen.problems.append(f"{name} printed the raw character {found[0]!r}")
    return code


def _interrupted(arguments: list[str], after: float) -> tuple[int, str]:
    command = [sys.executable, "-m", "batchsync", *arguments]
    with subprocess.Popen(
        command, **end_with_parent(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        try:
            printed, _ = process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            try:
                printed, _ = process.communicate(timeout=30)
            finally:
                process.kill()
    return process.returncode, printed


def _load(path: Path, **options: bool) -> openpyxl.Workbook:
    """Open a result; what openpyxl only warns about (a missing default style) was in the user's file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, **options)


def _fill(result: Path, column: Iterable[str], lines: Mapping[int, str]) -> None:
    """Write into a column of the result, as a person does."""
    workbook = _load(result)
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows(max_row=40):
            for at, cell in enumerate(row, start=1):
                if str(cell.value) in column:
                    for line, text in lines.items():
                        sheet.cell(int(line), at).value = text
                    workbook.save(result)
                    return
    raise AssertionError(f"no column {column}")


# --- What is right in every case ----------------------------------------------------------------------------


def _always(seen: Observed, step: Case) -> Iterator[str]:
    if seen.exit == 2 and seen.calls:
        yield f"exit 2 after {len(seen.calls)} calls"
    for call in seen.calls:
        wrong = set(call.fields) != {"orderSns", "ownerId"} or call.token != TOKEN
        for text in call.fields.values():
            wrong = wrong or not isinstance(text, str) or not text or text != text.strip()
        if wrong:
            yield f"a bad call: {call}"
    if seen.summaries:
        charged = sum(call.points for call in seen.calls)
        spent = sum(one["points_spent"] for one in seen.summaries)
        possible = sum(one["points_possible"] for one in seen.summaries)
        if not spent <= charged <= spent + possible:
            yield f"named {spent} spent and {possible} possible, charged {charged}"


# --- What is right in this one ------------------------------------------------------------------------------


def _judged(seen: Observed, step: Case, result: Path | None) -> list[str]:
    """Return what is not right; of several ways to be right, what the closest one misses."""
    wrong = list(_misses(seen, step.get("right", {}), result))
    ways = [list(_misses(seen, right, result)) for right in step.get("any_of", ())]
    return wrong + min(ways, key=len, default=[])


def _misses(seen: Observed, right: Mapping[str, Any], result: Path | None) -> Iterator[str]:
    known = {
        "sent",
        "may_send",
        "sent_or_named",
        "exit",
        "words",
        "plan",
        "merchants",
        "statuses",
        "row_words",
    }
    known |= {"summary", "total", "filter_last_line", "plan_safe", "result_safe"}
    if unknown := set(right) - known:
        yield f"the runner does not know {unknown}"
    if "exit" in right:
        codes = right["exit"] if isinstance(right["exit"], list) else [right["exit"]]
        if seen.exit not in codes:
            yield f"exit {seen.exit}, not {codes}: {seen.printed[-300:]}"
    if "sent" in right:
        yield from _sent(seen, right)
    for name, (owner, order) in right.get("sent_or_named", {}).items():
        if name not in seen.printed and (order, owner) not in {
            (call.order, call.owner) for call in seen.calls
        }:
            yield f"neither sent nor named: {name}"
    for word in right.get("words", ()):
        if not _is_printed(word, seen.printed):
            yield f"not printed: {word}"
    yield from _plan(seen, right)
    sheets = (
        Sheets(result, seen.exit)
        if {"statuses", "row_words", "total", "filter_last_line"} & set(right)
        else None
    )
    if sheets is not None:
        yield from _result(sheets, seen, right)
    for key, value in right.get("summary", {}).items():
        shown = [one.get(key) for one in seen.summaries]
        if shown != [value]:
            yield f"summary {key} is {shown}, not {value}"
    if right.get("plan_safe") and (unsafe := list(_formulas(seen.plan_cells))):
        yield f"formulas in the plan: {unsafe}"
    if right.get("result_safe"):
        assert result is not None
        text = result.read_text("utf-8-sig")
        unsafe = list(_formulas(cell for row in csv.reader(io.StringIO(text)) for cell in row))
        if unsafe:
            yield f"formulas in the result: {unsafe}"


def _sent(seen: Observed, right: Mapping[str, Any]) -> Iterator[str]:
    made = Counter((call.owner, call.order) for call in seen.calls)
    must = {(owner, order) for owner, orders in right["sent"].items() for order in orders}
    may = {(owner, order) for owner, orders in right.get("may_send", {}).items() for order in orders}
    if missing := must - set(made):
        yield f"not sent: {sorted(missing)[:4]} ({len(missing)})"
    if extra := set(made) - must - may:
        yield f"sent but should not be: {sorted(extra)[:4]} ({len(extra)})"
    if twice := [call for call, count in made.items() if count > 1 and call not in may]:
        yield f"called more than once: {twice[:4]}"


def _is_printed(word: Any, printed: str) -> bool:
    if isinstance(word, list):
        return any(_is_printed(one, printed) for one in word)
    word = str(word)
    if len(word) > 2 and word[0] == word[-1] == "/":
        return re.search(word[1:-1], printed) is not None
    return word.casefold() in printed.casefold()


def _lines(spec: Mapping[Any, Any]) -> Iterator[tuple[int, list[Any]]]:
    """Yield each line of keys such as 4 or 2-9, with the list of what will do there."""
    for key, value in spec.items():
        first, _, last = str(key).partition("-")
        for line in range(int(first), int(last or first) + 1):
            yield line, value if isinstance(value, list) else [value]


def _plan(seen: Observed, right: Mapping[str, Any]) -> Iterator[str]:
    by_line: dict[int, list[dict[str, str]]] = {}
    for row in seen.plan:
        by_line.setdefault(int(row["line"]), []).append(row)
    for line, allowed in _lines(right.get("plan", {})):
        verdicts = [row["verdict"] for row in by_line.get(line, [])]
        if "not send" in allowed:
            fits = "send" not in verdicts
        else:
            fits = bool(verdicts) and all(verdict in allowed for verdict in verdicts)
        if not fits:
            yield f"plan, line {line}: {verdicts}, not {allowed}"
    for line, owners in _lines(right.get("merchants", {})):
        shown = {row["owner_id"] for row in by_line.get(line, [])}
        if shown != set(map(str, owners)):
            yield f"merchant of line {line}: {shown}, not {owners}"


def _formulas(cells: Iterable[str]) -> Iterator[str]:
    return (cell for cell in cells if _FORMULA.match(cell) and not _NEGATIVE.fullmatch(cell))


# --- The result ---------------------------------------------------------------------------------------------


class Sheets:
    """The user's sheets of a result, with the columns that batchsync added."""

    def __init__(self, path: Path | None, code: int) -> None:
        self.missing = f"no result (exit {code})" if path is None else ""
        self.sheets: list[tuple[list[list[Any]], int, dict[str, int]]] = []
        self.last_filtered: list[int] = []
        if path is None:
            return
        if path.suffix == ".csv":
            self._add(list(csv.reader(io.StringIO(path.read_text("utf-8-sig")))))
            return
        workbook = _load(path, data_only=True)
        for sheet in workbook.worksheets:
            if not self._add([list(row) for row in sheet.iter_rows(values_only=True)]):
                continue
            refs = [sheet.auto_filter.ref, *(table.ref for table in sheet.tables.values())]
            self.last_filtered += [int(re.sub(r".*\D", "", ref)) for ref in refs if ref]

    def _add(self, rows: list[list[Any]]) -> bool:
        for at, row in enumerate(rows[:60]):
            if any(name in row for name in STATUS):
                columns = {str(name): place for place, name in enumerate(row) if name}
                self.sheets.append((rows, at, columns))
                return True
        return False

    def of(self, line: int, names: Iterable[str]) -> list[Any]:
        """Return what stands under the last column of these names in a line, for each sheet."""
        found = []
        for rows, header, columns in self.sheets:
            place = max((columns[name] for name in names if name in columns), default=None)
            if place is not None and header + 1 < line <= len(rows) and place < len(rows[line - 1]):
                found.append(rows[line - 1][place])
        return found

    def total(self) -> Any:
        """Return the last number under the points, below the rows."""
        for rows, header, columns in self.sheets:
            place = max(columns[name] for name in POINTS if name in columns)
            status = max(columns[name] for name in STATUS if name in columns)
            for row in reversed(rows[header + 1 :]):
                if place < len(row) and row[place] not in (None, ""):
                    return None if row[status] else row[place]
        return None


def _result(sheets: Sheets, seen: Observed, right: Mapping[str, Any]) -> Iterator[str]:
    if sheets.missing:
        yield sheets.missing
        return
    for line, allowed in _lines(right.get("statuses", {})):
        shown = [STATUSES.get(str(one), one) for one in sheets.of(line, STATUS) if one]
        if not shown or any(one not in allowed for one in shown):
            yield f"status of line {line}: {shown}, not {allowed}"
    for line, words in _lines(right.get("row_words", {})):
        cells = [str(one) for names in TEXT_COLUMNS for one in sheets.of(line, names) if one]
        for word in words:
            if not any(_is_printed(word, text) for text in (*cells, seen.printed)):
                yield f"line {line} does not tell {word}: {cells}"
    if "total" in right and sheets.total() != right["total"]:
        yield f"total {sheets.total()}, not {right['total']}"
    if "filter_last_line" in right and set(sheets.last_filtered) != {right["filter_last_line"]}:
        yield f"the filter ends in line {sheets.last_filtered}, not {right['filter_last_line']}"
