"""Errors that a user can fix, with exit codes.

    BatchsyncError
    |-- UsageError          2   options that don't fit together
    |-- SettingsError       2   config.yaml, environment, token, installation
    |-- InputError          2   the user's file
    |   |-- FileUnreadable      damaged, hostile, encrypted, missing
    |   `-- ColumnsUnclear      no order column, or two that fit
    |-- OutputError         2   the result can't be written anywhere
    |-- Interrupted       130   Ctrl-C or SIGTERM before anything was sent
    `-- LedgerError         2
        |-- LedgerBusy      4   another run holds the lock
        |-- LedgerDamaged   2   it does not pass its own check
        `-- LedgerFull      3   the disk is full; nothing was lost
            `-- LedgerGone  2   its database server does not respond
    IllegalMove            70   a bug: the ledger refused a move
    ReadError                   inside the parser process only; the parent raises an InputError for it

Each carries a Translation and its facts; whoever shows it chooses the language.
"""

from typing import ClassVar

from batchsync.exit_codes import ExitCode
from batchsync.messages.render import Lang, Message, Translation


class BatchsyncError(Exception):
    """Root of all errors: a message for the user, an exit code for scripts."""

    exit_code: ClassVar[int] = ExitCode.NOTHING_SENT

    def __init__(self, text: Translation, **facts: object) -> None:
        self.text = text
        self.facts = facts
        super().__init__(self.render(Lang.EN))

    def render(self, lang: Lang) -> str:
        """Return what is wrong, where, and what to do next."""
        return Message(self.text, self.facts).render(lang)


class UsageError(BatchsyncError):
    """The options given don't fit together."""


class SettingsError(BatchsyncError):
    """config.yaml, the environment, the token or the installation is wrong."""


class InputError(BatchsyncError):
    """The user's file can't be processed."""


class FileUnreadable(InputError):
    """Missing, damaged, hostile, encrypted, or not a table at all."""


class ColumnsUnclear(InputError):
    """No order column was found, or two columns fit equally well."""


class OutputError(BatchsyncError):
    """The result could be written neither where asked nor beside it."""


class Interrupted(BatchsyncError):
    """Cancelled by the user before anything was sent."""

    exit_code = ExitCode.INTERRUPTED


class LedgerError(BatchsyncError):
    """The ledger can't be used."""


class LedgerBusy(LedgerError):
    """Another run holds the lock of this ledger and account."""

    exit_code = ExitCode.LEDGER_BUSY


class LedgerDamaged(LedgerError):
    """The ledger does not pass its own check."""


class LedgerFull(LedgerError):
    """The disk is full; outcomes that could not be written are in the journal."""

    exit_code = ExitCode.STOPPED_EARLY


class LedgerGone(LedgerFull):
    """The ledger's database server does not respond."""

    exit_code = ExitCode.NOTHING_SENT


class IllegalMove(Exception):
    """A bug: a move that the table of states does not have. Nothing was changed."""


class ReadError(Exception):
    """Raised while a file is parsed: the name of a Translation in messages.reader or messages.columns, and its facts."""

    def __init__(self, reason: str, **facts: object) -> None:
        self.reason = reason
        self.facts = facts
        super().__init__(reason, facts)
