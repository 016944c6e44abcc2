"""Opens workbooks that are encrypted with Excel's default password: read-only-recommended, not secret."""

import io
from pathlib import Path

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError

from batchsync.reader.grid import Unreadable

DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - known to everyone
_DAMAGE = (
    FileFormatError,
    NotImplementedError,
    ValueError,
    KeyError,
    OSError,
    IndexError,
    TypeError,
    AttributeError,
)


def unlocked(path: Path) -> bytes:
    """Return the file decrypted; raises Unreadable when it has a password of its own."""
    out = io.BytesIO()
    try:
        with path.open("rb") as stream:
            office = msoffcrypto.OfficeFile(stream)
            office.load_key(password=DEFAULT_PASSWORD)
            office.decrypt(out)
    except (InvalidKeyError, DecryptionError) as error:
        raise Unreadable("PASSWORD") from error
    except _DAMAGE as error:
        raise Unreadable("DAMAGED", why="crypto") from error
    return out.getvalue()
