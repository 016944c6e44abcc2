"""The settings as they are in force, where each comes from, and what the doctor finds. Shown, not edited."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web

from batchsync.messages import Lang
from batchsync.messages import web as messages
from batchsync.settings import Loaded
from batchsync.settings.problems import sections
from batchsync.settings.template import key_meaning, meaning
from batchsync.web.context import AppContext
from batchsync.web.templating import language


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """One setting in force."""

    key: str
    value: str
    source: str
    is_default: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A group of settings."""

    name: str
    told: str
    settings: tuple[SettingView, ...]


class SettingsHandlers:
    """Where the settings hang on the wall."""

    def __init__(self, house: AppContext) -> None:
        self._house = house

    async def settings(self, request: web.Request) -> web.StreamResponse:
        """Show all settings; the doctor's findings come after."""
        loaded = self._house.loaded
        return self._house.pages.response(
            request,
            "settings.html",
            sections=list(sections_of(loaded, language(request))),
            token=loaded.config.token is not None,
            file=loaded.file.absolute() if loaded.file else None,
        )

    async def doctor(self, request: web.Request) -> web.StreamResponse:
        """Return what the doctor finds now."""
        found = await asyncio.to_thread(self._house.examine)
        return self._house.pages.response(request, "_doctor.html", found=found)


def sections_of(loaded: Loaded, lang: Lang) -> Iterator[SectionView]:
    """Yield all settings by section."""
    for name, model in sections():
        values = getattr(loaded.config, name)
        views = tuple(
            _view(loaded, (name, key), getattr(values, key), key_meaning(name, key, lang), lang)
            for key in model.model_fields
        )
        yield SectionView(name=name, told=meaning(name, model, lang), settings=views)


def _view(loaded: Loaded, at: tuple[str, str], value: object, told: str, lang: Lang) -> SettingView:
    place = next((place for key, place in loaded.places.items() if key[:2] == at), None)
    return SettingView(
        key=".".join(at),
        value=_shown(value, lang),
        source=(place or messages.BY_DEFAULT).render(lang),
        is_default=place is None,
        told=told,
    )


def _shown(value: object, lang: Lang) -> str:
    """Return a value as a person reads it; addresses that carry secrets stay covered."""
    if value is None or value in ((), {}):
        return "–"
    if isinstance(value, bool):
        return (messages.YES if value else messages.NO).render(lang)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(each, lang)}" for name, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(_shown(each, lang) for each in value)
    return re.sub(r"//[^/@]*@", "//***@", f"{value:g}" if isinstance(value, float) else str(value))
