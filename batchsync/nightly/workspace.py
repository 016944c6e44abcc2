"""The workspace: files that were taken from the inbox and are not archived yet. A killed nightly run is resumed here.

Each file has a folder `work/MERCHANT/ID/` (`work/_/ID/` for the inbox itself):

    NAME            the original, moved here by a rename
    copy/NAME       the copy that is processed
    result/         its results
    state.json      the InboxFile below

    taken -> processed (again after each crash; the ledger prevents paying twice) -> archived

`state.json` is written before the file is moved, and everything in it but the decision can be recovered from the folder,
so neither a kill nor a power failure between two steps loses a file. Archiving first records all moves, then does each
move that was not done yet; the original is moved last.
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
from batchsync.config import InboxSettings
from batchsync.errors import SettingsError
from batchsync.messages import nightly as messages
from batchsync.nightly.inbox import PendingFile, fingerprint, is_regular, safe_name

STATE_FILE = "state.json"
NO_MERCHANT = "_"


STATE_FOLDER = ".batchsync"
"""Inside the inbox, so that a file is taken by a rename, which is atomic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyPaths:
    """The folders of a nightly run, absolute."""

    inbox: Path
    done: Path
    attention: Path
    reports: Path
    state: Path

    @property
    def work(self) -> Path:
        """One folder for each file that was taken and is not archived yet."""
        return self.state / "work"


def nightly_paths(settings: InboxSettings) -> NightlyPaths:
    """Return the folders of the settings, created where missing. Raises SettingsError without an inbox.

    The inbox itself is never created: a share that is not mounted must not look like an empty inbox.
    """
    if settings.folder is None:
        raise SettingsError(messages.NO_INBOX)
    inbox = Path(os.path.abspath(settings.folder.expanduser()))  # noqa: PTH100 (a link to the inbox stays a link)
    if not inbox.is_dir():
        raise SettingsError(messages.INBOX_MISSING, folder=inbox)
    parent = inbox.parent
    paths = NightlyPaths(
        inbox=inbox,
        done=_absolute(settings.done, parent / "done"),
        attention=_absolute(settings.attention, parent / "attention"),
        reports=_absolute(settings.done, parent / "done").parent / "reports",
        state=inbox / STATE_FOLDER,
    )
    for folder in (paths.done, paths.attention, paths.reports, paths.work):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                messages.FOLDER_UNUSABLE, folder=folder, error=error.strerror or error
            ) from error
    return paths


