"""Layers: imports run downward only, also for types."""

import ast
from pathlib import Path

import batchsync

PACKAGE = Path(batchsync.__file__).parent

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"clock", "charts", "exit_codes", "formatting", "fsutil"}),
    frozenset({"model"}),
    frozenset({"messages"}),
    frozenset({"errors"}),
    frozenset({"config"}),
    frozenset({"settings", "ooxml"}),
    frozenset({"planning"}),
    frozenset({"sending", "reader", "writer", "ledger", "sandbox"}),
    frozenset({"job", "attempt_texts", "finance"}),
    frozenset({"cluster"}),
    frozenset({"nightly"}),
    frozenset({"web"}),
    frozenset({"cli", "api"}),
    frozenset({"__main__", "__init__"}),
)
"""The lowest layer first. Packages of one layer do not import each other; the modules of one package may."""


def package_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports_of(path: Path) -> list[tuple[int, str]]:
    """Every package of ours that a file imports, with the line, also inside functions and TYPE_CHECKING blocks."""
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


def upward_imports(root: Path = PACKAGE) -> list[str]:
    layer = {package: height for height, packages in enumerate(LAYERS) for package in packages}
    wrong = []
    for path in sorted(root.rglob("*.py")):
        here = package_of(path)
        for line, package in imports_of(path):
            if package != here and package in layer and layer[package] >= layer[here]:
                wrong.append(
                    f"{path.relative_to(root)}:{line} ({here}) imports {package}, which is not below it"
                )
    return wrong


def test_every_package_has_a_layer() -> None:
    """A new file or folder at the top has to state where it belongs."""
    packages = {package_of(path) for path in PACKAGE.rglob("*.py")}
    assert set() == packages - set().union(*LAYERS)


def test_imports_run_downward() -> None:
    """No package imports one of its own layer or above, and the offending import is named."""
    assert [] == upward_imports()


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
    culprit = tmp_path / "clock.py"
    culprit.write_text("def f():\n    from batchsync import job\n", encoding="utf-8")
    assert [(2, "job")] == imports_of(culprit)
