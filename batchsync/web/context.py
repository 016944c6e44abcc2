"""Everything the handlers of the page share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from batchsync.messages import Message
from batchsync.settings import Loaded
from batchsync.web.events import Broadcaster
from batchsync.web.queries import LedgerQueries
from batchsync.web.run_queue import RunQueue
from batchsync.web.security import SessionAuth
from batchsync.web.templating import TemplateRenderer


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of the doctor's: `ok`, `warn` or `bad`, and a sentence."""

    mark: str
    said: Message


Examine = Callable[[], Sequence[CheckLine]]
"""The doctor, handed in by who starts the page. Blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContext:
    """One running page."""

    loaded: Loaded
    desk: RunQueue
    library: LedgerQueries
    pages: TemplateRenderer
    door: SessionAuth
    bell: Broadcaster
    examine: Examine
    say_address: Callable[[str], None]
    """Tells whoever started the page a new address that opens it once."""
