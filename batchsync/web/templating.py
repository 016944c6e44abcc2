"""Turns a view into a page: templates that escape whatever they are given, in the reader's language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from batchsync import __version__
from batchsync.messages import Lang, Message, Translation, page
from batchsync.messages import web as messages

if TYPE_CHECKING:
    from batchsync.errors import BatchsyncError

NOTHING: Mapping[str, object] = MappingProxyType({})
HERE = Path(__file__).parent
LANGUAGE_COOKIE = "batchsync-language"


class TemplateRenderer:
    """Renders templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            number=number, size=size, moment=moment, clock=clock, urlpart=urlpart
        )
        self._environment.globals.update(version=__version__, stamp=_stamp())

    def response(
        self,
        request: web.Request,
        template: str,
        *,
        status: int = 200,
        facts: Mapping[str, object] = NOTHING,
        **more: object,
    ) -> web.Response:
        """Return a page in the reader's language."""
        lang = language(request)
        environment = self._environment
        text = environment.get_template(template).render(
            lang=lang.value, say=partial(_say, lang), path=request.path_qs, **facts, **more
        )
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _say(lang: Lang, what: "str | Translation | Message | BatchsyncError", **facts: object) -> str:
    """Say a text of words.page by its name, or one that was handed over."""
    if isinstance(what, str):
        text = getattr(page if hasattr(page, what) else messages, what)
        return Message(text, facts).render(lang)
    return what.render(lang)


def language(request: web.Request) -> Lang:
    """Return the language to speak: as chosen, else the first of the browser's that we know."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in tuple(Lang):
        return Lang(chosen)
    for part in request.headers.get("Accept-Language", "").split(","):
        name = part.partition(";")[0].strip().lower()[:2]
        if name in tuple(Lang):
            return Lang(name)
    return Lang.EN


def _stamp() -> str:
    """Return a word that changes with the style sheet or a script, so that no browser keeps an old one."""
    newest = max(path.stat().st_mtime_ns for path in (HERE / "static").iterdir())
    return f"{newest:x}"


# --- Filters ------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """12345 -> 12,345."""
    return f"{value:,}"


def size(value: int) -> str:
    """Return bytes as people read them."""
    amount = float(value)
    for unit in ("B", "KB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} MB"


def moment(value: datetime | float | None) -> str:
    """Return a local time."""
    if value is None:
        return "–"
    at = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def clock(seconds: float) -> str:
    """Return a duration: 0:07, 3:25, 1:02:03."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def urlpart(value: str) -> str:
    """Quote a text as one part of a path or a query."""
    return quote(value, safe="")