def _absolute(given: Path | None, default: Path) -> Path:
    return default if given is None else given.expanduser().absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """One file in the workspace."""

    id: str
    folder: str
    """The merchant's folder in the inbox; empty for the inbox itself."""
    name: str
    came_at: str = ""
    """When it was taken: local time with its zone, ISO 8601."""
    override_file: str = ""
    """Name of the NAME.yaml beside it."""
    sha256: str = ""
    size: int = 0
    runs: Mapping[str, str] = field(default_factory=dict)
    """Run id -> nightly run, the oldest first."""
    starts: int = 0
    """How often processing began without ending."""
    where: str = ""
    """`done` or `attention` once that is decided."""
    moves: tuple[tuple[str, str], ...] = ()
    """Recorded moves: name within the folder of the file -> target path."""

    @property
    def key(self) -> str:
        """Identifies the file over all nightly runs."""
        return f"{self.folder}/{self.id}"

    @property
    def result(self) -> str | None:
        """Where the result workbook is or will be archived; None when there is none."""
        results = [target for source, target in self.moves if source.startswith("result/")]
        return next((target for target in results if ".result" in Path(target).name), None)

    @property
    def shown(self) -> str:
        """Path within the inbox, as users know it."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class Workspace:
    """Takes files from the inbox, saves their state, and archives them."""

    def __init__(self, paths: NightlyPaths) -> None:
        self._paths = paths

    def folder_of(self, file: InboxFile) -> Path:
        """Return the folder of a file in the workspace."""
        return self._paths.work / (file.folder or NO_MERCHANT) / file.id

    def original(self, file: InboxFile) -> Path:
        """Return the path of the original."""
        return self.folder_of(file) / file.name

    def copy(self, file: InboxFile) -> Path:
        """Return the path of the copy that is processed."""
        return self.folder_of(file) / "copy" / file.name

    def results(self, file: InboxFile) -> Path:
        """Return the folder for results."""
        return self.folder_of(file) / "result"

    def override_file(self, file: InboxFile) -> Path | None:
        """Return the path of the NAME.yaml that came with the file."""
        return self.folder_of(file) / file.override_file if file.override_file else None

    # --- Taking ---------------------------------------------------------------------------------------------

    def take(self, pending: PendingFile, at: datetime) -> InboxFile | None:
        """Move a stable file here; None when it changed, is gone, or is held open by another program."""
        override_file = pending.override_files[0].name if pending.override_files else ""
        file = InboxFile(
            id=f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
            folder=pending.folder,
            name=safe_name(pending.path.name),
            came_at=at.isoformat(timespec="seconds"),
            override_file=override_file if override_file != safe_name(pending.path.name) else "",
        )
        folder = self.folder_of(file)
        folder.mkdir(parents=True)
        self.save(file)
        try:
            if fingerprint(pending.path.lstat()) != pending.fingerprint:
                raise FileNotFoundError(pending.path)
            pending.path.rename(self.original(file))
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)  # it has nothing but the state file
            return None
        if not is_regular(self.original(file)):  # replaced by a link at the last moment
            self.original(file).rename(pending.path)
            shutil.rmtree(folder, ignore_errors=True)
            return None
        self._move_override_file(file)
        return file

    def _move_override_file(self, file: InboxFile) -> None:
        """Move the NAME.yaml here, unless it is here already; an editor may hold it open."""
        override_file = self.override_file(file)
        if override_file is not None and not override_file.exists():
            with contextlib.suppress(OSError):  # without it the file is not sent
                (self._paths.inbox / file.folder / file.override_file).rename(override_file)

    def prepare(self, file: InboxFile) -> InboxFile:
        """Make the copy that is processed, and hash it. Raises OSError when the disk is full."""
        self._move_override_file(file)
        copy, results = self.copy(file), self.results(file)
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            partial = copy.with_name(f".{copy.name}.new")
            shutil.copyfile(self.original(file), partial)
            partial.replace(copy)
        shutil.rmtree(results, ignore_errors=True)  # of a run that did not end; the ledger can reproduce it
        results.mkdir()
        known = replace(file, sha256=fsutil.sha256_of(copy), size=copy.stat().st_size)
        self.save(known)
        return known

    def save(self, file: InboxFile) -> None:
        """Save the state of a file."""
        fsutil.atomic_write(self.folder_of(file) / STATE_FILE, orjson.dumps(asdict(file)), fsync=False)

    # --- After a crash --------------------------------------------------------------------------------------

    def unfinished(self) -> list[InboxFile]:
        """Return the files of earlier nightly runs that are not archived, the oldest first."""
        found = [
            file
            for merchant in sorted(_folders(self._paths.work))
            for folder in sorted(_folders(merchant))
            if (file := self._read(merchant.name, folder)) is not None
        ]
        return sorted(found, key=lambda file: (file.came_at, file.id))

    def _read(self, merchant: str, folder: Path) -> InboxFile | None:
        try:
            saved = orjson.loads((folder / STATE_FILE).read_bytes())
            saved["moves"] = tuple((source, target) for source, target in saved["moves"])
            file = InboxFile(**saved)
        except (OSError, ValueError, KeyError, TypeError):
            return self._recover(merchant, folder)
        if file.moves or is_regular(folder / file.name):
            return file
        shutil.rmtree(
            folder, ignore_errors=True
        )  # killed between state file and move: the file is still in the inbox
        return None

    def _recover(self, merchant: str, folder: Path) -> InboxFile | None:
        """Recover the state of a file whose state file was lost in a power failure."""
        files = [path for path in sorted(folder.iterdir()) if is_regular(path) and path.name != STATE_FILE]
        files = [path for path in files if not path.name.startswith(".")]
        override_files = [path.name for path in files if path.suffix in (".yaml", ".yml")]
        names = [path.name for path in files if path.name not in override_files]
        if not names:
            return None
        came = datetime.fromtimestamp(folder.stat().st_mtime).astimezone().isoformat(timespec="seconds")
        return InboxFile(
            id=folder.name,
            folder="" if merchant == NO_MERCHANT else merchant,
            name=names[0],
            came_at=came,
            override_file=next(iter(override_files), ""),
        )

    # --- Archiving ------------------------------------------------------------------------------------------

    def decide(self, file: InboxFile, where: str, day: str) -> InboxFile:
        """Record where a file and its results go; files that have these names there are not replaced."""
        base = self._paths.done if where == "done" else self._paths.attention
        target = base / day / file.folder if file.folder else base / day
        folder = self.folder_of(file)
        changed = file.sha256 and fsutil.sha256_of(self.original(file)) != file.sha256
        results = self.results(file)
        sources = sorted(path for path in results.iterdir() if path.is_file()) if results.is_dir() else []
        if changed:  # changed after it was taken: what was sent is kept as well
            sources.append(self.copy(file))
        override_file = self.override_file(file)
        if override_file is not None and override_file.exists():
            sources.append(override_file)
        sources.append(self.original(file))
        names = [_archived_name(source, self.copy(file)) for source in sources]
        number = _free_number(target, names)
        moves = tuple(
            (source.relative_to(folder).as_posix(), str(target / _numbered(name, number)))
            for source, name in zip(sources, names, strict=True)
        )
        decided = replace(file, where=where, moves=moves)
        self.save(decided)
        return decided

    def archive(self, file: InboxFile) -> InboxFile:
        """Do the recorded moves and return the file with their final targets. Can be repeated after a crash.

        Where another file has taken a name meanwhile, the next free name is used.
        """
        folder = self.folder_of(file)
        for number in range(len(file.moves)):
            file = self._move(file, folder, number)
        for parent in {Path(target).parent for _, target in file.moves}:
            fsutil.sync_folder(parent)
        return file

    def _move(self, file: InboxFile, folder: Path, number: int) -> InboxFile:
        while True:
            source, target = file.moves[number]
            try:
                fsutil.move(folder / source, Path(target))
            except FileExistsError:
                place = Path(target)
                free = place.with_name(_numbered(place.name, _free_number(place.parent, [place.name])))
                moves = (*file.moves[:number], (source, str(free)), *file.moves[number + 1 :])
                file = replace(file, moves=moves)
                self.save(file)
            else:
                return file

    def clear(self, file: InboxFile) -> None:
        """Delete the folder of an archived file."""
        if not os.path.lexists(self.original(file)):
            shutil.rmtree(self.folder_of(file), ignore_errors=True)


def _folders(path: Path) -> Iterator[Path]:
    return (each for each in path.iterdir() if each.is_dir() and not each.is_symlink())


def _archived_name(source: Path, copy: Path) -> str:
    return f"{copy.stem}.as-sent{copy.suffix}" if source == copy else source.name


def _numbered(name: str, number: int) -> str:
    if number == 1:
        return name
    stem, dot, rest = name.partition(".")
    return f"{stem}-{number}{dot}{rest}" if stem else f"{number}{name}"


def _free_number(target: Path, names: Collection[str]) -> int:
    """Return the first number with which all names are free, so that a file and its result keep the same number."""
    number = 1
    while any(os.path.lexists(target / _numbered(name, number)) for name in names):
        number += 1
    return number
