"""The output of a command: results on stdout, messages on stderr, in one language."""

import contextlib
import sys
from dataclasses import dataclass
from typing import TextIO

from batchsync.formatting import printable
from batchsync.messages import Lang, Message, Translation


@dataclass(slots=True, kw_only=True)
class Console:
    """Writes a command's output; texts of files and servers cannot control the terminal."""

    lang: Lang
    quiet: bool = False
    verbose: bool = False
    stdout_taken: bool = False
    """Whether stdout is for a program (`--summary-json -`, `--plan -`), so that results go to stderr."""

    def set_language(self, setting: str, sheet_lang: Lang) -> None:
        """Take the sheet's language if the setting is `auto`."""
        if setting == "auto":
            self.lang = sheet_lang

    def out(self, line: str = "") -> None:
        """Write a line of the result."""
        _write(sys.stderr if self.stdout_taken else sys.stdout, printable(line))

    def info(self, text: Message | Translation | str) -> None:
        """Write a message unless quiet."""
        if not self.quiet:
            self.error(text)

    def debug(self, text: Message | Translation | str) -> None:
        """Write a message if verbose."""
        if self.verbose:
            self.error(text)

    def error(self, text: Message | Translation | str) -> None:
        """Write a message in any case."""
        _write(sys.stderr, printable(self.render(text)))

    def raw(self, text: str) -> None:
        """Write output for a program, unchanged, on stdout."""
        _write(sys.stdout, text)

    def render(self, text: Message | Translation | str) -> str:
        """Return a text in this console's language."""
        return text if isinstance(text, str) else text.render(self.lang)

    def can_ask(self) -> bool:
        """Whether stdin is a terminal."""
        return bool(sys.stdin and sys.stdin.isatty())

    def ask(self, question: Message | Translation) -> bool:
        """Return whether the user answers yes; anything else is no."""
        sys.stderr.write(f"{printable(self.render(question))} ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes", "是", "好", "确认")


def make_streams_safe() -> None:
    """Replace characters that the console's encoding lacks instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(OSError, ValueError):
                reconfigure(errors="replace")


def _write(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()
