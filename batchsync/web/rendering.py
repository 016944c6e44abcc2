"""Renders templates in the reader's language, and names downloads."""

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
from batchsync.formatting import duration, file_size, local_time
from batchsync.messages import Lang, Message, Translation
from batchsync.messages import web as messages

if TYPE_CHECKING:
    from batchsync.errors import BatchsyncError

FOLDER = Path(__file__).parent
LANGUAGE_COOKIE = "batchsync-language"
CONTENT_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".csv": "text/csv; charset=utf-8",
}
_NO_VALUES: Mapping[str, object] = MappingProxyType({})


class TemplateRenderer:
    """Renders templates; every value is escaped."""

    def __init__(self, *, max_mb: int) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            number=format_number, size=file_size, time=format_time, duration=duration, urlpart=quote_part
        )
        self._environment.globals.update(version=__version__, stamp=_static_stamp(), max_mb=max_mb)

    def response(
        self,
        request: web.Request,
        template: str,
        *,
        status: int = 200,
        values: Mapping[str, object] = _NO_VALUES,
        **more: object,
    ) -> web.Response:
        """Return a page in the reader's language."""
        lang = language(request)
        text = self._environment.get_template(template).render(
            lang=lang.value, t=partial(_translate, lang), path=request.path_qs, **values, **more
        )
        response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
        response.enable_compression()
        return response


def _translate(lang: Lang, what: "str | Translation | Message | BatchsyncError", **facts: object) -> str:
    """Return a text of messages.web by its name, or a given text, in a language."""
    if isinstance(what, str):
        return Message(getattr(messages, what), facts).render(lang)
    return what.render(lang)


def language(request: web.Request) -> Lang:
    """Return the language of a response: the chosen one, else the first of the browser's that we have."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in tuple(Lang):
        return Lang(chosen)
    for part in request.headers.get("Accept-Language", "").split(","):
        name = part.partition(";")[0].strip().lower()[:2]
        if name in tuple(Lang):
            return Lang(name)
    return Lang.EN


def _static_stamp() -> str:
    """Return a version of the static files, so that no browser uses an old one."""
    newest = max(path.stat().st_mtime_ns for path in (FOLDER / "static").iterdir())
    return f"{newest:x}"


def download_headers(name: str) -> dict[str, str]:
    """Return the headers of a download (RFC 6266, 5987): an ASCII name for old browsers, the real one for all others."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_. ") else "_" for letter in name
    )
    content_type = CONTENT_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Type": content_type,
    }


# --- Filters ------------------------------------------------------------------------------------------------


def format_number(value: float) -> str:
    """12345 -> 12,345."""
    return f"{value:,}"


def format_time(value: datetime | float | str | None) -> str:
    """Return a local time; `value` is a datetime, seconds since 1970, or ISO 8601 text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if value else None
    at = datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else value
    return local_time(at)


def quote_part(value: str) -> str:
    """Quote a text as one part of a path or a query."""
    return quote(value, safe="")
