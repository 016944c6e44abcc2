"""Merges the sources into one frozen Config, or reports all their problems."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import SecretStr, ValidationError

from batchsync.config import Config
from batchsync.errors import SettingsError
from batchsync.messages import Lang, Message
from batchsync.messages import settings as messages
from batchsync.settings.problems import problem_of, sections
from batchsync.settings.sources import Key, Problem, Source, from_environment, from_file, from_pairs
from batchsync.settings.token import find_token

DEFAULT_PATH = Path("config.yaml")


class SettingsProblems(SettingsError):
    """All problems of the settings, reported at once."""

    def __init__(self, faults: Sequence[Problem]) -> None:
        self.faults = tuple(faults)
        super().__init__(messages.WRONG)

    def render(self, lang: Lang) -> str:
        """Return all faults, one a line."""
        return "\n".join(
            [super().render(lang), *(f"  - {fault.message().render(lang)}" for fault in self.faults)]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A setting given as an option of the command line."""

    key: str
    """Section and key, e.g. `pace.rate`."""
    flag: str
    value: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Valid settings, their sources and warnings."""

    config: Config
    file: Path | None
    """The config.yaml they came from, if there was one."""
    warnings: tuple[Message, ...]
    places: Mapping[Key, Message]
    """Where each value that is not a default came from."""
    token_source: Message | None = None
    """Where the access token came from, if it was asked for."""


def load(path: Path | None = None, *, options: Sequence[Override] = (), token: bool = False) -> Loaded:
    """Read all sources; the later wins: file, environment, options.

    Without `path`, `config.yaml` in the working folder is read if there is one. With `token`, the access token is
    asked for, and its absence is a fault like any other.

    Raises SettingsProblems.
    """
    file = path if path is not None else _default_path()
    sources = [from_file(file)] if file else []
    if file:
        _anchor(sources[0], file.absolute().parent)
    sources.append(from_environment())
    sources.append(from_pairs({given.key: (given.flag, given.value) for given in options}))
    faults = [fault for source in sources for fault in source.faults]
    merged = _merged(sources)
    found = find_token(merged.values, merged.places) if token else None
    if found:
        faults += found.faults
    config = _validated(merged, faults)
    if found and found.token:
        config = config.model_copy(update={"token": SecretStr(found.token)})
    return Loaded(
        config=config,
        file=file,
        warnings=found.warnings if found else (),
        places=merged.places,
        token_source=found.source if found else None,
    )


def _default_path() -> Path | None:
    return DEFAULT_PATH if DEFAULT_PATH.is_file() else None


def _validated(merged: Source, faults: list[Problem]) -> Config:
    values = {name: value for name, value in merged.values.items() if name != "token"}
    _spread(values)
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        faults += _one_per_key(error, merged.places)
    if faults:
        raise SettingsProblems(faults)
    return config


def _one_per_key(error: ValidationError, places: Mapping[Key, Message]) -> Iterator[Problem]:
    """Yield one problem per key; a union fails once per member."""
    seen: set[Key] = set()
    for detail in error.errors(include_url=False):
        key: Key = tuple(detail["loc"][:2])
        if key not in seen:
            seen.add(key)
            yield problem_of(detail, places)


# --- Merging ------------------------------------------------------------------------------------------------


def _merged(sources: Sequence[Source]) -> Source:
    merged = Source()
    for source in sources:
        _merge(merged.values, source.values)
        merged.places.update(source.places)
    return merged


def _merge(under: dict[str, Any], over: Mapping[str, Any]) -> None:
    """Sections are merged key by key; a whole value replaces a whole value."""
    for name, value in over.items():
        if isinstance(value, Mapping) and isinstance(under.get(name), dict):
            under[name].update(value)
        else:
            under[name] = dict(value) if isinstance(value, Mapping) else value


def _spread(values: dict[str, Any]) -> None:
    """Let a list be given as `a,b`: in the environment and in options there is no other simple way."""
    for section, model in sections():
        given = values.get(section)
        if not isinstance(given, dict):
            continue
        for key, field in model.model_fields.items():
            if get_origin(field.annotation) is tuple and isinstance(given.get(key), str):
                given[key] = [part.strip() for part in given[key].split(",") if part.strip()]


def _anchor(source: Source, folder: Path) -> None:
    """Make the file's relative paths start from its own folder.

    Otherwise the same settings used from two folders would mean two ledgers, and pay twice.
    """
    for section, model in sections():
        given = source.values.get(section)
        if not isinstance(given, dict):
            continue
        for key, field in model.model_fields.items():
            value = given.get(key)
            if isinstance(value, str) and value and Path in (field.annotation, *get_args(field.annotation)):
                given[key] = str(folder / Path(value).expanduser())
        if section == "ledger" and isinstance(given.get("url"), str):
            given["url"] = _anchored_url(given["url"], folder)


def _anchored_url(url: str, folder: Path) -> str:
    scheme, _, rest = url.rpartition("://")
    if scheme not in ("", "sqlite"):
        return url
    path = rest.removeprefix("/") if scheme else url
    return f"{scheme}:///{folder / path}" if scheme else str(folder / Path(path).expanduser())
