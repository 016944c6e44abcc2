"""Every text a user sees, in English and Chinese, one file per room of the house."""

from batchsync.words.text import Lang, Said, Text

__all__ = ["Lang", "Said", "Text"]
