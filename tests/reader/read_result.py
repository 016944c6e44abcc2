"""A batch of rows as it arrives at the parent: through the pipe's JSON and the checks behind it."""

import orjson

from batchsync.model import RowBatch
from batchsync.reader import serialize
from batchsync.reader.messages import ORDERS
from batchsync.reader.row_batches import Picked, Plain


def arrived(batch: Picked | Plain) -> RowBatch:
    """Return what the parent makes of a batch."""
    tag, *facts = orjson.loads(orjson.dumps(serialize.rows(batch)))
    made = ORDERS[tag](*facts)
    assert isinstance(made, RowBatch)
    return made
