"""How a sandbox behaves."""

from dataclasses import dataclass, field
from pathlib import Path

from batchsync.sandbox.script import Script

TOKEN = "sandbox-token-of-nobody"  # noqa: S105 it opens nothing but a sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """What a sandbox charges, how fast it is, and what goes wrong."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any free port."""
    token: str = TOKEN
    price: int = 1
    balance: int | None = None
    """Points there are; None is without end."""
    names_amount: bool = True
    rate: int | None = None
    """Calls in any one second; more are turned away with 429."""
    latency_s: float = 0.0
    script: Script = field(default_factory=Script)
    books_file: Path | None = None
    """Every call and charge is appended here before it is answered."""
