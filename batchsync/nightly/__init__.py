"""Unattended processing of the inbox: runs, archive, report, notifications."""

from batchsync.nightly.policy import NightStop
from batchsync.nightly.report import Reporter
from batchsync.nightly.run import NightlyRun
from batchsync.nightly.state import Event, NightSummary
from batchsync.nightly.watch import Watch

__all__ = ["Event", "NightStop", "NightSummary", "NightlyRun", "Reporter", "Watch"]
