"""Reads settings from environment variables, as pydantic-settings names them."""

from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from batchsync.config import Config
from batchsync.settings.sources import PREFIX, Source


class _Shape(Config, BaseSettings):
    """The settings as pydantic-settings wants to see them, to find its way through nested names."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid", frozen=True
    )


class _Environment(EnvSettingsSource):
    """Environment variables, with lists and pairs as JSON or, for lists, commas."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        if str(value).lstrip()[:1] not in ("[", "{"):
            return value  # commas are spread later; `5` stays text, since it may be an id
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value  # reported with all other problems


def read_environment(source: Source) -> None:
    """Fill a source, whose places are known, with every variable's value; None for what is no setting."""
    values = {name: value for name, value in _Environment(_Shape)().items() if value is not None}
    for key in list(source.places):
        if key[0] not in Config.model_fields:
            values[str(key[0])] = None
            source.places[key[:1]] = source.places[key]
    source.values.update(values)
