"""Where a result goes: decided and tried before anything is sent."""

from pathlib import Path

import pytest

from batchsync.config import OutputSettings
from batchsync.errors import OutputError
from batchsync.job.output_path import OutputPath, choose_output_path


def test_beside_the_input(tmp_path: Path) -> None:
    """By default the result stands beside its input."""
    target = choose_output_path(tmp_path / "orders.csv", None, OutputSettings())
    assert OutputPath(path=tmp_path / "orders.result.xlsx", format="xlsx", asked=False) == target


@pytest.mark.parametrize(
    ("output", "settings", "expected"),
    [
        ("new/folder", OutputSettings(), "new/folder/orders.result.xlsx"),
        ("new", OutputSettings(format="csv"), "new/orders.result.csv"),
        ("mine.xlsx", OutputSettings(), "mine.xlsx"),
        ("mine.csv", OutputSettings(), "mine.csv"),
        ("v1.2", OutputSettings(), "v1.2/orders.result.xlsx"),
    ],
)
def test_asked_for(tmp_path: Path, output: str, settings: OutputSettings, expected: str) -> None:
    """A known suffix names a file, everything else a folder, which is made."""
    target = choose_output_path(tmp_path / "orders.xlsx", tmp_path / output, settings)
    assert tmp_path / expected == target.path
    assert target.path.parent.is_dir()


@pytest.mark.parametrize("name", ["mine.xls", "mine.TXT", "mine.ods"])
def test_a_kind_that_a_result_cannot_be(tmp_path: Path, name: str) -> None:
    """Reported so; a folder called mine.xls would only puzzle."""
    with pytest.raises(OutputError, match="or a folder"):
        choose_output_path(tmp_path / "orders.xlsx", tmp_path / name, OutputSettings())
    assert [] == list(tmp_path.iterdir())


def test_the_path_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger and the totals keep it, and are read from other folders."""
    monkeypatch.chdir(tmp_path)
    beside = choose_output_path(Path("orders.xlsx"), None, OutputSettings())
    named = choose_output_path(Path("orders.xlsx"), Path("mine.csv"), OutputSettings())
    assert (tmp_path / "orders.result.xlsx", tmp_path / "mine.csv") == (beside.path, named.path)


def test_never_over_the_input(tmp_path: Path) -> None:
    """Asked to write over its own input, also by another name of it, the run does not begin."""
    source = tmp_path / "orders.xlsx"
    source.write_bytes(b"x")
    (tmp_path / "other.xlsx").hardlink_to(source)
    for output in (source, tmp_path / "other.xlsx"):
        with pytest.raises(OutputError):
            choose_output_path(source, output, OutputSettings())


def test_a_place_that_takes_no_files(tmp_path: Path) -> None:
    """A folder that can't be written is reported before anything is sent."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        choose_output_path(tmp_path / "orders.xlsx", tmp_path / "file" / "under", OutputSettings())


def test_a_long_input_name_is_shortened(tmp_path: Path) -> None:
    """255 bytes are the most, the time that an older result gets in its name included."""
    source = tmp_path / f"{'订' * 82}ab.xlsx"
    target = choose_output_path(source, None, OutputSettings())
    assert target.path.name.endswith("订.result.xlsx")
    assert 235 < len(target.path.name.encode()) <= 240
