"""`doctor` on nights: the inbox, where files go from there, and whether those who should be told can be reached."""

import os
from collections.abc import Iterator
from pathlib import Path

from batchsync.cli.finding import BAD, OK, WARN, Finding
from batchsync.config import Config
from batchsync.words import Said, nights, start


def inbox(config: Config) -> Iterator[Finding]:
    """Yield what there is to say of the inbox and of notify.urls; nothing when neither is set."""
    folder = config.inbox.folder
    if folder is not None:
        yield from _folders(folder.expanduser().absolute(), config)
    if config.notify.urls:
        yield from _messages(config)


def _folders(folder: Path, config: Config) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(BAD, Said(nights.INBOX_MISSING, {"folder": folder}))
        return
    done, attention = config.inbox.done, config.inbox.attention
    wanted = (folder, done or folder.parent / "done", attention or folder.parent / "attention")
    bad = [each for each in wanted if not _takes_files(each)]
    for each in bad:
        error = Said(start.NOT_WRITABLE)
        yield Finding(BAD, Said(nights.FOLDER_UNUSABLE, {"folder": each, "error": error}))
    if not bad:
        yield Finding(OK, Said(start.INBOX_OK, {"folder": folder}))


def _takes_files(folder: Path) -> bool:
    """Whether files can be moved there, or the folder can be made."""
    nearest = folder.expanduser().absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return nearest.is_dir() and os.access(nearest, os.W_OK)


def _messages(config: Config) -> Iterator[Finding]:
    from batchsync.nightly import notify

    faults = notify.look_at(config.notify)
    for fault in faults:
        yield Finding(WARN, fault)
    if not faults:
        yield Finding(OK, Said(start.NOTIFY_OK, {"count": len(config.notify.urls)}))
