"""Where a command speaks: results on stdout, talk on stderr, in one language, whatever the console can show."""

import contextlib
import sys
from dataclasses import dataclass
from typing import TextIO

from batchsync.messages import Lang, Message, Translation


@dataclass(slots=True, kw_only=True)
class Console:
    """The two streams of a command and how much it may say."""

    lang: Lang
    quiet: bool = False
    verbose: bool = False
    stdout_taken: bool = False
    """Whether a machine reads stdout (`--summary-json -`, `--plan -`), so that results go to stderr."""

    def follow(self, asked_for: str, found: Lang) -> None:
        """Speak the sheet's language where no other was asked for."""
        if asked_for == "auto":
            self.lang = found

    def result(self, line: str = "") -> None:
        """What the user asked for."""
        _write(sys.stderr if self.stdout_taken else sys.stdout, line)

    def talk(self, said: Message | Translation | str) -> None:
        """What is good to know; left out when quiet."""
        if not self.quiet:
            _write(sys.stderr, self.words(said))

    def detail(self, said: Message | Translation | str) -> None:
        """What only a curious user wants."""
        if self.verbose:
            _write(sys.stderr, self.words(said))

    def fault(self, said: Message | Translation | str) -> None:
        """What is wrong: always said."""
        _write(sys.stderr, self.words(said))

    def machine(self, text: str) -> None:
        """What a program reads: as it is, on stdout."""
        _write(sys.stdout, text)

    def words(self, said: Message | Translation | str) -> str:
        """Return it in this console's language."""
        return said if isinstance(said, str) else said.render(self.lang)

    def can_ask(self) -> bool:
        """Whether somebody sits there to answer."""
        return bool(sys.stdin and sys.stdin.isatty())

    def ask(self, question: Message | Translation) -> bool:
        """Return whether the user says yes; anything else is no."""
        sys.stderr.write(f"{self.words(question)} ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes", "是", "好", "确认")


def make_streams_safe() -> None:
    """A GBK console must not turn a character it lacks into a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(OSError, ValueError):
                reconfigure(errors="replace")


def _write(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()
