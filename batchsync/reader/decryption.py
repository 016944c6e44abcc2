"""Opens workbooks that are encrypted with Excel's default password: read-only-recommended, not secret."""

import io

import msoffcrypto

from batchsync.errors import ReadError

DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - known to everyone


def unlocked(data: bytes) -> bytes:
    """Return a file that is known to be encrypted, decrypted; raises Unreadable when it has a password of its own.

    Whatever goes wrong: its password, or a cipher that nobody uses for the default one, is what stands in the way.
    """
    out = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=DEFAULT_PASSWORD)
        office.decrypt(out)
    except MemoryError:
        raise
    except Exception as error:
        raise ReadError("PASSWORD") from error
    return out.getvalue()
