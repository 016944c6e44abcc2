"""Opens whatever a file is with the container that reads it, inside the child. Foreign libraries are imported when needed."""

import io
from pathlib import Path
from typing import BinaryIO

from batchsync.errors import ReadError
from batchsync.reader.sniff import HEAD, sniff
from batchsync.reader.source import ReadOptions, Source

_WORKBOOK_STREAMS = ("workbook", "book")
_OTHER_STREAMS = {"worddocument": "word", "powerpoint document": "powerpoint"}
_LOCKED = ("encryptedpackage", "encryptioninfo")


def open_source(path: Path, options: ReadOptions) -> Source:
    """Open a file as what its content says it is."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    kind = sniff(head)
    if kind == "zip":
        return _open_zip(path, path, options)
    if kind == "ole":
        return _open_ole(path)
    if kind == "text":
        from batchsync.reader.text.source import open_text

        return open_text(path, options)
    return _open_marked_up(path, kind)


def _open_marked_up(path: Path, kind: str) -> Source:
    match kind:
        case "html" | "mhtml":
            from batchsync.reader.html import open_html, open_mhtml

            return open_html(path) if kind == "html" else open_mhtml(path)
        case "spreadsheetml":
            from batchsync.reader.spreadsheetml import open_spreadsheetml

            return open_spreadsheetml(path)
        case "flat_ods":
            from batchsync.reader.ods import open_flat_ods

            return open_flat_ods(path)
        case "old_excel":
            raise ReadError("OLD_EXCEL")
    raise ReadError("OTHER_KIND", what=kind)


# --- Zips ---------------------------------------------------------------------------------------------------


def _open_zip(path: Path, file: Path | BinaryIO, options: ReadOptions) -> Source:
    from batchsync.ooxml.archive import OfficeArchive

    package = OfficeArchive(file)
    names = package.names
    if "xl/workbook.bin" in names or any(name.endswith("/workbook.bin") for name in names):
        from batchsync.reader.calamine import open_xlsb

        return open_xlsb(file, package)
    if "content.xml" in names:
        from batchsync.reader.ods import open_ods

        return open_ods(package)
    if any(name.endswith((".iwa", "index.zip")) for name in names):
        raise ReadError("OTHER_KIND", what="numbers")
    if "[content_types].xml" in names or any(name.endswith("workbook.xml") for name in names):
        return _open_office(names, file)
    from batchsync.reader.zip_archive import open_archive

    return open_archive(path, options, _open_book) if file is path else _no_nesting()


def _no_nesting() -> Source:
    raise ReadError("OTHER_KIND", what="packed")


def _open_book(data: bytes) -> Source:
    """Open a workbook that is a member of a zip, in memory."""
    file = io.BytesIO(data)
    if sniff(data[:HEAD]) == "ole":
        return _open_ole(file)
    return _open_zip(Path(), file, ReadOptions())


def _open_office(names: list[str], file: Path | BinaryIO) -> Source:
    from batchsync.reader.xlsx.source import open_xlsx

    if not any("workbook" in name or name.startswith("xl/") for name in names):
        for part, what in (("word/", "word"), ("ppt/", "powerpoint")):
            if any(name.startswith(part) for name in names):
                raise ReadError("OTHER_KIND", what=what)
    return open_xlsx(file)


# --- OLE ----------------------------------------------------------------------------------------------------


def _open_ole(file: Path | BinaryIO) -> Source:
    streams = _streams(file)
    if all(name in streams for name in _LOCKED):
        from batchsync.ooxml.archive import contents
        from batchsync.reader.decryption import unlocked

        return _open_zip(Path(), io.BytesIO(unlocked(contents(file))), ReadOptions())
    if streams and not any(name in streams for name in _WORKBOOK_STREAMS):
        other = next((what for name, what in _OTHER_STREAMS.items() if name in streams), "ole")
        raise ReadError("OTHER_KIND", what=other)
    return _open_xls(file)


def _open_xls(file: Path | BinaryIO) -> Source:
    from batchsync.ooxml.archive import contents
    from batchsync.reader.calamine import open_xls
    from batchsync.reader.xls_records import is_encrypted, workbook_stream

    stream, data = workbook_stream(file), contents(file)
    if is_encrypted(stream):
        from batchsync.reader.decryption import unlocked

        data = unlocked(data)
        stream = workbook_stream(io.BytesIO(data))
    return open_xls(data, stream)


def _streams(file: Path | BinaryIO) -> set[str]:
    """Return the names of the streams at the top of an OLE file; none when its directory is damaged."""
    import olefile

    try:
        with olefile.OleFileIO(str(file) if isinstance(file, Path) else file) as ole:
            return {entry[0].lower() for entry in ole.listdir()}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - olefile raises whatever a broken directory makes of it
        return set()
