"""Makes the error for a file of text that can't be read; light until something is wrong."""


def unreadable(text: str, **facts: object) -> Exception:
    """Return a FileUnreadable that says a text of `words.texts`."""
    from batchsync.errors import FileUnreadable
    from batchsync.messages import text_files

    return FileUnreadable(getattr(text_files, text), **facts)
