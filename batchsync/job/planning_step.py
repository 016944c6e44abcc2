"""Reads a file and plans it against the ledger."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

from batchsync.clock import Clock
from batchsync.config import Config
from batchsync.job.types import CheckedFile, Correction, RunOptions
from batchsync.ledger import Ledger
from batchsync.messages import Lang
from batchsync.model import (
    PLAN_VERDICTS,
    CellKind,
    FileFound,
    KnownOrders,
    Note,
    Order,
    Plan,
    PlanVerdict,
    RowBatch,
    SheetFound,
)
from batchsync.planning.plan import Known, make_plan
from batchsync.reader import read_orders

Found = FileFound | SheetFound | RowBatch


def plan_file(path: Path, options: RunOptions, config: Config, known: Known) -> CheckedFile:
    """Read and plan a file. Raises InputError when it can't be worked on."""
    seen: list[FileFound] = []
    plan = make_plan(
        _capture_file(_corrected(read_orders(path, config.input), options.corrections), seen),
        config.input,
        known,
        resend=options.resend,
        resend_uncertain=options.resend_uncertain,
        include_unusual=options.include_unusual,
    )
    if not len(plan) and not plan.notes:
        plan.notes.append(Note(code="no_rows"))
    counts = {verdict: plan.verdicts.count(code) for code, verdict in enumerate(PLAN_VERDICTS)}
    return CheckedFile(
        path=path,
        found=seen[0],
        plan=plan,
        rows=_count_rows(plan),
        counts=counts,
        cost=counts[PlanVerdict.SEND] * config.spend.price,
        lang=language(config.output.language, plan.sheets),
    )


def known_to(ledger: Ledger, account: int | None, config: Config, clock: Clock) -> Known:
    """Return the question that a plan asks of a ledger."""
    if account is None:
        return lambda _owners, numbers: KnownOrders(states=bytes(len(numbers)))
    days = config.spend.resync_after
    before = None if days is None else clock.now() - timedelta(days=days)
    return partial(ledger.lookup_orders, account, resync_before=before)


def orders_to_send(plan: Plan, ids: Sequence[int]) -> Iterator[tuple[int, Order]]:
    """Yield the enrolled orders of a plan with the ledger's ids, in the file's order."""
    for entry, order_id in enumerate(ids):
        if order_id:
            yield order_id, Order(owner_id=plan.owners[entry], number=plan.numbers[entry])


def language(wanted: str, sheets: Sequence[SheetFound]) -> Lang:
    """Return the language asked for; `auto` follows the header of the first sheet."""
    if wanted != "auto":
        return Lang(wanted)
    headers = "".join(sheets[0].headers) if sheets else ""
    return Lang.ZH if any("\u4e00" <= letter <= "\u9fff" for letter in headers) else Lang.EN


def _corrected(found: Iterable[Found], corrections: Sequence[Correction]) -> Iterator[Found]:
    """Replace the cells that the user corrected, and note each correction at its sheet."""
    sheet = ""
    for item in found:
        if not corrections:
            yield item
        elif isinstance(item, SheetFound):
            sheet = item.sheet
            notes = [
                Note(
                    "decided_on_page" if each.column == "decision" else "corrected",
                    {"line": str(each.line), "old": each.old, "new": each.new},
                )
                for each in corrections
                if each.sheet == sheet
            ]
            yield replace(item, notes=(*item.notes, *notes))
        elif isinstance(item, RowBatch):
            yield _corrected_batch(item, [each for each in corrections if each.sheet == sheet])
        else:
            yield item


def _corrected_batch(batch: RowBatch, corrections: Sequence[Correction]) -> RowBatch:
    orders, order_kinds = list(batch.orders), list(batch.order_kinds)
    owners, owner_kinds = list(batch.owners), list(batch.owner_kinds)
    decisions = list(batch.decisions)
    for each in corrections:
        row = bisect_left(batch.lines, each.line)
        if row == len(batch.lines) or batch.lines[row] != each.line:
            continue
        if each.column == "order":
            orders[row], order_kinds[row] = each.new, int(CellKind.TEXT)
        elif each.column == "decision":
            decisions = decisions or [""] * len(batch.lines)
            decisions[row] = each.new
        elif owners:
            owners[row], owner_kinds[row] = each.new, int(CellKind.TEXT)
    return replace(
        batch,
        orders=orders,
        order_kinds=order_kinds,
        owners=owners,
        owner_kinds=owner_kinds,
        decisions=decisions,
    )


def _capture_file(found: Iterable[Found], seen: list[FileFound]) -> Iterator[Found]:
    """Pass everything on, and keep what the file turned out to be."""
    for item in found:
        if isinstance(item, FileFound):
            seen.append(item)
        yield item


def _count_rows(plan: Plan) -> int:
    """Return how many rows the plan's entries stand for: consecutive entries of one line are one row."""
    places = zip(plan.sheet_of, plan.lines, strict=True)
    return (1 if len(plan) else 0) + sum(one != other for one, other in pairwise(places))
