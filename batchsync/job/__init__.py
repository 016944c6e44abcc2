"""The composition root: files, one config, one ledger make a Job. Wires the rooms together and decides nothing."""

from batchsync.job.foreseen import Foreseen
from batchsync.job.job import Job
from batchsync.job.nouns import Checked, Face, Finished, RunOptions

__all__ = ["Checked", "Face", "Finished", "Foreseen", "Job", "RunOptions"]
