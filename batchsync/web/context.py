"""What all handlers of the page share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from batchsync.messages import Message
from batchsync.settings import Loaded
from batchsync.web.events import Broadcaster
from batchsync.web.queries import LedgerQueries
from batchsync.web.rendering import TemplateRenderer
from batchsync.web.run_queue import RunQueue
from batchsync.web.security import SessionAuth
from batchsync.web.uploads import Phase


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of `doctor`: `ok`, `warn` or `bad`, and a sentence."""

    mark: str
    text: Message


SaveSetup = Callable[[str, str, int | None], Path | None]
"""Stores token, account and points cap of the first start; returns the settings file that it wrote. Blocks."""


@dataclass(slots=True, kw_only=True)
class AppContext:
    """One running page."""

    loaded: Loaded
    queue: RunQueue
    queries: LedgerQueries
    renderer: TemplateRenderer
    auth: SessionAuth
    events: Broadcaster
    run_checks: Callable[[], Sequence[CheckLine]]
    """Runs the checks of `doctor`; blocks."""
    announce_address: Callable[[str], None]
    """Shows an address with a login token to whoever started the page."""
    save_setup: SaveSetup

    def use_settings(self, loaded: Loaded) -> None:
        """Use other settings from now on, and check again what is not sent yet."""
        self.loaded = loaded
        self.queue.config = self.queries.config = loaded.config
        for file in list(self.queue.files.values()):
            if file.record.phase is Phase.UPLOADED and not file.is_checking:
                self.queue.check(file.record.id)


CONTEXT = web.AppKey("context", AppContext)
