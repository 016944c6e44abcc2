"""The walled child: limits itself, reads one request from stdin, answers on stdout, and may die at any moment.

Started by `wall.py` as `python -m batchsync.reader.worker`. It is light: 20 ms of imports for a small .xlsx.
"""

import gc
import os
import sys
from pathlib import Path
from typing import IO, Any

from batchsync.reader import serialize
from batchsync.reader.protocol import receive, send
from batchsync.reader.source import ReadOptions, UnreadableFile


def main() -> None:
    """Answer one request."""
    gc.disable()  # millions of short-lived tuples and no circles: 15 % of the time
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not spoil the frames
    request = receive(sys.stdin.buffer)
    if request is None:  # started ahead of a file that never came
        return
    limit_memory(request["memory"])
    answer(request, out)


def answer(request: dict[str, Any], out: IO[bytes]) -> None:
    """Send what was asked for, and how it ended."""
    wishes = ReadOptions(**request["wishes"])
    way = serialize.orders if request["mode"] == "orders" else serialize.cells
    try:
        for message in way(Path(request["path"]), wishes):
            send(out, message)
        end: list[Any] = ["end"]
    except UnreadableFile as error:
        end = ["unreadable", error.text, error.facts]
    except MemoryError:
        end = ["unreadable", "TOO_LARGE", {}]
    except OSError as error:
        end = ["unreadable", "CANT_OPEN", {"error": error.strerror or type(error).__name__}]
    except BaseException as error:  # noqa: BLE001 - also the panics of foreign libraries
        end = _said(error) or ["broke", type(error).__name__, str(error)[:200]]
    send(out, end)


def limit_memory(most: int) -> None:
    """Let the system refuse more memory than this; where it can't, the parent watches."""
    try:
        import resource
    except ImportError:
        return
    try:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        return


def _said(error: BaseException) -> list[Any] | None:
    """Take apart an error that a user can mend, so that the parent can raise it again; None for any other."""
    errors = sys.modules.get("batchsync.errors")
    if errors is None or not isinstance(error, errors.InputError):
        return None
    facts = {name: _plain(fact) for name, fact in error.facts.items()}
    return ["said", type(error).__name__, _plain(error.text), facts]


def _plain(fact: Any) -> Any:
    if hasattr(fact, "facts"):
        return [*_plain(fact.text), {name: _plain(value) for name, value in fact.facts.items()}]
    return [fact.en, fact.zh] if hasattr(fact, "en") else str(fact)


if __name__ == "__main__":
    main()
