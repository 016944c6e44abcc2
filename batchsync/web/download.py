"""Files that leave the page: their names, in whatever letters, said so that every browser understands them."""

from urllib.parse import quote

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".csv": "text/csv; charset=utf-8",
}


def content_disposition(name: str) -> str:
    """Return a Content-Disposition (RFC 6266, 5987): plain letters for old browsers, the real name for all others."""
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_. ") else "_" for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
