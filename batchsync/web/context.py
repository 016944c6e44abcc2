"""What all handlers of the page share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from batchsync.messages import Message
from batchsync.settings import Loaded
from batchsync.web.events import Broadcaster
from batchsync.web.queries import LedgerQueries
from batchsync.web.rendering import TemplateRenderer
from batchsync.web.run_queue import RunQueue
from batchsync.web.security import SessionAuth


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of `doctor`: `ok`, `warn` or `bad`, and a sentence."""

    mark: str
    text: Message


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


CONTEXT = web.AppKey("context", AppContext)
