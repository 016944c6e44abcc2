"""Settings of a sandbox."""

from dataclasses import dataclass, field
from pathlib import Path

from batchsync.sandbox.script import Script

TOKEN = "sandbox-token-of-nobody"  # noqa: S105 only valid for a sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """Address, token, charges, speed and faults of a sandbox."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any free port."""
    token: str = TOKEN
    price: int = 1
    balance: int | None = None
    """Points in the account; None: unlimited."""
    names_amount: bool = True
    """Whether a response names the points spent."""
    rate: int | None = None
    """Maximum calls in any one second; further ones are rejected with 429."""
    latency_s: float = 0.0
    script: Script = field(default_factory=Script)
    charge_log_file: Path | None = None
    """Every call and charge is appended to this file before the call is answered."""
