"""The settings, in sections; each part of the house is given only its own."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A frozen group of settings; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


def _window(text: str) -> str:
    """Refuse what isn't two times of a day."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", text) or text[:5] == text[6:]:
        raise PydanticCustomError("window", "not two times such as 22:00-06:00")
    return text


class InboxSettings(Section):
    """The folder that `nightly` and `watch` work through."""

    folder: Path | None = None
    """Where files are dropped in; `nightly` and `watch` need it. A folder in it with a folder.yaml is a merchant's own."""
    done: Path | None = None
    """Where files go with their results when every row is synced; `done` beside the inbox when left out."""
    attention: Path | None = None
    """Where files go that need a person; `attention` beside the inbox when left out."""
    settle: Annotated[float, Field(ge=0, le=3_600)] = 10
    """Seconds for which a file must not change before it is taken: it may still be on its way in."""
    window: Annotated[str, AfterValidator(_window)] | None = None
    """When orders may be sent, e.g. 22:00-06:00; what is not done by then goes on the next night. Always when left out."""
    canary: Annotated[int, Field(ge=0)] = 20
    """If most of a file's first so many orders fail alike, the file stops there; 0 never stops it so."""


class NotifySettings(Section):
    """Who is told of a night, and when."""

    urls: tuple[SecretStr, ...] = ()
    """Where to, as apprise writes it: dingtalk://..., wecombot://..., feishu://..., slack://..., mailtos://..., jsons://..."""
    when: Literal["always", "attention", "stop"] = "attention"
    """After every night, when something needs a person, or only when a night stopped early."""
    failed_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    """Tell in any case when more than so many percent of the night's calls failed."""
    points: Annotated[int, Field(ge=0)] | None = None
    """Tell in any case when a night spent more points than this."""


class WebSettings(Section):
    """The local page (`batchsync web`)."""

    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
    """The address to listen on; others than this machine's own need a password_file."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8686
    """The port to listen on; 0 takes any free one."""
    password_file: Path | None = None
    """A file that only you can read (mode 0600) with the password that the page asks for."""
    max_upload: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Most megabytes of one uploaded file."""


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
    inbox: InboxSettings = InboxSettings()
    notify: NotifySettings = NotifySettings()
    web: WebSettings = WebSettings()
    token: SecretStr | None = Field(default=None, exclude=True)
    """Never from config.yaml: BATCHSYNC_TOKEN, or the file that api.token_file names."""
