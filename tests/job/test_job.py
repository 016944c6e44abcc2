"""One Job over several files: one cap, one stop; results from plan and ledger alone."""

from pathlib import Path

import openpyxl
import pytest

import batchsync
from batchsync.errors import LedgerBusy, SettingsError, UsageError
from batchsync.job import Job, RunOptions
from batchsync.ledger import Ledger
from batchsync.messages import job as job_messages
from batchsync.messages import ledger as ledger_messages
from batchsync.model import PlanVerdict
from batchsync.sandbox.server import Sandbox
from tests.job.conftest import MakeConfig, sheet


async def test_files_share_one_cap(make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path) -> None:
    """What the first file spent is gone for the second."""
    job = Job(make_config(max_points=7))
    first = await job.run(sheet(tmp_path / "a.xlsx", 1, 5))
    second = await job.run(sheet(tmp_path / "b.xlsx", 101, 5))
    assert (5, None, 0) == (first.summary.synced, first.summary.stopped, first.summary.exit_code)
    assert (2, "spending_cap", 3) == (second.summary.synced, second.summary.stopped, second.summary.exit_code)
    assert 7 == sandbox.charge_log.points


async def test_a_wrong_token_costs_one_file_only(
    make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Later files are planned and reported, and none of their orders is sent."""
    job = Job(make_config(token="not-the-token"))
    first = await job.run(sheet(tmp_path / "a.xlsx", 1, 3))
    calls = len(sandbox.charge_log.calls)
    second = await job.run(sheet(tmp_path / "b.xlsx", 101, 4))
    assert ("authentication", 3) == (first.summary.stopped, first.summary.exit_code)
    assert ("authentication", 4, 0) == (
        second.summary.stopped,
        second.summary.not_sent,
        second.summary.calls,
    )
    assert calls == len(sandbox.charge_log.calls)


async def test_a_stop_before_the_first_call_sends_nothing(
    make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Ctrl-C while the sheet is planned: the result is written, nothing was sent."""
    job = Job(make_config(), on_planned=lambda _: job.stop())
    finished = await job.run(sheet(tmp_path / "a.xlsx", 1, 3))
    assert ("interrupted", 3, 130) == (
        finished.summary.stopped,
        finished.summary.not_sent,
        finished.summary.exit_code,
    )
    assert [] == list(sandbox.charge_log.calls)
    assert (tmp_path / "a.result.xlsx").exists()


async def test_what_is_synced_is_not_sent_by_another_file(
    make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path
) -> None:
    """An order that stands in two files is paid for once."""
    config = make_config()
    await Job(config).run(sheet(tmp_path / "a.xlsx", 1, 5))
    checked = Job(config).check(sheet(tmp_path / "b.xlsx", 4, 5))
    finished = await Job(config).run(tmp_path / "b.xlsx")
    assert (2, 3) == (checked.counts[PlanVerdict.ALREADY_SYNCED], checked.cost)
    assert (3, 2) == (finished.summary.synced, finished.summary.already_synced)
    assert 8 == sandbox.charge_log.points


async def test_no_token_no_run(make_config: MakeConfig, tmp_path: Path) -> None:
    """Without a token nothing is begun, and nothing stands in the ledger."""
    config = make_config().model_copy(update={"token": None})
    with pytest.raises(SettingsError):
        await Job(config).run(sheet(tmp_path / "a.xlsx", 1, 3))


async def test_report_makes_the_result_again(make_config: MakeConfig, tmp_path: Path) -> None:
    """The same rows and points, from plan and ledger alone, also when the input is gone."""
    config = make_config()
    finished = await Job(config).run(sheet(tmp_path / "a.xlsx", 1, 3))
    (tmp_path / "a.xlsx").unlink()
    again = Job(config).report(finished.summary.run, RunOptions(output=tmp_path / "again.xlsx"))
    assert (3, 3) == (again.summary.synced, again.summary.points_spent)
    page = openpyxl.load_workbook(tmp_path / "again.xlsx").worksheets[0]
    cells = [cell.value for row in page.iter_rows() for cell in row]
    assert {"260101-000000000000001", "260101-000000000000003"} <= set(cells)


def test_report_of_no_run(make_config: MakeConfig) -> None:
    """A run that nobody made is reported as such."""
    with pytest.raises(UsageError, match="20260101-0000-none"):
        Job(make_config()).report("20260101-0000-none")


async def test_from_python(make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path) -> None:
    """check_file and sync_file_async do what the command line does."""
    path, config = sheet(tmp_path / "a.xlsx", 1, 3), make_config()
    assert 3 == batchsync.check_file(path, config=config).cost
    summary = await batchsync.sync_file_async(path, config=config, output=tmp_path / "out.xlsx")
    assert (3, 0, str(tmp_path / "out.xlsx")) == (summary.synced, summary.exit_code, summary.result)
    assert 3 == sandbox.charge_log.points


@pytest.mark.parametrize("failing", ["results", "end_run"])
async def test_ledger_that_fails_after_sending_costs_no_totals(
    make_config: MakeConfig, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """A ledger that fails once calls were made: the totals are right, a warning states so, exit code 1."""

    def fail(*_: object, **__: object) -> None:
        raise LedgerBusy(ledger_messages.BUSY_UNKNOWN, ledger="x")

    monkeypatch.setattr(Ledger, failing, fail)
    finished = await Job(make_config()).run(sheet(tmp_path / "a.xlsx", 1, 4))
    summary = finished.summary
    assert (4, sandbox.charge_log.points, 4, 1) == (
        summary.synced,
        summary.points_spent,
        summary.calls,
        summary.exit_code,
    )
    assert job_messages.FAILED_AFTER_SENDING in [message.text for message in finished.messages]
