"""Removes the password of an uploaded workbook, in a subprocess, since the file is foreign input.

The subprocess reads paths and password from stdin, never from its arguments, and has no access to the token.
"""

import json
import subprocess
import sys
from pathlib import Path

from batchsync.errors import FileUnreadable
from batchsync.messages import reader as reader_messages
from batchsync.messages import web as messages
from batchsync.reader.spawn import environment
from batchsync.reader.worker import limit_memory

SECONDS_MAX = 60.0
MEMORY_MAX = 900 << 20


def unlock(path: Path, target: Path, password: str, name: str) -> None:
    """Write a workbook without its password to `target`. Raises FileUnreadable for a wrong password; blocks."""
    request = json.dumps({"path": str(path), "target": str(target), "password": password}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "batchsync.web.unlock"],
            input=request,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FileUnreadable(reader_messages.TOO_SLOW, file=name, seconds=round(SECONDS_MAX)) from None
    if done.returncode != 0:
        target.unlink(missing_ok=True)
        raise FileUnreadable(messages.WRONG_FILE_PASSWORD)


def main() -> int:
    """Decrypt the workbook that stdin names; return 1 when the password is wrong."""
    import msoffcrypto

    limit_memory(MEMORY_MAX)
    request = json.load(sys.stdin)
    with Path(request["path"]).open("rb") as source, Path(request["target"]).open("wb") as target:
        try:
            workbook = msoffcrypto.OfficeFile(source)
            workbook.load_key(password=request["password"], verify_password=True)
            workbook.decrypt(target)
        except Exception:  # noqa: BLE001 - msoffcrypto raises whatever a wrong password or a broken file leads to
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
