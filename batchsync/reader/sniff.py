"""What a file is, by its first bytes, never by its name."""

import re

HEAD = 4_096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x1f\x8b", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"Rar!", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ", "packed"),
    (b"{\\rtf", "rtf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\0", "database"),
    (b"\x00\x01\x00\x00Standard", "database"),
)
"""Beginnings of files that are no tables."""
_OLD_EXCEL = re.compile(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00")
_SPREADSHEETML = re.compile(r"urn:schemas-microsoft-com:office:spreadsheet", re.IGNORECASE)
_FLAT_ODS = re.compile(r"application/vnd\.oasis\.opendocument\.spreadsheet")
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|table|head|body|meta|style|div|tr|center|font|title|p|b|h[1-6]|span|script|form|br)\b",
    re.IGNORECASE,
)
_MHTML = re.compile(
    rb"(?:[\w-]{1,40}:[^\n]{0,1000}\n(?:[ \t][^\n]{0,1000}\n){0,20}){0,20}?mime-version:", re.IGNORECASE
)
_CONTROL = bytes(set(range(0x20)) - set(b"\t\n\r\x0b\x0c\x1a\x1b\x1f\x00"))
_MOST_CONTROL = 0.05
_MOST_NULS = 0.1
_MOST_NULS_OF_TEXT = 0.6
"""Where nothing else says that it is no text: some programs leave NULs in their fields."""


def sniff(head: bytes) -> str:
    """Return ole, zip, old_excel, spreadsheetml, flat_ods, html, mhtml or text; or the name of a thing in `words.reading.WHAT`."""
    if head.startswith(OLE):
        return "ole"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK\x03\x04")):
        return "zip"
    if _OLD_EXCEL.match(head):
        return "old_excel"
    for beginning, what in _FOREIGN:
        if head.startswith(beginning) and (what != "program" or b"\0" in head):
            return what
    if _MHTML.match(head):
        return "mhtml"
    return _by_text(head)


def _by_text(head: bytes) -> str:
    text = _roughly(head).lstrip("\ufeff \t\r\n\0")
    if text.startswith("<"):
        if _SPREADSHEETML.search(text):
            return "spreadsheetml"
        if _FLAT_ODS.search(text):
            return "flat_ods"
        if _HTML.search(text):
            return "html"
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and _is_binary(head):
        return "binary"
    return "text"


def _roughly(head: bytes) -> str:
    """Decode just well enough to see tags."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    if head[:2] == b"<\0":
        return head.decode("utf-16-le", "replace")
    if head[:2] == b"\0<":
        return head.decode("utf-16-be", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _is_binary(head: bytes) -> bool:
    """Whether control characters say that this is no text; NULs in every second place are UTF-16."""
    control = len(head) - len(head.translate(None, _CONTROL))
    if control > len(head) * _MOST_CONTROL:
        return True
    nuls = head.count(0)
    most = _MOST_NULS if control else _MOST_NULS_OF_TEXT
    even, odd = head[::2].count(0), head[1::2].count(0)
    return nuls > len(head) * most and min(even, odd) > max(even, odd) * 0.2
