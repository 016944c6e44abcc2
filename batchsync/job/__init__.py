"""The composition root: files, one config, one ledger make a Job. Wires the rooms together and decides nothing."""

from batchsync.job.earlier_files import EarlierFiles
from batchsync.job.job import Job
from batchsync.job.types import CheckedFile, Correction, JobCallbacks, RunOptions, RunResult

__all__ = ["CheckedFile", "Correction", "EarlierFiles", "Job", "JobCallbacks", "RunOptions", "RunResult"]
