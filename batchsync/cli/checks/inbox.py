"""Checks of the nightly run: the inbox, its folders, and the notification addresses."""

import os
from collections.abc import Iterator
from pathlib import Path

from batchsync.cli.checks.result import BAD, OK, WARN, CheckResult
from batchsync.config import Config
from batchsync.messages import Message, doctor, nightly


def inbox(config: Config) -> Iterator[CheckResult]:
    """Check the inbox and notify.urls; nothing if neither is set."""
    folder = config.inbox.folder
    if folder is not None:
        yield from _folders(folder.expanduser().absolute(), config)
    if config.notify.urls:
        yield from _messages(config)


def _folders(folder: Path, config: Config) -> Iterator[CheckResult]:
    if not folder.is_dir():
        yield CheckResult(BAD, Message(nightly.INBOX_MISSING, {"folder": folder}))
        return
    done, attention = config.inbox.done, config.inbox.attention
    wanted = (folder, done or folder.parent / "done", attention or folder.parent / "attention")
    bad = [each for each in wanted if not _takes_files(each)]
    for each in bad:
        error = Message(doctor.NOT_WRITABLE)
        yield CheckResult(BAD, Message(nightly.FOLDER_UNUSABLE, {"folder": each, "error": error}))
    if not bad:
        yield CheckResult(OK, Message(doctor.INBOX_OK, {"folder": folder}))


def _takes_files(folder: Path) -> bool:
    """Whether files can be moved there, or the folder can be made."""
    nearest = folder.expanduser().absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    return nearest.is_dir() and os.access(nearest, os.W_OK)


def _messages(config: Config) -> Iterator[CheckResult]:
    from batchsync.nightly import notify

    faults = notify.validate_urls(config.notify)
    for fault in faults:
        yield CheckResult(WARN, fault)
    if not faults:
        yield CheckResult(OK, Message(doctor.NOTIFY_OK, {"count": len(config.notify.urls)}))
