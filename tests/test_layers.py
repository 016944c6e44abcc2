"""The house has floors: imports run downward only, also for types."""

import ast
from pathlib import Path

import batchsync

PACKAGE = Path(batchsync.__file__).parent

FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"model", "clock", "shapes", "cells", "charts"}),
    frozenset({"words", "ids", "results"}),
    frozenset({"errors"}),
    frozenset({"config"}),
    frozenset({"settings", "merchants", "plan_csv", "damage"}),
    frozenset({"pool", "reader", "writer", "plan", "client", "judge", "pace", "ledger", "sandbox"}),
    frozenset({"job", "calls", "frames", "money"}),
    frozenset({"distributed"}),
    frozenset({"nightly"}),
    frozenset({"web"}),
    frozenset({"cli", "api"}),
    frozenset({"__main__", "__init__"}),
)
"""The ground first. Rooms of one floor don't know each other; a folder's own files may."""


def room_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports_of(path: Path) -> list[tuple[int, str]]:
    """Every room of ours that a file imports, with the line, also inside functions and TYPE_CHECKING blocks."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [(node.lineno, name.split(".")[1]) for name in names if name.startswith("batchsync.")]
    return found


def faults(package: Path = PACKAGE) -> list[str]:
    floor = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
    wrong = []
    for path in sorted(package.rglob("*.py")):
        here = room_of(path)
        for line, room in imports_of(path):
            if room != here and room in floor and floor[room] >= floor[here]:
                wrong.append(
                    f"{path.relative_to(package)}:{line} ({here}) imports {room}, which is not below it"
                )
    return wrong


def test_every_room_stands_on_a_floor() -> None:
    """A new file or folder at the top has to say where it belongs."""
    rooms = {room_of(path) for path in PACKAGE.rglob("*.py")}
    assert set() == rooms - set().union(*FLOORS)


def test_imports_run_downward() -> None:
    """No room imports one of its own floor or above, and the offending import is named."""
    assert [] == faults()


def test_no_relative_imports() -> None:
    """One way to write an import, so that this test sees them all."""
    relative = [
        str(path)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert [] == relative


def test_an_upward_import_is_caught(tmp_path: Path) -> None:
    """The walk sees an import hidden in a function (so that this test can fail)."""
    culprit = tmp_path / "pace.py"
    culprit.write_text("def f():\n    from batchsync import job\n", encoding="utf-8")
    assert [(2, "job")] == imports_of(culprit)
