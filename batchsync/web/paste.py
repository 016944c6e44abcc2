"""Rows copied from a spreadsheet: text with tabs, with or without a header."""

import csv
import io
import re

from batchsync.errors import UsageError
from batchsync.messages import Lang
from batchsync.messages import web as messages
from batchsync.ooxml.references import letter

_ID = re.compile(r"[0-9][0-9-]{5,}")
"""A cell that no header looks like."""


def parse_pasted(text: str, lang: Lang) -> str:
    """Return pasted rows as a table with a header; where they begin with an order, columns are named by their letters.

    No column is guessed here: rows without a header need a person to say which column is which.
    """
    rows = list(csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter="\t"))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise UsageError(messages.NOTHING_PASTED)
    if any(_ID.fullmatch(cell.strip()) for cell in rows[0]):
        widest = max(len(row) for row in rows)
        rows.insert(0, [messages.COLUMN.render(lang, letter=letter(place)) for place in range(widest)])
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(rows)
    return out.getvalue()
