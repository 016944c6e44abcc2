"""Encodings that few files have: the digits of an id are read, whatever is around them."""

from pathlib import Path

import pytest

from batchsync.model import RowBatch
from batchsync.reader import worker
from batchsync.reader.source import ReadOptions

IDS = [f"261122-{n:015d}" for n in range(40)]


def orders(path: Path, data: bytes) -> list[tuple[str, str]]:
    path.write_bytes(data)
    return [
        pair
        for item in worker.orders(path, ReadOptions())
        if isinstance(item, RowBatch)
        for pair in zip(item.orders, map(str, item.order_kinds), strict=True)
    ]


@pytest.mark.parametrize(
    ("codec", "goods"),
    [
        ("shift_jis", "ｱｲｳ商品ソ表示"),
        ("euc_kr", "주문 상품"),
        ("cp949", "똠방각하 상품"),
        ("cp1251", "Заказ товар ё"),
        ("koi8-r", "Заказ товар"),
        ("latin-1", "Größe \x81\x8d é"),
        ("mac-roman", "Größe é"),
    ],
)
def test_csv_in_a_rare_code_page(tmp_path: Path, codec: str, goods: str) -> None:
    """The header is ASCII: no row is refused for letters in another column."""
    text = "order_sn,goods,mall_id\r\n" + "".join(f"{number},{goods},780000001\r\n" for number in IDS)
    assert [(number, "1") for number in IDS] == orders(tmp_path / "a.csv", text.encode(codec))


@pytest.mark.parametrize(
    ("charset", "codec", "header"),
    [
        ("big5", "big5", "訂單編號"),
        ("windows-1251", "cp1251", "order_sn"),
        ("euc-kr", "euc_kr", "order_sn"),
        ("gb2312", "gb18030", "订单编号"),
        ("no-such-charset", "gb18030", "订单编号"),
        ("utf-8", "gb18030", "订单编号"),
    ],
)
def test_a_web_table_with_a_declared_charset(tmp_path: Path, charset: str, codec: str, header: str) -> None:
    """The declaration decides between encodings in which the bytes are valid; a wrong one is ignored."""
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in IDS)
    page = f'<html><head><meta charset="{charset}"></head><table><tr><td>{header}</td></tr>{rows}</table>'
    assert [(number, "1") for number in IDS] == orders(tmp_path / "a.xls", page.encode(codec))
