"""The nouns that every room speaks of: import them from here."""

from batchsync.model.call import NoReply, Reply, Stop, Verdict
from batchsync.model.orders import MOVES, RESENT, STATES, Cause, Decision, Order, State
from batchsync.model.plan import PLAN_VERDICTS, Plan, PlanVerdict
from batchsync.model.reasons import Note, Reason
from batchsync.model.rows import EntryResult, RowResult, RowStatus
from batchsync.model.run import Progress, RunRecord, RunSummary, Trouble
from batchsync.model.sheets import CellBatch, CellKind, FileFound, RowBatch, SheetCells, SheetFound

__all__ = [
    "MOVES",
    "PLAN_VERDICTS",
    "RESENT",
    "STATES",
    "Cause",
    "CellBatch",
    "CellKind",
    "Decision",
    "EntryResult",
    "FileFound",
    "NoReply",
    "Note",
    "Order",
    "Plan",
    "PlanVerdict",
    "Progress",
    "Reason",
    "Reply",
    "RowBatch",
    "RowResult",
    "RowStatus",
    "RunRecord",
    "RunSummary",
    "SheetCells",
    "SheetFound",
    "State",
    "Stop",
    "Trouble",
    "Verdict",
]
