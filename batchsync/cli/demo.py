"""`demo`: a small run against the sandbox, whose charge log is compared with the results."""

import argparse
import site
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

import batchsync
from batchsync.cli.console import Console
from batchsync.cli.run import RunCommand
from batchsync.cli.sandbox_thread import run_in_thread
from batchsync.config import Config
from batchsync.errors import OutputError, UsageError
from batchsync.job import RunOptions
from batchsync.messages import Lang, Message, doctor
from batchsync.model import RunSummary
from batchsync.sandbox import SandboxSettings
from batchsync.sandbox.script import read_script
from batchsync.settings import Override, load

if TYPE_CHECKING:
    from batchsync.sandbox.server import Sandbox

OUTPUT = Path("demo-out")
LEDGER = "demo.ledger.sqlite"
RATE = "50"
DIFFERS = 1
_INSTALLED = Path("share", "batchsync", "samples")
SAMPLES = (
    Path(batchsync.__file__).parents[1] / "samples",
    Path(sysconfig.get_path("data")) / _INSTALLED,
    Path(site.getuserbase()) / _INSTALLED,
)
"""In the repository, or where an installation puts them."""


def demo(arguments: argparse.Namespace, console: Console) -> int:
    """Run the samples twice, and hold the reports against the sandbox's books."""
    if arguments.lang in tuple(Lang):
        console.lang = Lang(arguments.lang)
    samples = _samples()
    _delete_earlier_output()
    script = read_script(samples / "sandbox.yaml")
    with run_in_thread(SandboxSettings(script=script, latency_s=0.05)) as sandbox:
        facts = {"url": sandbox.url, "samples": samples, "folder": OUTPUT}
        console.info(Message(doctor.DEMO_START, facts))
        config = _config(samples, sandbox, console)
        files = sorted(path for path in samples.iterdir() if path.suffix in (".xlsx", ".csv"))
        console.info(doctor.DEMO_FIRST)
        first = _run_files(config, files, OUTPUT, console)
        booked = sandbox.charge_log.points
        console.info(doctor.DEMO_AGAIN)
        second = _run_files(config, files, OUTPUT / "again", console)
        return _compare(first, second, booked, sandbox, console)


def _samples() -> Path:
    for folder in SAMPLES:
        if (folder / "sandbox.yaml").is_file():
            return folder
    raise UsageError(doctor.DEMO_NO_SAMPLES)


def _delete_earlier_output() -> None:
    """Make the folder; an earlier demo's ledger and results go, and nothing else."""
    try:
        (OUTPUT / "again").mkdir(parents=True, exist_ok=True)
        for old in (
            *OUTPUT.glob(f"{LEDGER}*"),
            *OUTPUT.glob("*.result*.xlsx"),
            *OUTPUT.glob("again/*.result*.xlsx"),
        ):
            old.unlink()
    except OSError as error:
        raise OutputError(doctor.DEMO_FOLDER_TAKEN, folder=OUTPUT, error=error.strerror or error) from error


def _config(samples: Path, sandbox: "Sandbox", console: Console) -> Config:
    """The samples' own settings, pointed at the sandbox; the user's token stays out of it."""
    options = {
        "api.url": sandbox.url,
        "ledger.url": str(OUTPUT / LEDGER),
        "pace.rate": RATE,
        "output.language": console.lang,
    }
    given = [Override(key=key, flag="demo", value=value) for key, value in options.items()]
    config = load(samples / "config.yaml", options=given).config
    return config.model_copy(update={"token": SecretStr(sandbox.token)})


def _run_files(config: Config, files: list[Path], output: Path, console: Console) -> list[RunSummary]:
    command = RunCommand(config, RunOptions(output=output), console)
    command.run(files)
    return command.summaries


def _compare(
    first: list[RunSummary], second: list[RunSummary], booked: int, sandbox: "Sandbox", console: Console
) -> int:
    """Print the totals of both runs and of the sandbox; uncertain orders may or may not be in the latter."""
    twice = len(sandbox.charge_log.charged_twice())
    spent = sum(each.points_spent for each in first)
    open_points = sum(each.points_possible for each in first)
    facts = {
        "calls": sum(each.calls for each in first),
        "spent": spent,
        "booked": booked,
        "possible": open_points,
    }
    console.out(doctor.DEMO_FIRST_TOTAL.render(console.lang, **facts, rest=booked - spent))
    again = {"calls": sum(each.calls for each in second), "spent": sum(each.points_spent for each in second)}
    console.out(doctor.DEMO_SECOND_TOTAL.render(console.lang, **again, twice=twice))
    agrees = 0 <= booked - spent <= open_points and not twice and booked <= sandbox.charge_log.points
    if not agrees:
        console.error(Message(doctor.DEMO_DIFFERS, {"folder": OUTPUT}))
        return DIFFERS
    console.out(doctor.DEMO_AGREES.render(console.lang))
    console.info(Message(doctor.DEMO_NEXT, {"folder": OUTPUT, "ledger": OUTPUT / LEDGER}))
    return 0
