"""Decodes responses and classifies calls without one."""

import re
import zlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from batchsync.clock import Clock
from batchsync.model import Reason
from batchsync.sending.call import Call, DirtyConnection, StaleClaim

MAX_BODY_BYTES = 64 * 1024
"""The API's own responses are under 1 KB."""
MAX_HEADER_BYTES = 64 * 1024
GZIP = b"\x1f\x8b"
UNREADABLE = (aiohttp.ClientResponseError, HttpProcessingError)
"""Errors of a response that is not HTTP."""


def decode(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Return a body unpacked and in UTF-8; unchanged where it can be neither.

    The API is asked for plain JSON; proxies and gateways send other encodings all the same. A body that unpacks to more
    than MAX_BODY_BYTES is returned with one byte more than that.
    """
    packed_as = headers.get("Content-Encoding", "").strip().lower()
    if packed_as in ("gzip", "x-gzip") or body.startswith(GZIP):
        body = _inflate(body, zlib.MAX_WBITS | 16)
    elif packed_as == "deflate":
        body = _inflate(body, zlib.MAX_WBITS if body[:1] == b"\x78" else -zlib.MAX_WBITS)
    elif packed_as == "br":
        body = _unpack_brotli(body)
    return _to_utf8(body, headers.get("Content-Type", ""))


def _inflate(body: bytes, window_bits: int) -> bytes:
    unpacking = zlib.decompressobj(window_bits)
    try:
        unpacked = unpacking.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error:
        return body
    return unpacked if unpacking.eof or len(unpacked) > MAX_BODY_BYTES else body


def _unpack_brotli(body: bytes) -> bytes:
    import brotli

    unpacking = brotli.Decompressor()
    try:
        unpacked: bytes = unpacking.process(body, output_buffer_limit=MAX_BODY_BYTES + 1)
    except brotli.error:
        return body
    return unpacked if unpacking.is_finished() or len(unpacked) > MAX_BODY_BYTES else body


def _to_utf8(body: bytes, content_type: str) -> bytes:
    """Try UTF-8, then the declared charset, then GB18030."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        declared = re.search(r"charset=[\s\"']*([\w.:-]+)", content_type, re.IGNORECASE)
        for charset in (*(declared.groups() if declared else ()), "gb18030"):
            try:
                return body.decode(charset).encode()
            except (LookupError, UnicodeError):
                continue
    return body


def retry_after_s(value: str | None, clock: Clock) -> float | None:
    """Return the seconds that a Retry-After header asks for, given as such or as a date."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - clock.now()).total_seconds())
    except (ValueError, TypeError):  # no header, no date, or a date without a zone
        return None


def reason_not_sent(error: BaseException) -> Reason:
    if isinstance(error, StaleClaim):
        return Reason.STALE_CLAIM
    return Reason.NOT_SENT if isinstance(error, DirtyConnection) else Reason.UNREACHABLE


def reason(call: Call, error: BaseException) -> Reason:
    if call.expired or isinstance(error, TimeoutError):
        return Reason.TIMEOUT
    if call.http_status is not None:
        return Reason.BAD_ANSWER if 200 <= call.http_status < 300 else Reason.HTTP_ERROR
    return Reason.BAD_ANSWER if isinstance(error, UNREADABLE) else Reason.CONNECTION_LOST


def describe(error: BaseException, call: Call) -> str:
    """Return class and message of an error; for an expired deadline, which half expired."""
    if call.expired:
        half = "no connection" if call.sent_at is None else "no complete response"
        return f"{half} within {call.elapsed_s:.1f} s"
    if isinstance(error, StaleClaim | DirtyConnection):
        return (error.__doc__ or type(error).__name__).strip()
    text = str(error) or str(error.__cause__ or "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
