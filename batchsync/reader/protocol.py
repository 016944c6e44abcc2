"""The pipe between parent and child: frames of JSON behind a length of four bytes."""

from typing import IO, Any

import orjson

MOST_BYTES = 256 << 20
"""No honest frame is longer: a child that says so is not believed."""


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message and push it out."""
    data = orjson.dumps(message)
    stream.write(len(data).to_bytes(4, "big"))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; None at the end. Raises ValueError for what is no message."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    if size > MOST_BYTES:
        raise ValueError(size)
    data = stream.read(size)
    return orjson.loads(data) if len(data) == size else None
