"""Where the page may be offered, and under which names: decided before anything listens."""

import hmac
import ipaddress
import os
import socket
import stat
from dataclasses import dataclass, field
from pathlib import Path

from batchsync.config import WebSettings
from batchsync.errors import SettingsError
from batchsync.messages import web as messages

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the page is bound, and what opens it."""

    host: str
    port: int
    local: bool
    """Whether only this machine can reach it."""
    password: str = field(default="", repr=False)

    def opens(self, given: str) -> bool:
        """Whether this is the password; takes as long for every wrong one."""
        return bool(self.password) and hmac.compare_digest(given.encode(), self.password.encode())

    def answers_to(self, host: str, port: int) -> bool:
        """Whether a Host header names this page.

        A site that rebinds its name to our address still sends its name, so names are on a list. A bare address
        can't be rebound: it is fine wherever the page is offered to others.
        """
        name, its_port = split_host(host)
        if its_port != port:
            return False
        ours = {*OWN_NAMES, self.host.lower(), f"[{self.host.lower()}]"}
        if name in ours or self.local:
            return name in ours
        return name == socket.gethostname().lower() or is_address(name)


def access_of(settings: WebSettings) -> Access:
    """Return how the page may be offered. Raises SettingsError for other hosts than this one without a password."""
    host = "127.0.0.1" if settings.host.lower() == "localhost" else settings.host  # one socket, one port
    local = is_loopback(host)
    password = read_password(settings.password_file) if settings.password_file else ""
    if not local and not password:
        raise SettingsError(messages.NEEDS_PASSWORD, host=settings.host)
    return Access(host=host, port=settings.port, local=local, password=password)


def read_password(path: Path) -> str:
    """Return the password in a file that only its owner can read. Raises SettingsError."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")[: LONGEST_PASSWORD + 1].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(messages.NO_PASSWORD_FILE, file=path, error=error) from error
    if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):  # Windows has no such bits
        raise SettingsError(messages.PASSWORD_OPEN, file=path)
    if not SHORTEST_PASSWORD <= len(text) <= LONGEST_PASSWORD:
        raise SettingsError(messages.PASSWORD_SHORT, file=path, least=SHORTEST_PASSWORD)
    return text


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what is bound there."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_address(name: str) -> bool:
    """Whether a host is a bare IP address."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def split_host(host: str) -> tuple[str, int]:
    """Return name and port of a Host header; port 80 when it names none, -1 when it is no number."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or port.endswith("]"):
        return host.lower(), 80
    return name, int(port) if port.isdecimal() and len(port) <= 5 else -1
