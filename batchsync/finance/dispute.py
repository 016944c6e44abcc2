"""The dispute workbook: what differs, order by order, and the evidence for calls without an answer."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from batchsync.finance.reconcile import Reconciled
from batchsync.ledger import Charge
from batchsync.messages import Lang, Translation, summary
from batchsync.messages import finance as messages

LONGEST = 32_000
DIFFERENCES = ("finding", "owner", "number", "vendor_charges", "vendor_points", "our_charges", "our_open")
EVIDENCE = ("owner", "number", "run", "sent", "heard", "reason", "http", "error", "answer")

Cell = str | int | None


def write_dispute(reconciled: Reconciled, summary: Sequence[tuple[str, str]], path: Path, lang: Lang) -> None:
    """Write the workbook; `summary` is what was said of the whole, as pairs."""
    from xlsxwriter import Workbook

    whole = BytesIO()
    with Workbook(whole, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _sheet(book, "summary", (), summary, lang)
        heads = [messages.HEADS[name] for name in (*DIFFERENCES, "our_points", "todo")]
        _sheet(book, "differences", heads, _differences(reconciled, lang), lang)
        _sheet(
            book,
            "uncertain",
            [messages.HEADS[name] for name in EVIDENCE],
            _evidence(reconciled.doubts, lang),
            lang,
        )
    path.write_bytes(whole.getvalue())


def _sheet(
    book: Any, name: str, heads: Sequence[Translation], rows: Iterable[Sequence[Cell]], lang: Lang
) -> None:
    sheet = book.add_worksheet(messages.SHEETS[name].render(lang))
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 12, 24)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head.render(lang), bold)
    if heads:
        sheet.freeze_panes(1, 0)
    for line, cells in enumerate(rows, start=1 if heads else 0):
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell)
            elif cell:
                sheet.write_string(line, column, cell[:LONGEST])


def _differences(reconciled: Reconciled, lang: Lang) -> Iterable[Sequence[Cell]]:
    for finding in reconciled.findings:
        if finding.kind != "agreed":
            vendor = finding.vendor
            yield (
                messages.FOUND[finding.kind].render(lang),
                finding.owner_id,
                finding.number,
                vendor.charges if vendor else 0,
                vendor.points if vendor and vendor.named else None,
                finding.charges,
                finding.open,
                finding.points,
                messages.TODO[finding.kind].render(lang, number=finding.number),
            )


def _evidence(doubts: Sequence[Charge], lang: Lang) -> Iterable[Sequence[Cell]]:
    for charge in doubts:
        yield (
            charge.owner_id,
            charge.number,
            charge.run,
            f"{charge.claimed_at.astimezone():%Y-%m-%d %H:%M:%S}",
            f"{charge.at.astimezone():%Y-%m-%d %H:%M:%S}",
            summary.KINDS[charge.reason].render(lang) if charge.reason else "",
            charge.http_status,
            charge.error,
            charge.answer,
        )
