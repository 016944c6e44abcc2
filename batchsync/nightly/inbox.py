"""The inbox: its files, which of them no longer change, and what is skipped."""

import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

OVERRIDES = (".yaml", ".yml")
FOLDER_OVERRIDES = "folder.yaml"
_UNFINISHED = (
    *(".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".opdownload"),
    *(".lock", ".swp", ".!ut", ".aria2"),
)
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
MAX_NAME_BYTES = 180
"""Leaves room for suffixes in file systems with names of 255 bytes."""


class SkipReason(StrEnum):
    """Why an entry of the inbox is not processed."""

    LINK = "link"
    NO_FILE = "no_file"
    UNFINISHED = "unfinished"
    """By its name a lock file, or a file that another program is writing."""
    CHANGING = "changing"
    IN_USE = "in_use"
    UNKNOWN_FOLDER = "unknown_folder"
    """A folder without a folder.yaml."""


Fingerprint = tuple[int, int, int, int]
"""Size, modification time, change time, inode: differs after the file was written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFile:
    """A regular file in the inbox."""

    path: Path
    folder: str
    """The merchant's folder; empty for the inbox itself."""
    fingerprint: Fingerprint
    override_files: tuple[Path, ...]
    """The NAME.yaml beside it, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The inbox at one moment."""

    files: Mapping[Path, PendingFile]
    skipped: Mapping[str, SkipReason] = field(default_factory=dict)
    """Skipped entries by path within the inbox."""


def scan(inbox: Path, own: Collection[Path] = ()) -> Scan:
    """List the inbox and its merchants' folders; `own`: folders of batchsync inside the inbox."""
    files: dict[Path, PendingFile] = {}
    skipped: dict[str, SkipReason] = {}
    folders = [(inbox, "")]
    for entry in sorted(os.scandir(inbox), key=lambda each: each.name):
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and Path(entry) not in own:
            if os.path.isfile(os.path.join(entry.path, FOLDER_OVERRIDES)):  # noqa: PTH113, PTH118
                folders.append((Path(entry.path), entry.name))
            else:
                skipped[entry.name] = SkipReason.UNKNOWN_FOLDER
    for folder, name in folders:
        _scan_folder(folder, name, files, skipped)
    return Scan(files=files, skipped=skipped)


def _scan_folder(
    folder: Path, name: str, files: dict[Path, PendingFile], skipped: dict[str, SkipReason]
) -> None:
    entries = {entry.name: entry for entry in os.scandir(folder)}
    for entry in entries.values():
        within = f"{name}/{entry.name}" if name else entry.name
        reason = _skip_reason(entry)
        if reason is not None:
            skipped[within] = reason
        if reason is not None or _is_ignored(entry, entries):
            continue
        try:
            unchanged = fingerprint(os.lstat(entry.path))
        except OSError:  # gone since the listing
            continue
        path = Path(entry.path)
        files[path] = PendingFile(
            path=path,
            folder=name,
            fingerprint=unchanged,
            override_files=tuple(_override_files(path, entries)),
        )


def _skip_reason(entry: "os.DirEntry[str]") -> SkipReason | None:
    """Return why an entry is skipped and reported; None for all others, also for those that are ignored silently."""
    name = entry.name.lower()
    if name.startswith(".") or name in _SYSTEM_FILES:
        return None
    if entry.is_symlink():
        return SkipReason.LINK
    if entry.is_dir(follow_symlinks=False):
        return None
    if not entry.is_file(follow_symlinks=False):
        return SkipReason.NO_FILE
    return SkipReason.UNFINISHED if name.startswith("~") or name.endswith(_UNFINISHED) else None


def _is_ignored(entry: "os.DirEntry[str]", entries: Mapping[str, object]) -> bool:
    name = entry.name.lower()
    hidden = name.startswith(".") or name in _SYSTEM_FILES or name == FOLDER_OVERRIDES
    return hidden or entry.is_dir(follow_symlinks=False) or (name.endswith(OVERRIDES) and bool(entries))


def _override_files(path: Path, entries: Mapping[str, object]) -> Iterator[Path]:
    for suffix in OVERRIDES:
        for stem in (path.stem, path.name):
            name = stem + suffix
            if name in entries and name != FOLDER_OVERRIDES:
                yield path.with_name(name)


def fingerprint(stat_result: os.stat_result) -> Fingerprint:
    """Return the fingerprint of a file from `os.lstat`; scandir has no inode on Windows."""
    return (stat_result.st_size, stat_result.st_mtime_ns, stat_result.st_ctime_ns, stat_result.st_ino)


def is_regular(path: Path) -> bool:
    """Whether it is a regular file: no link, no pipe, no folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def stable_files(before: Scan, now: Scan) -> list[PendingFile]:
    """Return the files that are unchanged between two scans, the oldest first."""
    same = [
        pending
        for path, pending in now.files.items()
        if path in before.files and before.files[path].fingerprint == pending.fingerprint
    ]
    return sorted(same, key=lambda pending: (pending.fingerprint[1], pending.path))


def safe_name(name: str) -> str:
    """Return a file name that is valid on every system and safe to print; plain names are unchanged."""
    clean = name.encode("utf-8", "replace").decode()
    clean = "".join(
        "_" if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character for character in clean
    )
    clean = _NOT_IN_NAMES.sub("_", clean).rstrip(". ") or "_"
    if _DEVICES.match(clean) or clean.startswith("-"):
        clean = f"_{clean}"
    stem, suffix = os.path.splitext(clean)  # noqa: PTH122 (a name, no path)
    while len((stem + suffix).encode()) > MAX_NAME_BYTES:
        stem, suffix = (stem[:-1], suffix) if len(stem) > 1 else (stem, suffix[:-1])
    return stem + suffix
