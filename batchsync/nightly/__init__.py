"""Nights: what lies in the inbox is worked on unattended, filed, and told in the morning."""

from batchsync.nightly.events import Event
from batchsync.nightly.policy import NightStop
from batchsync.nightly.reporter import Reporter
from batchsync.nightly.run import NightlyRun
from batchsync.nightly.state import NightSummary
from batchsync.nightly.watch import Watch

__all__ = ["Event", "NightStop", "NightSummary", "NightlyRun", "Reporter", "Watch"]
