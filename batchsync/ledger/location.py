"""Where a ledger lives, and whose account it books."""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from batchsync.errors import LedgerError
from batchsync.fsutil import sync_folder
from batchsync.messages import ledger as messages

DEFAULT_PORTS = {"http": 80, "https": 443}
DRIVE_REMOTE = 4
"""What Windows' GetDriveTypeW returns for a network drive."""
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "9p",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.s3fs",
        "davfs",
        "ncpfs",
    }
)


def path_of(url: str | None) -> Path:
    """Return the file that `url` names: a path, sqlite:///..., or None for the user's data folder."""
    if url is None:
        from platformdirs import user_data_path

        return user_data_path("batchsync", appauthor=False) / "ledger.db"
    if url.startswith("sqlite://"):
        rest = unquote(url.removeprefix("sqlite://"))
        return Path(rest.removeprefix("/")).expanduser().absolute()
    if "://" in url:
        raise LedgerError(messages.UNKNOWN_URL, url=_without_password(url))
    return Path(url).expanduser().absolute()


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition('://')[0]}://...@{tail}" if at else url


def normal_endpoint(endpoint: str) -> str:
    """Return one spelling for all that reach the same address: what has been paid is known by it.

    Without its scheme: the same server answers, and charges, by http and https.
    """
    parts = urlsplit(endpoint.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower().rstrip(".")
    port = parts.port
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != DEFAULT_PORTS.get(scheme):
        shown = f"{shown}:{port}"
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(("", shown, path, parts.query, "")).removeprefix("//")


def make_folder(path: Path) -> None:
    """Make the ledger's folder, for its owner only. A folder that is already there is left as it is."""
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file that only its owner can read, and see its name safely on the disk."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    sync_folder(path.parent)


def network_file_system(path: Path) -> str | None:
    """Return the kind of network file system `path` lies on, or None when it is local or unknown."""
    if sys.platform == "win32":
        return "UNC" if str(path).startswith("\\\\") else _kind_of_drive(path.drive)
    kind = _mounted_kind(path)
    return kind if kind in NETWORK_FILE_SYSTEMS else None


def _kind_of_drive(drive: str) -> str | None:
    """Return "mapped drive X:" for a drive letter that stands for a network share on Windows."""
    import ctypes

    kind = ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\")  # type: ignore[attr-defined,unused-ignore]
    return f"mapped drive {drive}" if kind == DRIVE_REMOTE else None


def _mounted_kind(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = "", None
    real = os.path.realpath(path)
    for line in lines:
        fields = line.split(" ")
        point = fields[1].encode().decode("unicode_escape")
        if len(point) >= len(best) and (real == point or real.startswith(point.rstrip("/") + "/")):
            best, kind = point, fields[2]
    return kind
