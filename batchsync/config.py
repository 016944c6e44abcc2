"""The settings, in sections; each part of the house is given only its own."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A frozen group of settings; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _web_address(url: str) -> str:
    """Refuse what can't be called; a user name would end up in logs."""
    try:
        parts = urlsplit(url)
        whole = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and "@" not in parts.netloc
            and parts.port != 0
        )
    except ValueError:
        whole = False
    if not whole or any(character.isspace() for character in url):
        raise PydanticCustomError("web_address", "not a web address")
    return url


WebAddress = Annotated[str, AfterValidator(_web_address)]

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class ApiSettings(Section):
    """Where orders are sent, and as whom."""

    url: WebAddress = "http://www.damaijia168.com/vv/external/pinSynchronization"
    """The API's address."""
    account: str = Field(default="default", min_length=1, max_length=64)
    """A name for whose points are spent; tokens may change, the account doesn't."""
    token_file: Path | None = None
    """A file that only you can read (mode 0600) with the access token in it; or set BATCHSYNC_TOKEN."""
    connect_timeout: Seconds = 10
    """Seconds to reach the server; nothing was sent when it runs out."""
    answer_timeout: Seconds = 120
    """Seconds to wait for an answer; longer than the server's own limit, since a lost answer is an uncertain row."""
    keep_alive: bool = False
    """Reuse connections: faster, but a server that drops idle ones makes rows uncertain."""
    proxy: str | None = None
    """An HTTP proxy; the environment's proxy settings are not used."""


class PaceSettings(Section):
    """How fast orders are sent."""

    rate: Annotated[float, Field(gt=0, le=100_000)] = 5
    """Most calls in any one second."""
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = 10
    """Most calls under way at once."""


class RetrySettings(Section):
    """Trying again, only after calls that provably never left."""

    attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """Most tries for one order in one run."""
    max_wait: Seconds = 60
    """Longest wait in seconds between two tries (the server's Retry-After wins)."""
    max_total: Seconds = 600
    """Longest time in seconds spent on the tries of one order."""
    unsent_http: tuple[int, ...] = (429, 503)
    """HTTP statuses that turn a call away before any work: nothing was spent, it may be sent again."""


class SpendSettings(Section):
    """What may be spent."""

    max_points: Annotated[int, Field(ge=0)] | None = None
    """Most points one run may spend; calls under way and uncertain ones count as spent."""
    max_points_night: Annotated[int, Field(ge=0)] | None = None
    """Most points one night may spend, over all its files."""
    price: Annotated[int, Field(ge=0)] = 1
    """Points that one call is expected to cost."""
    resync_after: Annotated[int, Field(ge=0)] | None = None
    """Days after which a synced order may be paid for again; never when left out."""


class StopSettings(Section):
    """When a run gives up by itself."""

    failures_in_a_row: Annotated[int, Field(ge=1)] = 20
    """Stop after so many failures of one kind in a row."""
    uncertain_in_a_row: Annotated[int, Field(ge=1)] = 10
    """Stop after so many uncertain orders in a row."""


class InputSettings(Section):
    """How a spreadsheet is read."""

    sheets: tuple[str, ...] = ()
    """Sheets to read; all visible ones when left out."""
    header_row: Annotated[int, Field(ge=1)] | None = None
    """The line of the header, as Excel counts; found by itself when left out."""
    order_columns: tuple[str, ...] = ()
    """Headers (or letters, such as C) of the order number column; found by itself when left out."""
    owner_columns: tuple[str, ...] = ()
    """Headers (or letters) of the merchant id column; found by itself when left out."""
    owner_id: str | dict[str, str] | None = None
    """The merchant id for sheets without such a column; or sheet name: merchant id."""
    owners: dict[str, str] = Field(default_factory=dict)
    """Shop name: merchant id, for sheets that only name the shop."""
    hidden_rows: Literal["skip", "send"] = "skip"
    """What to do with rows that a filter hides."""


class OutputSettings(Section):
    """How the result is written."""

    language: Literal["auto", "zh", "en"] = "auto"
    """Of the result and the messages; auto follows the sheet's header."""
    format: Literal["xlsx", "csv"] = "xlsx"
    """Of the result. Excel ruins order numbers in a CSV."""
    folder: Path | None = None
    """Where results go; beside the input when left out."""


class LedgerSettings(Section):
    """The memory of every order ever sent."""

    url: str | None = None
    """sqlite:///..., a path, or postgresql://...; in your data folder when left out."""
    wait: Annotated[float, Field(ge=0)] = 0
    """Seconds to wait for another run to end."""
    keep_days: Annotated[int, Field(ge=1)] | None = None
    """Days to keep attempts, the evidence for a dispute; for ever when left out. Orders are always kept."""


class Config(Section):
    """All settings of one call."""

    api: ApiSettings = ApiSettings()
    pace: PaceSettings = PaceSettings()
    retry: RetrySettings = RetrySettings()
    spend: SpendSettings = SpendSettings()
    stop: StopSettings = StopSettings()
    input: InputSettings = InputSettings()
    output: OutputSettings = OutputSettings()
    ledger: LedgerSettings = LedgerSettings()
    token: SecretStr | None = Field(default=None, exclude=True)
    """Never from config.yaml: BATCHSYNC_TOKEN, or the file that api.token_file names."""
