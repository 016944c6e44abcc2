"""`doctor` on the ledger: where it is, whether it is sound, and whether its disk will do."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from batchsync.cli.checks.result import BAD, OK, WARN, CheckResult
from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.errors import BatchsyncError
from batchsync.formatting import file_size, local_time
from batchsync.ledger import Ledger, is_postgres, open_ledger, open_postgres
from batchsync.ledger.location import network_file_system, path_of
from batchsync.messages import Message, doctor

LOW_BYTES = 500_000_000
"""Less free space than this is worth a warning: a million orders with their answers take about 125 MB."""


def ledger(config: Config, clock: Clock) -> Iterator[CheckResult]:
    """Check the ledger and its disk."""
    if is_postgres(config.ledger.url):
        yield from _server(config, clock)
        return
    try:
        path = path_of(config.ledger.url)
    except BatchsyncError as error:
        yield CheckResult(BAD, Message(doctor.LEDGER_UNUSABLE, {"fault": Message(error.text, error.facts)}))
        return
    nearest = _nearest(path)
    if path.exists():
        yield from _check_integrity(path, config, clock)
    elif os.access(nearest, os.W_OK):
        yield CheckResult(OK, Message(doctor.LEDGER_NEW, {"path": path}))
    else:
        yield CheckResult(BAD, Message(doctor.LEDGER_FOLDER, {"folder": nearest}))
    kind = network_file_system(nearest)
    if kind:
        yield CheckResult(BAD, Message(doctor.LEDGER_NETWORK, {"path": path, "kind": kind}))
    free = shutil.disk_usage(nearest).free
    low = free < LOW_BYTES
    yield CheckResult(
        WARN if low else OK, Message(doctor.DISK_LOW if low else doctor.DISK_OK, {"free": file_size(free)})
    )


def _nearest(path: Path) -> Path:
    """The folder that is already there, in which the rest would be made."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _check_integrity(path: Path, config: Config, clock: Clock) -> Iterator[CheckResult]:
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        yield CheckResult(BAD, Message(doctor.LEDGER_FOLDER, {"folder": path}))
        return
    try:
        with open_ledger(config.ledger.url, read_only=True, clock=clock) as opened:
            yield from _checked(opened, path.stat().st_size, clock)
    except BatchsyncError as error:
        yield CheckResult(BAD, Message(doctor.LEDGER_UNUSABLE, {"fault": Message(error.text, error.facts)}))


def _server(config: Config, clock: Clock) -> Iterator[CheckResult]:
    """A PostgreSQL ledger: whether it answers, may be trusted, and is sound."""
    assert config.ledger.url is not None
    try:
        with open_postgres(config.ledger.url, read_only=True, clock=clock) as opened:
            if opened.is_new:
                yield CheckResult(OK, Message(doctor.LEDGER_NEW, {"path": opened.place}))
            else:
                yield from _checked(opened, opened.size().bytes, clock)
    except BatchsyncError as error:
        yield CheckResult(BAD, Message(doctor.LEDGER_UNUSABLE, {"fault": Message(error.text, error.facts)}))


def _checked(opened: Ledger, held: int, clock: Clock) -> Iterator[CheckResult]:
    faults = opened.verify()
    newest = next(iter(opened.runs(1)), None)
    for fault in faults:
        yield CheckResult(BAD, Message(doctor.LEDGER_FAULTS, {"path": opened.place, "fault": fault}))
    if not faults:
        yield CheckResult(OK, Message(doctor.LEDGER_OK, {"path": opened.place, "size": file_size(held)}))
    now = clock.now()
    if newest is not None and newest.started_at > now:
        facts = {"now": local_time(now), "last": local_time(newest.started_at)}
        yield CheckResult(BAD, Message(doctor.CLOCK_BACK, facts))
