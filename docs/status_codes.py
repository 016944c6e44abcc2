"""Writes docs/status-codes.md from the table in batchsync/sending/judge.py: `python docs/status_codes.py`."""  # noqa: INP001 a script, not a package

from pathlib import Path

from batchsync.messages import status_codes
from batchsync.messages.render import Translation
from batchsync.model import State
from batchsync.sending.judge import CODES, DENIED_HTTP, UNKNOWN, StatusRule

PAGE = Path(__file__).with_name("status-codes.md")

ROWS = {
    State.REFUSED: "failed, nothing spent; goes again with a later run",
    State.PLANNED: "not sent: nothing spent; goes with the next run",
}

HEAD = """# What the API's answers mean

Made from the table in `batchsync/sending/judge.py` by `python docs/status_codes.py`; a test keeps it true.

A business status is not an HTTP status: 200 below is *authentication failed*, and comes with HTTP 200.

| status | the vendor's words | in English | the row | the run |
|---|---|---|---|---|
"""

TAIL = """
An error answer that nevertheless names an amount above 0 has spent it: the row is *failed*, the points are counted,
and the order is not sent again unless told (`--resend`). Points are whole numbers; `1`, `1.0` and `"1"` all count.
An answer without an amount is counted apart, as *points of answers that named no amount*.

## HTTP

| what came | was it charged? | the row | the run |
|---|---|---|---|
| 2xx, and not exactly such an answer | probably | uncertain | goes on; stops after several in a row |
| 429, 503 (setting `retry.unsent_http`) | no | tried again, then not sent | slows down |
| 3xx | no; a redirect is never followed | not sent | stops: the address is wrong |
| {denied} | no | not sent | stops: token, address or proxy is wrong |
| any other | perhaps | uncertain | goes on; stops after several in a row |
| nothing, and no byte of the request left | no | tried again, then not sent | goes on |
| nothing, and the request may have left | perhaps | uncertain | goes on; stops after several in a row |

A refusing HTTP status whose body claims success or an amount is uncertain, too.
"""


def line(status: str, words: Translation, row: str, run: str) -> str:
    return f"| {status} | {words.zh} | {words.en} | {row} | {run} |\n"


def line_of(status: str, words: Translation, code: StatusRule) -> str:
    run = f"stops: {code.stop}" if code.stop else "goes on"
    return line(status, words, ROWS[code.state], run)


def page() -> str:
    zero = line("0, success true", status_codes.CODES[0], "synced", "goes on") + line(
        "0, success false", status_codes.FAILED, "failed, settled: not sent again unless told", "goes on"
    )
    codes = "".join(line_of(str(status), status_codes.CODES[status], code) for status, code in CODES.items())
    unknown = line(
        "any other", status_codes.UNKNOWN, ROWS[UNKNOWN.state], "goes on; stops after several in a row"
    )
    denied = ", ".join(map(str, sorted(DENIED_HTTP)))
    return HEAD + zero + codes + unknown + TAIL.format(denied=denied)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
