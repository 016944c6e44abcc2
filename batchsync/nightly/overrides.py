"""Settings for one file (NAME.yaml beside it) or one merchant's folder (folder.yaml): merchant id, cap and rate.

Everyone with access to the inbox may write them, so they can only lower the cap and the rate of the settings.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from batchsync.config import Config
from batchsync.errors import SettingsError
from batchsync.messages import nightly as messages

MAX_BYTES = 64 * 1024


class FileOverrides(BaseModel):
    """Content of an override file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    max_points: Annotated[int, Field(ge=0)] | None = None
    rate: Annotated[float, Field(gt=0)] | None = None


def read_overrides(path: Path) -> FileOverrides:
    """Read an override file. Raises SettingsError."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
        if len(text) > MAX_BYTES:
            raise SettingsError(
                messages.OVERRIDES_WRONG, file=path.name, problem=messages.OVERRIDES_TOO_LARGE
            )
        content: Any = yaml.load(text.decode("utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 (makes strings only)
        return FileOverrides.model_validate(content or {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"])) or "-"
        raise SettingsError(
            messages.OVERRIDES_WRONG, file=path.name, problem=f"{key}: {first['msg']}"
        ) from error
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = isinstance(error, OSError) and error.strerror
        problem = reason or " ".join(str(error).split())[:200]
        raise SettingsError(messages.OVERRIDES_WRONG, file=path.name, problem=problem) from error


def config_with(config: Config, overrides: Sequence[FileOverrides]) -> Config:
    """Return the settings for one file; later overrides (those of the file itself) decide the merchant."""
    for each in overrides:
        spend, pace, reading = config.spend, config.pace, config.input
        if each.max_points is not None:
            spend = spend.model_copy(update={"max_points": lower(spend.max_points, each.max_points)})
        if each.rate is not None:
            pace = pace.model_copy(update={"rate": min(pace.rate, each.rate)})
        if each.owner_id is not None:
            reading = reading.model_copy(update={"owner_id": each.owner_id})
        config = config.model_copy(update={"spend": spend, "pace": pace, "input": reading})
    return config


def lower(one: int | None, other: int | None) -> int | None:
    """Return the lower of two caps; None is no cap."""
    caps = [cap for cap in (one, other) if cap is not None]
    return min(caps) if caps else None
