"""The desk: files that were taken from the inbox and are not yet filed. Here a night that was killed finds them again.

Each file has a folder `work/MERCHANT/ID/` (`work/_/ID/` for the inbox itself):

    NAME            the file as it came, moved here by a rename
    copy/NAME       what is worked on
    result/         what comes of it
    ticket.json     how far it has come

    taken -> worked on (again after each crash; the ledger sees to it that nothing is paid twice) -> filed

The ticket is written before the file is moved, and all it says but the outcome can be found out anew from the folder, so
neither a kill nor a power cut between any two steps loses a file. Filing first writes down what goes where, then moves
each thing that has not been moved yet; the file itself goes last.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

import orjson

from batchsync import fsutil
from batchsync.fsutil import sync_folder
from batchsync.nightly.inbox import PendingFile, fingerprint, is_regular, safe_name
from batchsync.nightly.paths import NightlyPaths

TICKET = "ticket.json"
NO_MERCHANT = "_"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxJob:
    """One file on the desk."""

    id: str
    folder: str
    """The merchant's folder that it came from; empty for the inbox itself."""
    name: str
    came_at: str = ""
    """When it was taken: local time with its zone, ISO 8601."""
    aside: str = ""
    """The name of the NAME.yaml that came with it."""
    sha256: str = ""
    size: int = 0
    runs: Mapping[str, str] = field(default_factory=dict)
    """Every run that worked on it, the oldest first, and the night in which it did."""
    starts: int = 0
    """How often work on it began and never came to an end."""
    where: str = ""
    """`done` or `attention` once that is decided."""
    moves: tuple[tuple[str, str], ...] = ()
    """What is filed: names within the ticket's folder, and the places they go to."""

    @property
    def shown(self) -> str:
        """The name as its owner knows it."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class Workspace:
    """Takes files from the inbox, remembers them, and files them."""

    def __init__(self, places: NightlyPaths) -> None:
        self._places = places

    def folder_of(self, ticket: InboxJob) -> Path:
        """Return the ticket's own folder."""
        return self._places.work / (ticket.folder or NO_MERCHANT) / ticket.id

    def original(self, ticket: InboxJob) -> Path:
        """Return the file as it came."""
        return self.folder_of(ticket) / ticket.name

    def copy(self, ticket: InboxJob) -> Path:
        """Return what is worked on."""
        return self.folder_of(ticket) / "copy" / ticket.name

    def results(self, ticket: InboxJob) -> Path:
        """Return the folder for results."""
        return self.folder_of(ticket) / "result"

    def aside(self, ticket: InboxJob) -> Path | None:
        """Return the NAME.yaml that came with the file."""
        return self.folder_of(ticket) / ticket.aside if ticket.aside else None

    # --- Taking ---------------------------------------------------------------------------------------------

    def take(self, waiting: PendingFile, at: datetime) -> InboxJob | None:
        """Move a settled file here; None when it changed, went away, or is held open by another program."""
        aside = waiting.asides[0].name if waiting.asides else ""
        ticket = InboxJob(
            id=f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
            folder=waiting.folder,
            name=safe_name(waiting.path.name),
            came_at=at.isoformat(timespec="seconds"),
            aside=aside if aside != safe_name(waiting.path.name) else "",
        )
        folder = self.folder_of(ticket)
        folder.mkdir(parents=True)
        self.note(ticket)
        try:
            if fingerprint(waiting.path.lstat()) != waiting.mark:
                raise FileNotFoundError(waiting.path)
            waiting.path.rename(self.original(ticket))
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)  # nothing but the ticket is in it
            return None
        if not is_regular(self.original(ticket)):  # somebody put a link there at the last moment
            self.original(ticket).rename(waiting.path)
            shutil.rmtree(folder, ignore_errors=True)
            return None
        self._take_aside(ticket)
        return ticket

    def _take_aside(self, ticket: InboxJob) -> None:
        """Move the NAME.yaml here, too, unless it is here; an editor may hold it, a kill may have come before."""
        aside = self.aside(ticket)
        if aside is not None and not aside.exists():
            with contextlib.suppress(OSError):  # without it nothing of the file is sent
                (self._places.inbox / ticket.folder / ticket.aside).rename(aside)

    def prepare(self, ticket: InboxJob) -> InboxJob:
        """Make the copy that is worked on, and hash it. Raises OSError when the disk takes no more."""
        self._take_aside(ticket)
        copy, results = self.copy(ticket), self.results(ticket)
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            beside = copy.with_name(f".{copy.name}.new")
            shutil.copyfile(self.original(ticket), beside)
            beside.replace(copy)
        shutil.rmtree(
            results, ignore_errors=True
        )  # of a run that went no further; the ledger can tell it any time
        results.mkdir()
        known = replace(ticket, sha256=fsutil.sha256_of(copy), size=copy.stat().st_size)
        self.note(known)
        return known

    def note(self, ticket: InboxJob) -> None:
        """Write down how far a file has come."""
        fsutil.atomic_write_unsynced(self.folder_of(ticket) / TICKET, orjson.dumps(asdict(ticket)))

    # --- After a crash --------------------------------------------------------------------------------------

    def unfinished(self) -> list[InboxJob]:
        """Return what an earlier night left on the desk, the longest waiting first."""
        found = [
            ticket
            for merchant in sorted(_folders(self._places.work))
            for folder in sorted(_folders(merchant))
            if (ticket := self._read(merchant.name, folder)) is not None
        ]
        return sorted(found, key=lambda ticket: (ticket.came_at, ticket.id))

    def _read(self, merchant: str, folder: Path) -> InboxJob | None:
        try:
            said = orjson.loads((folder / TICKET).read_bytes())
            said["moves"] = tuple((source, target) for source, target in said["moves"])
            ticket = InboxJob(**said)
        except (OSError, ValueError, KeyError, TypeError):
            return self._found_anew(merchant, folder)
        if ticket.moves or is_regular(folder / ticket.name):
            return ticket
        shutil.rmtree(
            folder, ignore_errors=True
        )  # killed between the ticket and the move: the file is in the inbox
        return None

    def _found_anew(self, merchant: str, folder: Path) -> InboxJob | None:
        """Make a new ticket for a file whose own was lost in a power cut."""
        files = [path for path in sorted(folder.iterdir()) if is_regular(path) and path.name != TICKET]
        files = [path for path in files if not path.name.startswith(".")]
        asides = [path.name for path in files if path.suffix in (".yaml", ".yml")]
        names = [path.name for path in files if path.name not in asides]
        if not names:
            return None
        came = datetime.fromtimestamp(folder.stat().st_mtime).astimezone().isoformat(timespec="seconds")
        return InboxJob(
            id=folder.name,
            folder="" if merchant == NO_MERCHANT else merchant,
            name=names[0],
            came_at=came,
            aside=next(iter(asides), ""),
        )

    # --- Filing ---------------------------------------------------------------------------------------------

    def decide(self, ticket: InboxJob, where: str, night: str, results: Collection[Path]) -> InboxJob:
        """Write down where a file and its results go; names that are taken there are left alone."""
        base = self._places.done if where == "done" else self._places.attention
        target = base / night / ticket.folder if ticket.folder else base / night
        folder = self.folder_of(ticket)
        changed = ticket.sha256 and fsutil.sha256_of(self.original(ticket)) != ticket.sha256
        sources = [path for path in results if path.exists()]
        if (
            changed
        ):  # whoever brought it went on writing after it had been taken: what was sent is kept as well
            sources.append(self.copy(ticket))
        aside = self.aside(ticket)
        if aside is not None and aside.exists():
            sources.append(aside)
        sources.append(self.original(ticket))
        names = [_filed_name(source, self.copy(ticket)) for source in sources]
        nth = _free_number(target, names)
        moves = tuple(
            (source.relative_to(folder).as_posix(), str(target / _numbered(name, nth)))
            for source, name in zip(sources, names, strict=True)
        )
        decided = replace(ticket, where=where, moves=moves)
        self.note(decided)
        return decided

    def file(self, ticket: InboxJob) -> InboxJob:
        """Move everything to its place, and return the ticket that says where. May be done again after a crash.

        Where somebody has put a file of that name there meanwhile, ours takes the next free one.
        """
        folder = self.folder_of(ticket)
        for nth in range(len(ticket.moves)):
            ticket = self._move(ticket, folder, nth)
        for parent in {Path(target).parent for _, target in ticket.moves}:
            sync_folder(parent)
        return ticket

    def _move(self, ticket: InboxJob, folder: Path, nth: int) -> InboxJob:
        while True:
            source, target = ticket.moves[nth]
            try:
                fsutil.move(folder / source, Path(target))
            except FileExistsError:
                place = Path(target)
                free = place.with_name(_numbered(place.name, _free_number(place.parent, [place.name])))
                moves = (*ticket.moves[:nth], (source, str(free)), *ticket.moves[nth + 1 :])
                ticket = replace(ticket, moves=moves)
                self.note(ticket)
            else:
                return ticket

    def clear(self, ticket: InboxJob) -> None:
        """Take the empty folder and the copy away; the file itself has been filed."""
        if not os.path.lexists(self.original(ticket)):
            shutil.rmtree(self.folder_of(ticket), ignore_errors=True)


def _folders(path: Path) -> Iterator[Path]:
    return (each for each in path.iterdir() if each.is_dir() and not each.is_symlink())


def _filed_name(source: Path, copy: Path) -> str:
    return f"{copy.stem}.as-sent{copy.suffix}" if source == copy else source.name


def _numbered(name: str, nth: int) -> str:
    if nth == 1:
        return name
    stem, dot, rest = name.partition(".")
    return f"{stem}-{nth}{dot}{rest}" if stem else f"{nth}{name}"


def _free_number(target: Path, names: Collection[str]) -> int:
    """Return the number under which none of the names is taken: a file and its result stay side by side."""
    nth = 1
    while any(os.path.lexists(target / _numbered(name, nth)) for name in names):
        nth += 1
    return nth
