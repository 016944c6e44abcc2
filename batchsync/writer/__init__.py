"""Results: the user's own sheet back, with what became of each row."""

from batchsync.writer.types import ResultJob, ResultWritten
from batchsync.writer.write import write_result

__all__ = ["ResultJob", "ResultWritten", "write_result"]
