"""Where a result goes: decided, and tried, before anything is sent."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from batchsync.config import OutputSettings
from batchsync.errors import OutputError
from batchsync.fsutil import LONGEST_NAME, fit_file_name
from batchsync.messages import job as messages

SUFFIXES: dict[str, Literal["xlsx", "csv"]] = {".xlsx": "xlsx", ".xlsm": "xlsx", ".csv": "csv"}

OTHER_KINDS = frozenset({".xls", ".xlsb", ".ods", ".et", ".tsv", ".txt", ".json", ".pdf", ".html", ".zip"})
"""What a result is never written as. Such a name must not quietly become a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPath:
    """A place for a result."""

    path: Path
    """Absolute: whoever reads it later, in the ledger or in the totals, stands in another folder."""
    format: Literal["xlsx", "csv"]
    asked: bool
    """Whether the user named the place."""


def choose_output_path(source: Path, output: Path | None, settings: OutputSettings) -> OutputPath:
    """Return where the result of `source` goes. `output` names a file by its suffix, or else a folder.

    Raises OutputError when a place that was asked for can't be written, or is the input itself.
    """
    if output is not None and output.suffix.lower() in OTHER_KINDS and not output.is_dir():
        raise OutputError(messages.OUTPUT_KIND, path=output, suffix=output.suffix)
    asked = output if output is not None else settings.folder
    if output is not None and output.suffix.lower() in SUFFIXES and not output.is_dir():
        target = OutputPath(path=output.absolute(), format=SUFFIXES[output.suffix.lower()], asked=True)
    else:
        longest = LONGEST_NAME - len(b".20261123-0212")  # an older result is renamed with its time
        name = fit_file_name(f"{source.stem}.{settings.format}", ".result", longest)
        folder = asked if asked is not None else source.parent
        target = OutputPath(path=(folder / name).absolute(), format=settings.format, asked=False)
    if target.path.exists() and source.exists() and target.path.samefile(source):
        raise OutputError(messages.OUTPUT_IS_INPUT, path=source)
    if asked is not None:
        _try(target.path.parent)
    return target


def _try(folder: Path) -> None:
    """See that a folder takes files; made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".batchsync-", dir=folder)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise OutputError(messages.OUTPUT_FOLDER, folder=folder, error=error.strerror or error) from error
