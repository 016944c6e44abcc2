"""A batch of rows as it arrives at the parent: through the pipe's JSON and the checks behind it."""

import orjson

from batchsync.model import RowBatch
from batchsync.reader import walk
from batchsync.reader.answers import ORDERS
from batchsync.reader.pick import Picked, Plain


def arrived(batch: Picked | Plain) -> RowBatch:
    """Return what the parent makes of a batch."""
    tag, *facts = orjson.loads(orjson.dumps(walk.rows(batch)))
    made = ORDERS[tag](*facts)
    assert isinstance(made, RowBatch)
    return made
