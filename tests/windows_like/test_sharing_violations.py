"""A result that another program holds open: Windows refuses to replace or rename it."""

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from batchsync.writer.output_file import OutputFile


@pytest.mark.parametrize("refused", ["rename", "replace"])
def test_a_result_held_open_is_written_beside_it(
    refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = tmp_path / "orders.result.xlsx"
    held.write_bytes(b"older result")
    original = getattr(Path, refused)

    def refuse(source: Path, target: Path) -> Path:
        if held in (source, Path(target)):
            raise PermissionError(13, "The process cannot access the file", str(source))
        result: Path = original(source, target)
        return result

    def fill(file: BinaryIO) -> str:
        file.write(BytesIO(b"new result").getvalue())
        return ".xlsx"

    monkeypatch.setattr(Path, refused, refuse)
    output = OutputFile(
        path=held,
        input=tmp_path / "orders.xlsx",
        by_user=False,
        is_ours=lambda _: True,
        fallback=tmp_path / "fallback",
        run="20261201-0000-orders",
    )
    path = output.write(fill)
    assert b"new result" == path.read_bytes()
    assert b"older result" in {each.read_bytes() for each in tmp_path.glob("orders.result*")}
    assert path.parent == tmp_path
