"""What a user is asked when the columns can't be reported: exit 2, nothing sent, and both columns by name and letter."""

from pathlib import Path

import pytest

from batchsync.cli import main

ID = "261122-123456789012345"
OTHER = "261123-543210987654321"


@pytest.mark.parametrize(
    ("header", "row", "named"),
    [
        ("订单号,线上订单号,商家id", f"{ID},{OTHER},780000001", ["“订单号”（A 列）", "“线上订单号”（B 列）", "--order-column A"]),
        ("order_no,order_id,mall_id", f"{ID},{OTHER},780000001", ["“order_no” (column A)", "“order_id” (column B)", "--order-column A"]),
        ("order_sn,mall_id,shop_id", f"{ID},780000001,780000002", ["“mall_id” (column B)", "“shop_id” (column C)", "--owner-column B"]),
        ("内部订单号,商家id", "JY20261122001,780000001", ["A “内部订单号”", "--order-column"]),
        ("子订单编号,商家id", f"{ID},780000001", ["“子订单编号” (A)", "--order-column A"]),
        ("运单号,商家编码", "YT2611221234567,SKU-1", ["A “运单号”", "--order-column"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["check", "run"])
def test_columns_that_can_not_be_reported_are_asked_about(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    header: str,
    row: str,
    named: list[str],
) -> None:
    """The sentence names what was seen and the option that answers it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BATCHSYNC_TOKEN", "token")
    Path("orders.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    lang = "zh" if "订单号,线上" in header else "en"
    assert 2 == main([command, "orders.csv", "--ledger", "ledger.db", "--lang", lang])
    text = capsys.readouterr().err
    assert [] == [words for words in named if words not in text]
    assert "Traceback" not in text


def test_an_answer_ends_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name or letter; the plan then has exactly that column's orders."""
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text(f"订单号,线上订单号,商家id\n{ID},{OTHER},780000001\n", encoding="utf-8")
    plans = []
    for column in ("B", "线上订单号"):
        assert 0 == main(
            ["check", "orders.csv", "--ledger", "ledger.db", "--order-column", column, "--plan", "-", "-q"]
        )
        plans.append(capsys.readouterr().out.splitlines()[1])
    assert [f"orders.csv,2,780000001,{OTHER},send,"] * 2 == plans


def test_what_a_file_and_a_sheet_are_is_reported_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A note's code never reaches the user."""
    import xlwt

    monkeypatch.chdir(tmp_path)
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row, cells in enumerate((("order_sn", "mall_id"), (ID, "780000001"))):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.add_sheet("b").visibility = 1
    book.save("orders.xls")
    main(["check", "orders.xls", "--ledger", "ledger.db", "--lang", "en"])
    text = capsys.readouterr().out
    assert (
        "keeps only 15 digits" in text,
        "the hidden sheet “b” is not read" in text,
        "binary_limits" in text,
    ) == (True, True, False)
