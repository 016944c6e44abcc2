"""Every text a user sees, in English and Chinese, one module for each package."""

from batchsync.messages.render import Lang, Message, Translation

__all__ = ["Lang", "Message", "Translation"]
