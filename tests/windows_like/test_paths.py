"""Names that are devices on Windows."""

from pathlib import Path

import pytest

from batchsync.cli import arguments


def test_a_device_name_reaches_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows cannot resolve CON: "The handle is invalid". The reader then reports a file that cannot be read."""

    def refuse(_: Path, strict: bool = False) -> Path:
        raise OSError(6, "The handle is invalid")

    monkeypatch.setattr(Path, "resolve", refuse)
    assert [Path("CON")] == arguments.files(["CON"])
