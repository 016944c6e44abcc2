"""Uploaded files: their names, their sizes, and what is kept of them after a crash."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batchsync.errors import UsageError
from batchsync.web.uploads import (
    ColumnOverrides,
    Confirmation,
    Phase,
    TooLarge,
    UploadStore,
    safe_name,
    single_instance_lock,
)


async def parts(*given: bytes) -> AsyncIterator[bytes]:
    for part in given:
        yield part


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("订单 (十月).xlsx", "订单 (十月).xlsx"),
        ("../../etc/passwd", "passwd.dat"),
        ("..\\..\\boot.ini", "boot-ini.dat"),
        ("<script>alert(1)</script>.xlsx", "script.xlsx"),
        ("CON.xlsx", "file-CON.xlsx"),
        (".xlsx", "file.xlsx"),
        ("a" * 300 + ".csv", "a" * 60 + ".csv"),
        ("invoice.exe", "invoice-exe.dat"),
        ("=cmd|'calc'!A1.xlsx", "cmd-calc-A1.xlsx"),
    ],
)
def test_a_stored_name_is_harmless(name: str, safe: str) -> None:
    """Letters, digits and a few marks; no path, no reserved name, no ending but those of spreadsheets."""
    assert safe == safe_name(name)


async def test_a_file_past_the_cap_leaves_nothing(tmp_path: Path) -> None:
    """It is refused at the first byte too many, whatever its Content-Length."""
    store = UploadStore(tmp_path / "web", max_upload=1)
    with pytest.raises(TooLarge):
        await store.save_upload("big.csv", parts(b"x" * 1024 * 1024, b"y"))
    assert [] == list((tmp_path / "web").iterdir())


async def test_an_empty_file_leaves_nothing(tmp_path: Path) -> None:
    """There is nothing to check in it."""
    store = UploadStore(tmp_path / "web", max_upload=1)
    with pytest.raises(UsageError, match="empty"):
        await store.save_upload("none.csv", parts())
    assert [] == list((tmp_path / "web").iterdir())


async def test_records_survive(tmp_path: Path) -> None:
    """Chosen columns are kept over a restart; a queued file needs a new confirmation, one under way is interrupted."""
    store = UploadStore(tmp_path / "web", max_upload=1)
    confirmation = Confirmation(orders=3, points=3)
    one = await store.save_upload("one.csv", parts(b"1"))
    two = await store.save_upload("two.csv", parts(b"2"))
    three = await store.save_upload("three.csv", parts(b"3"))
    from dataclasses import replace

    store.save_record(replace(one, overrides=ColumnOverrides(order_column="C", header_row=2)))
    store.save_record(replace(two, phase=Phase.QUEUED, confirmation=confirmation))
    store.save_record(
        replace(three, phase=Phase.RUNNING, confirmation=confirmation, run="20261125-0900-three")
    )
    after = UploadStore(tmp_path / "web", max_upload=1).load_records()
    assert [
        ("one.csv", Phase.UPLOADED, ColumnOverrides(order_column="C", header_row=2), None, False),
        ("two.csv", Phase.UPLOADED, ColumnOverrides(), None, True),
        ("three.csv", Phase.INTERRUPTED, ColumnOverrides(), None, False),
    ] == [(each.name, each.phase, each.overrides, each.confirmation, each.was_queued) for each in after]


async def test_half_an_upload_is_deleted(tmp_path: Path) -> None:
    """A program that ends during an upload leaves a folder without a record."""
    folder = tmp_path / "web" / "0123456789ab"
    folder.mkdir(parents=True)
    (folder / "orders.csv").write_bytes(b"half")
    assert [] == UploadStore(tmp_path / "web", max_upload=1).load_records()
    assert not folder.exists()


def test_two_pages_never_share_a_folder(tmp_path: Path) -> None:
    """The second one is refused."""
    with (
        single_instance_lock(tmp_path / "web"),
        pytest.raises(UsageError, match="already"),
        single_instance_lock(tmp_path / "web"),
    ):
        pass
