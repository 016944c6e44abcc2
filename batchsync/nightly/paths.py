"""The folders of a night: where files come in, where they end, and where it keeps its own memory."""

import os
from dataclasses import dataclass
from pathlib import Path

from batchsync.config import InboxSettings
from batchsync.errors import SettingsError
from batchsync.messages import nightly as messages

MEMORY = ".batchsync"
"""Inside the inbox: a file is taken by renaming it, which no other program can see half done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyPaths:
    """All of them, absolute."""

    inbox: Path
    done: Path
    attention: Path
    reports: Path
    memory: Path

    @property
    def work(self) -> Path:
        """One folder for each file that was taken and not yet filed."""
        return self.memory / "work"


def nightly_paths(settings: InboxSettings) -> NightlyPaths:
    """Return the folders that the settings name, made where need be. Raises SettingsError without an inbox.

    The inbox itself is never made: a share that isn't mounted must not look like a night without files.
    """
    if settings.folder is None:
        raise SettingsError(messages.NO_INBOX)
    inbox = Path(os.path.abspath(settings.folder.expanduser()))  # noqa: PTH100 (a link to the inbox stays a link)
    if not inbox.is_dir():
        raise SettingsError(messages.INBOX_MISSING, folder=inbox)
    beside = inbox.parent
    places = NightlyPaths(
        inbox=inbox,
        done=_absolute(settings.done, beside / "done"),
        attention=_absolute(settings.attention, beside / "attention"),
        reports=_absolute(settings.done, beside / "done").parent / "reports",
        memory=inbox / MEMORY,
    )
    for folder in (places.done, places.attention, places.reports, places.work):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                messages.FOLDER_UNUSABLE, folder=folder, error=error.strerror or error
            ) from error
    return places


def _absolute(given: Path | None, otherwise: Path) -> Path:
    return otherwise if given is None else given.expanduser().absolute()
