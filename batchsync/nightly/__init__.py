"""Nights: what lies in the inbox is worked on unattended, filed, and told in the morning."""

from batchsync.nightly.events import Event
from batchsync.nightly.judgement import NightStop
from batchsync.nightly.morning import Morning
from batchsync.nightly.night import Night
from batchsync.nightly.record import NightSummary
from batchsync.nightly.watch import Watch

__all__ = ["Event", "Morning", "Night", "NightStop", "NightSummary", "Watch"]
