"""`doctor` on the API's address: it is looked up and connected to, but no request is ever sent."""

import os
import socket
from collections.abc import Iterator
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from batchsync.cli.checks.result import BAD, OK, WARN, CheckResult
from batchsync.config import Config
from batchsync.messages import Message, doctor

PATIENCE_S = 5.0
_PROXY_NAMES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def address(config: Config) -> Iterator[CheckResult]:
    """Yield what is wrong on the way to the server, or how fast it answers."""
    parts = urlsplit(config.api.url)
    if config.api.proxy:
        hop = urlsplit(config.api.proxy if "//" in config.api.proxy else f"//{config.api.proxy}")
        yield _connected(hop, config, doctor.PROXY)
    else:
        yield _connected(parts, config, doctor.ADDRESS)
        ignored = sorted({name for name in _PROXY_NAMES if os.environ.get(name)})
        if ignored:
            yield CheckResult(WARN, Message(doctor.PROXY_IGNORED, {"names": ", ".join(ignored)}))
    if parts.scheme == "http" and not is_local(parts.hostname or ""):
        yield CheckResult(WARN, Message(doctor.ADDRESS_CLEAR))


def is_local(host: str) -> bool:
    """Whether the way to a host never leaves this computer."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _connected(parts: SplitResult, config: Config, way: doctor.Way) -> CheckResult:
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    facts: dict[str, object] = {"host": host, "port": port}
    started = monotonic()
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return CheckResult(BAD, Message(way.unknown, {**facts, "error": _reason(error)}))
    try:
        with socket.create_connection((host, port), timeout=min(PATIENCE_S, config.api.connect_timeout)):
            took = round((monotonic() - started) * 1000)
    except OSError as error:
        return CheckResult(BAD, Message(way.closed, {**facts, "error": _reason(error)}))
    return CheckResult(OK, Message(way.open, {**facts, "ms": took}))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
