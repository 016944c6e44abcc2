"""What can go wrong and be mended by a user.

    BatchsyncError
    |-- UsageError          2   words of the call that don't fit together
    |-- SettingsError       2   config.yaml, environment, token
    |-- InputError          2   the user's file
    |   |-- FileUnreadable      damaged, hostile, encrypted, missing
    |   `-- ColumnsUnclear      no order column, or two that fit
    |-- OutputError         2   the result can't be written anywhere
    |-- Interrupted       130   Ctrl-C or SIGTERM came before anything was begun
    `-- LedgerError         2
        |-- LedgerBusy      4   another run holds the lock
        |-- LedgerDamaged   2   it does not pass its own check
        `-- LedgerFull      3   the disk took no more; nothing was lost
            `-- LedgerGone  2   its server doesn't answer any more
    IllegalMove            70   a bug of ours: the ledger refused a move

Each carries a Text and its facts (which may be texts too); the face that shows it picks the language.
"""

from typing import ClassVar

from batchsync.messages.render import Lang, Message, Translation


class BatchsyncError(Exception):
    """The root: a sentence for the user, an exit code for scripts."""

    exit_code: ClassVar[int] = 2

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
    """config.yaml, the environment or the token is wrong."""


class InputError(BatchsyncError):
    """The user's file can't be worked on."""


class FileUnreadable(InputError):
    """Missing, damaged, hostile, encrypted, or not a table at all."""


class ColumnsUnclear(InputError):
    """No order column was found, or two columns fit equally well."""


class OutputError(BatchsyncError):
    """The result could be written neither where asked nor beside it."""


class Interrupted(BatchsyncError):
    """Whoever started it wants it to end, and nothing was begun yet: there is nothing to finish."""

    exit_code = 130


class LedgerError(BatchsyncError):
    """The ledger can't be used."""


class LedgerBusy(LedgerError):
    """Another run holds the lock of this ledger and account."""

    exit_code = 4


class LedgerDamaged(LedgerError):
    """The ledger does not pass its own check."""


class LedgerFull(LedgerError):
    """The disk took no more writes; what was answered is in the journal."""

    exit_code = 3


class LedgerGone(LedgerFull):
    """The server that keeps the ledger doesn't answer."""

    exit_code = 2


class IllegalMove(Exception):
    """A bug of ours: a state was asked to move where the table has no way. Nothing was changed."""
