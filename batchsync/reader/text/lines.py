"""A text's physical lines: a block of whole ones at a time, as UTF-8 for the quick way or as text for a closer look."""

import codecs
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from batchsync.reader.text.encoding import MARK, PIECE, Encoding

BLOCK = 1 << 16
"""Bytes of a block as a rule: of smaller ones come so many messages that what each costs by itself counts."""
SOME = 512
"""Lines: the records of so few stay in the processor's cache, a fifth of the time less than 4,096."""
_MARKS_TOO = "surrogatepass"
"""Marks of undecodable bytes are lone surrogates: they come back as they went."""


class Lines:
    """An iterator over physical lines: what ends one is a line feed, a carriage return or both."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        self._pieces = _pieces(stream, encoding)
        self._open: list[bytes] = []
        """The start of a line whose end hasn't been read."""
        self._held = io.StringIO()
        self._end = 0

    @property
    def is_between_blocks(self) -> bool:
        """Whether no line of a block given back is left."""
        return self._held.tell() >= self._end

    def block(self) -> bytes:
        """Return the next lines as UTF-8, some hundred as a rule; nothing at the end."""
        if not self.is_between_blocks:
            return self._held.read().encode("utf-8", _MARKS_TOO)
        size = 0
        for piece in self._pieces:
            size += len(piece)
            end = max(piece.rfind(b"\n"), piece.rfind(b"\r", 0, -1)) + 1  # a last \r may be half of a \r\n
            if end and size >= BLOCK:
                block = b"".join((*self._open, piece[:end]))
                self._open = [piece[end:]]
                return block
            self._open.append(piece)
        block, self._open = b"".join(self._open), []
        return block

    def give_back(self, block: bytes) -> None:
        """Let a block's lines be taken one by one."""
        text = block.decode("utf-8", _MARKS_TOO)
        self._held, self._end = io.StringIO(text, newline=""), len(text)

    def some(self, most: int = SOME) -> list[str]:
        """Return some lines of a block given back, or else of the next block; none at the end."""
        if self.is_between_blocks:
            self.give_back(self.block())
        return list(islice(self._held, most))

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self.is_between_blocks:
            self.give_back(self.block())
        return next(self._held)


def _pieces(stream: BinaryIO, encoding: Encoding) -> Iterator[bytes]:
    """Yield a text as UTF-8: as it is where it is that already."""
    if encoding.is_sound_utf8:
        yield stream.read(BLOCK).removeprefix(codecs.BOM_UTF8)
        while piece := stream.read(BLOCK):
            yield piece
        return
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors=MARK)
    while data := stream.read(PIECE):
        yield decoder.decode(data).encode("utf-8", _MARKS_TOO)
    yield decoder.decode(b"", final=True).encode("utf-8", _MARKS_TOO)
