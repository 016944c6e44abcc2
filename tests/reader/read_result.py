"""What the parent makes of batches and errors of the parser process."""

from pathlib import Path

import orjson

from batchsync.errors import ReadError
from batchsync.messages.render import Lang
from batchsync.model import RowBatch
from batchsync.reader.messages import decode, encode
from batchsync.reader.parser_process import input_error


def arrived(batch: RowBatch) -> RowBatch:
    """Return a batch as it arrives: encoded, sent as JSON and decoded."""
    item = decode(orjson.loads(orjson.dumps(encode(batch))), (RowBatch,), "", 1)
    assert isinstance(item, RowBatch)
    return item


def message_of(error: Exception) -> str:
    """Return the user's message for what the parser process refused."""
    assert isinstance(error, ReadError)
    return input_error(Path("orders.csv"), error).render(Lang.EN)
