"""Handlers of the settings page: the settings in force, where each comes from, and the checks of `doctor`."""

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
from batchsync.web.context import CONTEXT
from batchsync.web.rendering import language

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """One setting in force."""

    key: str
    value: str
    source: str
    is_default: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A group of settings."""

    name: str
    meaning: str
    settings: tuple[SettingView, ...]


@routes.get("/settings")
async def show_settings(request: web.Request) -> web.StreamResponse:
    """Show all settings; the checks of `doctor` are loaded afterwards."""
    context = request.app[CONTEXT]
    loaded = context.loaded
    return context.renderer.response(
        request,
        "settings.html",
        sections=list(section_views(loaded, language(request))),
        has_token=loaded.config.token is not None,
        file=loaded.file.absolute() if loaded.file else None,
    )


@routes.get("/settings/doctor")
async def show_checks(request: web.Request) -> web.StreamResponse:
    """Run the checks of `doctor` and return their results."""
    context = request.app[CONTEXT]
    found = await asyncio.to_thread(context.run_checks)
    return context.renderer.response(request, "_doctor.html", found=found)


def section_views(loaded: Loaded, lang: Lang) -> Iterator[SectionView]:
    """Yield all settings by section."""
    for name, model in sections():
        values = getattr(loaded.config, name)
        views = tuple(
            _setting_view(loaded, (name, key), getattr(values, key), key_meaning(name, key, lang), lang)
            for key in model.model_fields
        )
        yield SectionView(name=name, meaning=meaning(name, model, lang), settings=views)


def _setting_view(loaded: Loaded, at: tuple[str, str], value: object, text: str, lang: Lang) -> SettingView:
    source = next((place for key, place in loaded.places.items() if key[:2] == at), None)
    return SettingView(
        key=".".join(at),
        value=_shown(value, lang),
        source=(source or messages.BY_DEFAULT).render(lang),
        is_default=source is None,
        meaning=text,
    )


def _shown(value: object, lang: Lang) -> str:
    """Return a value as people read it; passwords in addresses are masked."""
    if value is None or value in ((), {}):
        return "–"
    if isinstance(value, bool):
        return (messages.YES if value else messages.NO).render(lang)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(each, lang)}" for name, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(_shown(each, lang) for each in value)
    return re.sub(r"//[^/@]*@", "//***@", f"{value:g}" if isinstance(value, float) else str(value))
