"""Every dependency in pyproject.toml is imported, and every extra has content."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import batchsync

PACKAGE = Path(batchsync.__file__).parent
PROJECT = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULES = {
    "jinja2": "jinja2", "msoffcrypto-tool": "msoffcrypto", "python-calamine": "python_calamine", "pyyaml": "yaml",
    "pydantic-settings": "pydantic_settings", "psycopg": "psycopg",
}  # fmt: skip
"""Modules that are not called like their distribution."""
BY_NAME = {
    "openpyxl": "openpyxl",  # pandas' writer, chosen by `engine`
    "keyring": "keyring",  # optional at run time
}
"""Dependencies that are chosen by their name in a text instead of an import."""
DATA = frozenset({"tzdata"})
"""Distributions without code: zoneinfo finds the time zones of tzdata on Windows."""


BROUGHT_BY = {
    "yarl": "aiohttp", "markupsafe": "jinja2", "pydantic": "pydantic-settings", "pydantic_core": "pydantic-settings",
    "psycopg_pool": "psycopg",
}  # fmt: skip
"""Modules that come with another distribution, which needs them itself."""


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0].lower() for each in requirements}


def imports() -> set[str]:
    """The first part of every module that the package imports, also inside functions."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found


def texts() -> set[str]:
    """Every text constant of the package."""
    return {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_dependency_is_used() -> None:
    """A dependency that nothing imports goes."""
    extras = PROJECT["optional-dependencies"]
    wanted = names(PROJECT["dependencies"]).union(
        *(names(each) for extra, each in extras.items() if extra != "dev")
    )
    used, named = imports(), texts()
    unused = {
        name
        for name in wanted - DATA
        if not (BY_NAME[name] in named if name in BY_NAME else MODULES.get(name, name) in used)
        and name.lower() not in {module.lower() for module in used}
    }
    assert set() == unused


def test_every_import_is_declared() -> None:
    """What the package imports is installed with it or with an extra."""
    extras = PROJECT["optional-dependencies"]
    declared = names(PROJECT["dependencies"]).union(
        *(names(each) for extra, each in extras.items() if extra != "dev")
    )
    distributions = {module: name for name, module in MODULES.items()} | BROUGHT_BY
    third_party = imports() - set(sys.stdlib_module_names) - {"batchsync"}
    third_party |= {module for module in BY_NAME.values() if module in texts()}
    assert set() == {
        module for module in third_party if distributions.get(module, module.lower()) not in declared
    }


def test_every_extra_has_content_of_its_own() -> None:
    """An extra whose packages are dependencies anyway installs nothing."""
    always = names(PROJECT["dependencies"])
    extras = {name: names(each) for name, each in PROJECT["optional-dependencies"].items()}
    assert [] == [name for name, each in extras.items() if not each - always]
