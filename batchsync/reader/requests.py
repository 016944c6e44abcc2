"""The parent's side: asks a child to read a file and raises or yields in the house's own nouns."""

import hashlib
import os
import stat
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar, cast

from batchsync.config import InputSettings
from batchsync.errors import ColumnsUnclear, FileUnreadable, InputError
from batchsync.messages import reader as reader_messages
from batchsync.messages.render import Message, Translation
from batchsync.model import CellBatch, FileFound, RowBatch, SheetCells, SheetFound
from batchsync.reader import messages
from batchsync.reader.parser_process import MEMORY, ParserProcess, seconds_for

Noun = TypeVar("Noun", FileFound | SheetFound | RowBatch, FileFound | SheetCells | CellBatch)
_HASHED_AT_ONCE = 1 << 20


def orders(path: Path, settings: InputSettings) -> Generator[FileFound | SheetFound | RowBatch, None, None]:
    """Yield what the plan needs of a file."""
    return _read(path, settings, "orders", messages.ORDERS)


def cells(path: Path, settings: InputSettings) -> Generator[FileFound | SheetCells | CellBatch, None, None]:
    """Yield every cell of a file."""
    return _read(path, settings, "cells", messages.CELLS)


def _read(
    path: Path, settings: InputSettings, mode: str, makers: dict[str, Callable[..., Noun]]
) -> Generator[Noun, None, None]:
    size = _regular_size(path)
    request = {"mode": mode, "path": str(path.absolute()), "wishes": settings.model_dump(mode="json")}
    try:
        child = ParserProcess(request, seconds=seconds_for(size))
    except OSError as error:
        raise FileUnreadable(reader_messages.NO_CHILD, file=path.name, error=str(error)) from error
    with closing(child):
        sha256 = _hashed(path)  # while the child starts
        try:
            yield from _nouns(path, child, makers, sha256=sha256, size=size)
        except ValueError as error:
            raise FileUnreadable(
                reader_messages.DAMAGED, file=path.name, why=reader_messages.WHY["answer"]
            ) from error


def _nouns(
    path: Path, child: ParserProcess, makers: dict[str, Callable[..., Noun]], *, sha256: str, size: int
) -> Generator[Noun, None, None]:
    for message in child.messages():
        tag, *facts = messages.a_list(message)
        if tag == "end":
            return
        if tag == "file":
            found = messages.file_found(*facts, sha256=sha256, size=size)
            yield cast("Noun", found)
        elif tag in makers:
            yield makers[tag](*facts)
        else:
            raise _error(path, messages.a_text(tag), facts)
    raise _death(path, child)


def _regular_size(path: Path) -> int:
    """Return the size of a file that can be read at all; the name counts only for Excel's lock files."""
    if path.name.startswith("~$"):
        raise FileUnreadable(reader_messages.LOCK_FILE, file=path.name)
    try:
        about = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileUnreadable(reader_messages.MISSING, file=str(path)) from error
    except (OSError, ValueError) as error:
        raise _cant_open(path, error) from error
    if not stat.S_ISREG(about.st_mode):
        raise FileUnreadable(reader_messages.NOT_A_FILE, file=str(path))
    if about.st_size == 0:
        raise FileUnreadable(reader_messages.EMPTY, file=path.name)
    if not os.access(path, os.R_OK):
        raise _cant_open(path, PermissionError(13, "Permission denied"))
    return about.st_size


def _hashed(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _cant_open(path, error) from error


# --- Errors -------------------------------------------------------------------------------------------------


def _cant_open(path: Path, error: Exception) -> FileUnreadable:
    words_of_it = (isinstance(error, OSError) and error.strerror) or str(error)
    return FileUnreadable(reader_messages.CANT_OPEN, file=path.name, error=words_of_it)


def _death(path: Path, child: ParserProcess) -> FileUnreadable:
    if child.killed == "TOO_SLOW":
        return FileUnreadable(reader_messages.TOO_SLOW, file=path.name, seconds=round(child.seconds))
    if child.killed == "TOO_LARGE":
        return FileUnreadable(reader_messages.TOO_LARGE, file=path.name, most=child.memory >> 20)
    return FileUnreadable(reader_messages.DIED, file=path.name)


def _error(path: Path, tag: str, facts: list[Any]) -> InputError:
    if tag == "unreadable":
        return _unreadable(path, *facts)
    if tag == "said":
        return _said(path, *facts)
    if tag == "broke":
        kind, what = map(messages.a_text, facts)
        return FileUnreadable(
            reader_messages.DAMAGED, file=path.name, why=f"{kind}: {what}" if what else kind
        )
    raise ValueError(tag)


def _unreadable(path: Path, name: str, facts: dict[str, str]) -> FileUnreadable:
    text = getattr(reader_messages, messages.a_text(name), None)
    if not isinstance(text, Translation):
        raise ValueError(name)  # noqa: TRY004 - nonsense on the pipe
    told: dict[str, object] = {"file": path.name, "most": MEMORY >> 20, **messages.facts(facts)}
    for key, meanings in (("why", reader_messages.WHY), ("what", reader_messages.WHAT)):
        if told.get(key) in meanings:
            told[key] = meanings[str(told[key])]
    return FileUnreadable(text, **told)


def _said(path: Path, kind: str, text: Any, facts: dict[str, Any]) -> InputError:
    """Raise again what the child raised: its text and facts, some of them texts themselves."""
    error = ColumnsUnclear if kind == "ColumnsUnclear" else FileUnreadable
    told = {name: _fact(fact) for name, fact in messages.a_dict(facts).items()}
    return error(_text(text), **{"file": path.name, **told})


def _text(parts: Any) -> Translation:
    en, zh = map(messages.a_text, messages.a_list(parts))
    return Translation(en=en, zh=zh)


def _fact(fact: Any) -> object:
    if not isinstance(fact, list):
        return messages.a_text(fact)
    if len(fact) == 3:
        return Message(
            _text(fact[:2]), {name: _fact(inner) for name, inner in messages.a_dict(fact[2]).items()}
        )
    return _text(fact)
