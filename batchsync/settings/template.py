"""config.yaml and the settings page, generated from config.py: its names, defaults and docstrings."""

import ast
import inspect
import json
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from batchsync import config
from batchsync.messages import Lang
from batchsync.messages import settings as messages
from batchsync.settings.problems import sections


def template(lang: Lang) -> str:
    """Return a commented config.yaml: defaults as they are, what has none as a commented example."""
    lines = [messages.TEMPLATE_HEAD.render(lang)]
    for section, model in sections():
        lines += ["", f"# {meaning(section, model, lang)}", f"{section}:"]
        for key, field in model.model_fields.items():
            lines.append(f"  # {key_meaning(section, key, lang)}")
            lines.append(f"  {_line(section, key, field)}")
    return "\n".join(lines) + "\n"


def document(lang: Lang) -> str:
    """Return the settings page in Markdown."""
    lines = [messages.DOCS_HEAD.render(lang)]
    for section, model in sections():
        lines += [f"## {section}", "", meaning(section, model, lang), ""]
        lines += [messages.DOCS_COLUMNS.render(lang), "| --- | --- | --- |"]
        for key, field in model.model_fields.items():
            text = key_meaning(section, key, lang).replace("|", r"\|")
            lines.append(f"| `{section}.{key}` | {_default(field, lang)} | {text} |")
        lines.append("")
    return "\n".join(lines)


def meaning(section: str, model: type[BaseModel], lang: Lang) -> str:
    """Return what a section is for."""
    english = (model.__doc__ or "").strip().splitlines()[0]
    return messages.MEANINGS_ZH.get(section, english) if lang is Lang.ZH else english


def key_meaning(section: str, key: str, lang: Lang) -> str:
    """Return what one setting means."""
    english = _docstrings().get(f"{section}.{key}", "")
    return messages.MEANINGS_ZH.get(f"{section}.{key}", english) if lang is Lang.ZH else english


@cache
def _docstrings() -> dict[str, str]:
    """Return what stands below each key in config.py. Only who shows it pays for it: pydantic would, at every start."""
    bodies = {
        node.name: node.body
        for node in ast.parse(inspect.getsource(config)).body
        if isinstance(node, ast.ClassDef)
    }
    return {
        f"{section}.{key.target.id}": " ".join(str(text.value.value).split())
        for section, model in sections()
        for key, text in pairwise(bodies[model.__name__])
        if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def _line(section: str, key: str, field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value in (None, (), {}):
        return f"# {key}: {messages.EXAMPLES.get(f'{section}.{key}', '')}".rstrip()
    return f"{key}: {_yaml(value)}"


def _default(field: FieldInfo, lang: Lang) -> str:
    value: Any = field.get_default(call_default_factory=True)
    return messages.DOCS_NO_DEFAULT.render(lang) if value in (None, (), {}) else f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    """A default as it stands in YAML: texts plain where that is safe."""
    if isinstance(value, tuple):
        return f"[{', '.join(_yaml(item) for item in value)}]"
    if isinstance(value, str | Path):
        return str(value)
    return json.dumps(value)


def pages() -> Iterator[tuple[str, str]]:
    """Return every file that is generated from config.py, by its place in the repository."""
    yield "config.yaml", template(Lang.EN)
    yield "docs/settings.md", document(Lang.EN)
    yield "docs/settings.zh-CN.md", document(Lang.ZH)
