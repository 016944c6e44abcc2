"""An inbox with a vendor behind it, and a hand on the clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from batchsync.clock import SYSTEM_CLOCK
from batchsync.config import (
    ApiSettings,
    Config,
    InboxSettings,
    LedgerSettings,
    PaceSettings,
    SpendSettings,
    StopSettings,
)
from batchsync.messages import Lang
from batchsync.nightly import Event, NightlyRun, Reporter
from batchsync.nightly.report import Report
from batchsync.nightly.result import NightResult
from batchsync.sandbox.server import Sandbox

EVENING = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
GIGA = 1 << 30


class SettableClock:
    """A subprocess clock that is set by hand; the others run as they do."""

    def __init__(self, now: datetime = EVENING) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return SYSTEM_CLOCK.monotonic()

    def boottime(self) -> float:
        return SYSTEM_CLOCK.boottime()


@dataclass
class InboxFixture:
    """One inbox, one ledger, one vendor."""

    folder: Path
    sandbox: Sandbox
    clock: SettableClock = field(default_factory=SettableClock)
    events: list[Event] = field(default_factory=list)
    free: Callable[[Path], int] = lambda _: GIGA
    report: Report | None = None

    def __post_init__(self) -> None:
        self.inbox.mkdir(parents=True, exist_ok=True)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def config(self, **more: Any) -> Config:
        """Settings for this inbox; sections may be given as dictionaries."""
        given: dict[str, Any] = {
            "api": ApiSettings(url=self.sandbox.url, answer_timeout=1, **more.pop("api", {})),
            "ledger": LedgerSettings(url=str(self.folder / "ledger.db"), **more.pop("ledger", {})),
            "pace": PaceSettings(rate=10_000, **more.pop("pace", {})),
            "inbox": InboxSettings(**{"folder": self.inbox, "settle": 0, **more.pop("inbox", {})}),
            "spend": SpendSettings(**more.pop("spend", {})),
            "stop": StopSettings(**more.pop("stop", {})),
            "token": SecretStr(more.pop("token", self.sandbox.token)),
        }
        return Config(**given, **more)

    def night(self, config: Config | None = None, **more: Any) -> NightlyRun:
        """A night that reports its events here."""
        reported = {"clock": self.clock, "emit": self.events.append, "free": self.free, **more}
        return NightlyRun(config or self.config(), **reported)

    def run(self, config: Config | None = None, **more: Any) -> NightResult:
        """A whole night with its report; the clock moves on to the next evening."""
        config = config or self.config()

        async def whole() -> NightResult:
            night = self.night(config, **more)
            async with night.lock():
                result = await night.run()
                reporter = Reporter(config=config, lang=Lang.EN, emit=self.events.append, clock=self.clock)
                self.report = await reporter.report(night, result)
                return result

        result = asyncio.run(whole())
        self.clock.at += timedelta(days=1)
        return result

    def put(self, name: str, *numbers: str, owner: str = "7") -> Path:
        """Drop a sheet in."""
        path = self.inbox / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("order_sn,mall_id\n" + "".join(f"{number},{owner}\n" for number in numbers), "utf-8")
        return path

    def files(self, folder: str) -> set[str]:
        """Return what stands in a folder, without the dates."""
        base = self.folder / folder
        return {"/".join(path.relative_to(base).parts[1:]) for path in base.rglob("*") if path.is_file()}


def sn(number: int) -> str:
    """Return an order number."""
    return f"261101-{number:015d}"
