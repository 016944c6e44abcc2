"""One order, one POST, one Reply or NoReply: the only room that knows the HTTP client."""

from batchsync.client.call import StaleClaim
from batchsync.client.sender import Client

__all__ = ["Client", "StaleClaim"]
