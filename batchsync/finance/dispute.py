"""The dispute workbook: what differs, order by order, and the evidence for calls without a response."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from batchsync.finance.reconcile import Reconciled
from batchsync.finance.tables import write_workbook
from batchsync.ledger import Charge
from batchsync.messages import Lang, summary
from batchsync.messages import finance as messages

CELL_CHARACTERS_MAX = 32_000
DIFFERENCES = (
    "finding", "owner", "number", "vendor_charges", "vendor_points", "refunded", "our_charges", "our_open", "our_points",
    "places", "todo",
)  # fmt: skip
EVIDENCE = ("owner", "number", "run", "sent", "heard", "reason", "http", "error", "answer")

Cell = str | int | None


def write_dispute(reconciled: Reconciled, figures: Sequence[tuple[str, str]], path: Path, lang: Lang) -> None:
    """Write the workbook: `figures` as name and value, the differences, and the uncertain calls. Raises OSError."""
    sheets = {
        "summary": (("figure", "value"), figures),
        "differences": (DIFFERENCES, _differences(reconciled, lang)),
        "uncertain": (EVIDENCE, _evidence(reconciled.uncertain, lang)),
    }
    write_workbook(
        path,
        {
            messages.SHEETS[name].render(lang): (
                [messages.HEADS[head].render(lang) for head in heads],
                list(rows),
            )
            for name, (heads, rows) in sheets.items()
        },
    )


def _differences(reconciled: Reconciled, lang: Lang) -> Iterable[Sequence[Cell]]:
    for finding in reconciled.findings:
        if finding.kind == "agreed":
            continue
        vendor = finding.vendor
        yield (
            messages.FOUND[finding.kind].render(lang),
            finding.owner_id,
            finding.number,
            vendor.charges if vendor else 0,
            vendor.points if vendor and vendor.is_named else None,
            vendor.refunded if vendor and vendor.refunds else None,
            finding.charges,
            finding.uncertain,
            finding.points,
            ", ".join(f"{place.file}:{place.line}" for place in vendor.places) if vendor else "",
            messages.TODO[finding.kind].render(lang, number=finding.number),
        )


def _evidence(calls: Sequence[Charge], lang: Lang) -> Iterable[Sequence[Cell]]:
    for call in calls:
        yield (
            call.owner_id,
            call.number,
            call.run,
            f"{call.claimed_at.astimezone():%Y-%m-%d %H:%M:%S}",
            f"{call.at.astimezone():%Y-%m-%d %H:%M:%S}",
            summary.KINDS[call.reason].render(lang) if call.reason else "",
            call.http_status,
            call.error[:CELL_CHARACTERS_MAX],
            call.answer[:CELL_CHARACTERS_MAX],
        )
