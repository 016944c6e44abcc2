"""The sandbox: a local server with the API's contract, its errors, latency and faults on request, and a charge log.

Importing this package does not load aiohttp; the server is in `batchsync.sandbox.server`.
"""

from batchsync.sandbox.command import add_arguments, main
from batchsync.sandbox.script import Behaviour, Script
from batchsync.sandbox.settings import SandboxSettings

__all__ = ["Behaviour", "SandboxSettings", "Script", "add_arguments", "main"]
