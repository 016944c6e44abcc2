"""Every text a user sees, in English and Chinese, one file per room of the house."""

from batchsync.messages.render import Lang, Message, Translation

__all__ = ["Lang", "Message", "Translation"]
