"""A stand-in of the API: same contract, all its errors, latency and faults on request, and books of its own.

Light to import; `batchsync.sandbox.server` holds the server itself.
"""

from batchsync.sandbox.command import add_arguments, main
from batchsync.sandbox.script import Behaviour, Script
from batchsync.sandbox.settings import SandboxSettings

__all__ = ["Behaviour", "SandboxSettings", "Script", "add_arguments", "main"]
