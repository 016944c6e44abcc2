"""The settings: one frozen model per section, with defaults and meanings."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A frozen section of settings; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _web_address(url: str) -> str:
    """Refuse an address that can't be called, or that has a user name (it would appear in logs)."""
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

StatusCode = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]


class ApiSettings(Section):
    """The API that orders are sent to, and the account."""

    url: WebAddress = "http://www.damaijia168.com/vv/external/pinSynchronization"
    """Address of the API."""
    account: str = Field(default="default", min_length=1, max_length=64)
    """Name of the account whose points are spent. Keep it when the token changes."""
    token_file: Path | None = None
    """File with the access token, readable only by you (mode 0600). Alternative: `batchsync token set` or BATCHSYNC_TOKEN."""
    connect_timeout: Seconds = 10
    """Seconds to wait for a connection. Nothing was sent when this time runs out."""
    answer_timeout: Seconds = 120
    """Seconds to wait for a response. Keep it longer than the server's own limit: a lost response makes an uncertain order."""
    keep_alive: bool = False
    """Reuse connections: faster, but orders become uncertain if the server closes idle connections."""
    codes: dict[StatusCode, Literal["refused", "charged"]] = Field(default_factory=dict)
    """Meaning of status codes that the vendor's page does not list: refused (cost nothing) or charged (cost points)."""
    proxy: str | None = None
    """HTTP proxy. The proxy variables of the environment are not used."""


class PaceSettings(Section):
    """Speed of sending."""

    rate: Annotated[float, Field(gt=0, le=100_000)] = 5
    """Maximum calls in any one second."""
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = 10
    """Maximum calls under way at once."""


class RetrySettings(Section):
    """Repeated attempts, only after calls that were certainly not sent."""

    attempts: Annotated[int, Field(ge=1, le=100)] = 5
    """Maximum attempts for one order in one run."""
    max_wait: Seconds = 60
    """Maximum seconds between two attempts (the server's Retry-After takes precedence)."""
    max_total: Seconds = 600
    """Maximum seconds for all attempts of one order."""
    unsent_http: tuple[int, ...] = (429, 503)
    """HTTP statuses that reject a call before any work: nothing was spent, the order may be sent again."""


class SpendSettings(Section):
    """Limits on points."""

    max_points: Annotated[int, Field(ge=0)] | None = None
    """Maximum points that one run may spend. Calls under way and uncertain orders count as spent."""
    max_points_night: Annotated[int, Field(ge=0)] | None = None
    """Maximum points that one nightly run may spend, over all its files."""
    price: Annotated[int, Field(ge=0)] = 1
    """Points that one call is expected to cost (for estimates)."""
    resync_after: Annotated[int, Field(ge=0)] | None = None
    """Days after which a synced order may be paid for again. Default: never."""


class StopSettings(Section):
    """When a run stops by itself."""

    failures_in_a_row: Annotated[int, Field(ge=1)] = 20
    """Stop after this many failures of one kind in a row."""
    uncertain_in_a_row: Annotated[int, Field(ge=1)] = 10
    """Stop after this many uncertain orders in a row."""


class InputSettings(Section):
    """How a spreadsheet is read."""

    sheets: tuple[str, ...] = ()
    """Sheets to read. Default: all visible sheets."""
    header_row: Annotated[int, Field(ge=1)] | None = None
    """Line number of the header row, as Excel shows it. Default: found automatically."""
    order_columns: tuple[str, ...] = ()
    """Headers (or letters, such as C) of the order number column. Default: found automatically."""
    owner_columns: tuple[str, ...] = ()
    """Headers (or letters) of the merchant id column. Default: found automatically."""
    owner_id: str | dict[str, str] | None = None
    """Merchant id for sheets without such a column; or pairs of sheet name: merchant id."""
    owners: dict[str, str] = Field(default_factory=dict)
    """Pairs of shop name: merchant id, for sheets that only name the shop."""
    hidden_rows: Literal["skip", "send"] = "skip"
    """Rows hidden by a filter: skip them or send them."""


class OutputSettings(Section):
    """How the result is written."""

    language: Literal["auto", "zh", "en"] = "auto"
    """Language of the result and the messages. auto follows the sheet's header."""
    format: Literal["xlsx", "csv"] = "xlsx"
    """Format of the result. Excel damages order numbers in a CSV."""
    folder: Path | None = None
    """Folder for results. Default: beside the input."""


class LedgerSettings(Section):
    """The database of every order ever sent."""

    url: str | None = None
    """sqlite:///..., a path, or postgresql://... Default: a file in your data folder."""
    wait: Annotated[float, Field(ge=0)] = 0
    """Seconds to wait for another run of the same account to end."""
    keep_days: Annotated[int, Field(ge=1)] | None = None
    """Days to keep the details of attempts (evidence for a dispute). Default: forever. Orders are always kept."""


def _window(text: str) -> str:
    """Refuse a value that is not two times of day."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", text) or text[:5] == text[6:]:
        raise PydanticCustomError("window", "not two times such as 22:00-06:00")
    return text


class InboxSettings(Section):
    """The folder that `nightly` and `watch` work through."""

    folder: Path | None = None
    """The inbox folder; required by `nightly` and `watch`. A subfolder with a folder.yaml belongs to one merchant."""
    done: Path | None = None
    """Folder for files whose rows are all synced, with their results. Default: `done` beside the inbox."""
    attention: Path | None = None
    """Folder for files that need attention. Default: `attention` beside the inbox."""
    settle: Annotated[float, Field(ge=0, le=3_600)] = 10
    """Seconds that a file must stay unchanged before it is processed; it may still be being copied."""
    window: Annotated[str, AfterValidator(_window)] | None = None
    """Time of day when orders may be sent, e.g. 22:00-06:00. The rest is sent the next night. Default: at any time."""
    canary: Annotated[int, Field(ge=0)] = 20
    """Stop a file when most of its first orders (this many) fail in the same way. 0 turns this off."""


class NotifySettings(Section):
    """Notifications about nightly runs."""

    urls: tuple[SecretStr, ...] = ()
    """Targets in apprise notation: dingtalk://..., wecombot://..., feishu://..., slack://..., mailtos://..., jsons://..."""
    when: Literal["always", "attention", "stop"] = "attention"
    """Notify after every nightly run (always), when something needs attention, or only when a run stopped early (stop)."""
    failed_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """Also notify when more than this percentage of the nightly run's calls failed."""
    points: Annotated[int, Field(ge=0)] | None = None
    """Also notify when a nightly run spent more points than this."""


class WebSettings(Section):
    """The local page (`batchsync web`)."""

    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
    """Address to listen on. Addresses other than this computer's own require a password_file."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8686
    """Port to listen on; 0 takes any free port."""
    password_file: Path | None = None
    """File with the password of the page, readable only by you (mode 0600)."""
    max_upload: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Maximum size of an upload in megabytes."""


class Config(Section):
    """All settings of one command."""

    api: ApiSettings = ApiSettings()
    pace: PaceSettings = PaceSettings()
    retry: RetrySettings = RetrySettings()
    spend: SpendSettings = SpendSettings()
    stop: StopSettings = StopSettings()
    input: InputSettings = InputSettings()
    output: OutputSettings = OutputSettings()
    ledger: LedgerSettings = LedgerSettings()
    inbox: InboxSettings = InboxSettings()
    notify: NotifySettings = NotifySettings()
    web: WebSettings = WebSettings()
    token: SecretStr | None = Field(default=None, exclude=True)
    """Never from config.yaml: BATCHSYNC_TOKEN, the file named by api.token_file, or the stored token."""
