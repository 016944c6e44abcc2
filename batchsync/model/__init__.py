"""Dataclasses and enums that all packages share; import them from here."""

from batchsync.model.call import CallVerdict, NoResponse, Response, Stop
from batchsync.model.figures import Figures, is_charged, is_uncertain, total
from batchsync.model.orders import MOVES, RESENT, STATES, Cause, Decision, Order, State
from batchsync.model.plan import PLAN_VERDICTS, KnownOrders, Plan, PlanVerdict
from batchsync.model.reasons import Note, Reason
from batchsync.model.rows import EntryResult, RowResult, RowStatus
from batchsync.model.run import Problem, Progress, RunRecord, RunSummary
from batchsync.model.sheets import CellBatch, CellKind, FileFound, RowBatch, SheetCells, SheetFound

__all__ = [
    "MOVES",
    "PLAN_VERDICTS",
    "RESENT",
    "STATES",
    "CallVerdict",
    "Cause",
    "CellBatch",
    "CellKind",
    "Decision",
    "EntryResult",
    "Figures",
    "FileFound",
    "KnownOrders",
    "NoResponse",
    "Note",
    "Order",
    "Plan",
    "PlanVerdict",
    "Problem",
    "Progress",
    "Reason",
    "Response",
    "RowBatch",
    "RowResult",
    "RowStatus",
    "RunRecord",
    "RunSummary",
    "SheetCells",
    "SheetFound",
    "State",
    "Stop",
    "is_charged",
    "is_uncertain",
    "total",
]
