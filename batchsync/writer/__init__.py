"""Results: the user's own sheet back, with what became of each row."""

from batchsync.writer.nouns import ResultJob, ResultWritten

__all__ = ["ResultJob", "ResultWritten"]
