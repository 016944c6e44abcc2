"""Everything the handlers of the page share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from batchsync.settings import Loaded
from batchsync.web.bell import Bell
from batchsync.web.desk import Desk
from batchsync.web.guard import Door
from batchsync.web.library import Library
from batchsync.web.pages import Pages
from batchsync.words import Said


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the doctor's: `ok`, `warn` or `bad`, and a sentence."""

    mark: str
    said: Said


Examine = Callable[[], Sequence[Found]]
"""The doctor, handed in by who starts the page. Blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One running page."""

    loaded: Loaded
    desk: Desk
    library: Library
    pages: Pages
    door: Door
    bell: Bell
    examine: Examine
    say_address: Callable[[str], None]
    """Tells whoever started the page a new address that opens it once."""
