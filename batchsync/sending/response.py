"""What came back, as evidence: unpacked, told in words, laid at the door of a reason."""

import zlib
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from batchsync.clock import Clock
from batchsync.model import Reason
from batchsync.sending.call import Call, DirtyConnection, StaleClaim

LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; the API's own are under 1 KB."""
GZIP = b"\x1f\x8b"
UNREADABLE = (aiohttp.ClientResponseError, HttpProcessingError)
"""Errors of an answer that is no HTTP."""


def inflate(body: bytes) -> bytes:
    """Unpack an answer that came packed though nobody asked, as far as it may be long."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacking.decompress(body, LONGEST_ANSWER + 1)
    except zlib.error:
        return body
    return unpacked if unpacking.eof or len(unpacked) > LONGEST_ANSWER else body


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
    """Return the error's class and words; for a time-out of ours, which half ran out."""
    if call.expired:
        half = "no connection" if call.departed_at is None else "no whole answer"
        return f"{half} within {call.elapsed_s:.1f} s"
    if isinstance(error, StaleClaim | DirtyConnection):
        return (error.__doc__ or type(error).__name__).strip()
    said = str(error) or str(error.__cause__ or "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
