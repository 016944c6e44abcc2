"""A bug of ours is written down where its user can find it, without the token."""

import os
import platform
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from batchsync import __version__

SHORTEST_SECRET = 6
"""Masking something shorter would mask half the text."""


def write_crash_report(error: BaseException) -> Path | None:
    """Return the log's path, or None when nothing can be written anywhere."""
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"bug-{datetime.now().astimezone():%Y%m%d-%H%M%S}-{os.getpid()}.log"
            path.write_text(mask_token(_error_text(error)), encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return path
    return None


def _folders() -> Iterator[Path]:
    import platformdirs

    yield Path(platformdirs.user_log_dir("batchsync", appauthor=False))
    yield Path.cwd()


def _error_text(error: BaseException) -> str:
    trace = "".join(traceback.format_exception(error))
    system = f"batchsync {__version__}, Python {sys.version.split()[0]}, {platform.platform()}"
    return f"{system}\n{' '.join(sys.argv[1:2])}\n\n{trace}"


def mask_token(text: str) -> str:
    """Return the text without the access token, wherever it came from."""
    secrets = {os.environ.get("BATCHSYNC_TOKEN", "").strip()}
    token = sys.modules.get("batchsync.settings.token")
    if token is not None:  # else no settings were read, and no token
        secrets |= token.seen()
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text
