"""What lies in the inbox: files that have come to rest, files still on their way in, and what is none of ours."""

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

ASIDE = (".yaml", ".yml")
FOLDER_ASIDE = "folder.yaml"
_UNFINISHED = (
    *(".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".opdownload"),
    *(".lock", ".swp", ".!ut", ".aria2"),
)
_SYSTEMS_OWN = frozenset({"thumbs.db", "desktop.ini"})
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
LONGEST_NAME = 180
"""Bytes: room for what is put behind it, in a file system that takes 255."""


class SkipReason(StrEnum):
    """Why something in the inbox is left where it is."""

    LINK = "link"
    NO_FILE = "no_file"
    UNFINISHED = "unfinished"
    """A lock file, or a file that another program is still writing, to go by its name."""
    CHANGING = "changing"
    IN_USE = "in_use"
    FOREIGN_FOLDER = "foreign_folder"
    """A folder without a folder.yaml."""


Mark = tuple[int, int, int, int]
"""Size, time of change, time of the inode's change, inode: what differs when a file was written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFile:
    """A regular file in the inbox."""

    path: Path
    folder: str
    """The merchant's folder it lies in; empty for the inbox itself."""
    mark: Mark
    asides: tuple[Path, ...]
    """The NAME.yaml beside it, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The inbox at one moment."""

    files: Mapping[Path, PendingFile]
    left: Mapping[str, SkipReason] = field(default_factory=dict)
    """What is left alone, by its name within the inbox."""


def scan(inbox: Path, own: Collection[Path] = ()) -> Scan:
    """List the inbox and its merchants' folders; `own` are folders of ours that may lie inside."""
    files: dict[Path, PendingFile] = {}
    left: dict[str, SkipReason] = {}
    folders = [(inbox, "")]
    for entry in sorted(os.scandir(inbox), key=lambda each: each.name):
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and Path(entry) not in own:
            if os.path.isfile(os.path.join(entry.path, FOLDER_ASIDE)):  # noqa: PTH113, PTH118
                folders.append((Path(entry.path), entry.name))
            else:
                left[entry.name] = SkipReason.FOREIGN_FOLDER
    for folder, name in folders:
        _look_into(folder, name, files, left)
    return Scan(files=files, left=left)


def _look_into(folder: Path, name: str, files: dict[Path, PendingFile], left: dict[str, SkipReason]) -> None:
    entries = {entry.name: entry for entry in os.scandir(folder)}
    for entry in entries.values():
        within = f"{name}/{entry.name}" if name else entry.name
        reason = _left(entry)
        if reason is not None:
            left[within] = reason
        if reason is not None or _is_none_of_ours(entry, entries):
            continue
        try:
            mark = fingerprint(entry.stat(follow_symlinks=False))
        except OSError:  # gone since the listing
            continue
        path = Path(entry.path)
        files[path] = PendingFile(path=path, folder=name, mark=mark, asides=tuple(_asides(path, entries)))


def _left(entry: "os.DirEntry[str]") -> SkipReason | None:
    """Return why an entry is left and should be told of; None for the rest, also for what is nobody's business."""
    name = entry.name.lower()
    if name.startswith(".") or name in _SYSTEMS_OWN:
        return None
    if entry.is_symlink():
        return SkipReason.LINK
    if entry.is_dir(follow_symlinks=False):
        return None
    if not entry.is_file(follow_symlinks=False):
        return SkipReason.NO_FILE
    return SkipReason.UNFINISHED if name.startswith("~") or name.endswith(_UNFINISHED) else None


def _is_none_of_ours(entry: "os.DirEntry[str]", entries: Mapping[str, object]) -> bool:
    name = entry.name.lower()
    hidden = name.startswith(".") or name in _SYSTEMS_OWN or name == FOLDER_ASIDE
    return hidden or entry.is_dir(follow_symlinks=False) or (name.endswith(ASIDE) and bool(entries))


def _asides(path: Path, entries: Mapping[str, object]) -> Iterator[Path]:
    for suffix in ASIDE:
        for stem in (path.stem, path.name):
            name = stem + suffix
            if name in entries and name != FOLDER_ASIDE:
                yield path.with_name(name)


def fingerprint(about: os.stat_result) -> Mark:
    """Return what tells whether a file was written to between two looks."""
    return (about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino)


def is_regular(path: Path) -> bool:
    """Whether it is a plain file: no link, no pipe, no folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def is_stable(before: Scan, now: Scan) -> list[PendingFile]:
    """Return the files that look the same in both, the longest waiting first."""
    same = [
        waiting
        for path, waiting in now.files.items()
        if path in before.files and before.files[path].mark == waiting.mark
    ]
    return sorted(same, key=lambda waiting: (waiting.mark[1], waiting.path))


def safe_name(name: str) -> str:
    """Return a name that every file system takes and no terminal or page trips over; plain ones stay as they are."""
    clean = name.encode("utf-8", "replace").decode()
    clean = "".join("_" if unicodedata.category(letter) in {"Cc", "Cf", "Cs"} else letter for letter in clean)
    clean = _NOT_IN_NAMES.sub("_", clean).rstrip(". ") or "_"
    if _DEVICES.match(clean) or clean.startswith("-"):
        clean = f"_{clean}"
    stem, suffix = os.path.splitext(clean)  # noqa: PTH122 (a name, no path)
    while len((stem + suffix).encode()) > LONGEST_NAME:
        stem, suffix = (stem[:-1], suffix) if len(stem) > 1 else (stem, suffix[:-1])
    return stem + suffix
