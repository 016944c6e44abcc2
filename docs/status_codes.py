"""Writes docs/status-codes.md from the table in batchsync/sending/judge.py: `python docs/status_codes.py`."""  # noqa: INP001 a script, not a package

from pathlib import Path

from batchsync.messages import status_codes
from batchsync.messages.render import Translation
from batchsync.model import State
from batchsync.sending.judge import CODES, DENIED_HTTP, UNKNOWN, StatusRule

PAGE = Path(__file__).with_name("status-codes.md")

ROWS = {
    State.REFUSED: "failed, nothing spent; sent again by a later run",
    State.PLANNED: "not sent: nothing spent; sent by the next run",
    State.UNCERTAIN: "uncertain: may have been charged",
}

HEAD = """# What the responses of the API mean

Generated from the table in `batchsync/sending/judge.py` by `python docs/status_codes.py`.

The status of a response body is not the HTTP status: 200 below is *authentication failed*, and comes with HTTP 200.

| status | the vendor's text | in English | the row | the run |
|---|---|---|---|---|
"""

TAIL = """
A status code that the vendor's page does not list is *uncertain*: it may have been charged. The setting `api.codes` defines
further codes, e.g. `{{"210": refused}}` (cost nothing) or `{{"210": charged}}` (cost points).

An error response that names an amount above 0 has spent it: the row is *failed*, the points are counted, and the order is sent again
only with `--resend`. Points are whole numbers; `1`, `1.0` and `"1"` are equal. Responses without an amount are counted separately.

## HTTP

| response | was it charged? | the row | the run |
|---|---|---|---|
| 2xx with another body | probably | uncertain | continues; stops after several in a row |
| 429, 503 (setting `retry.unsent_http`) | no | sent again, then not sent | slows down |
| 429, 503 with a response of the API as body | perhaps | uncertain | slows down |
| 3xx | no; a redirect is never followed | not sent | stops: the address is wrong |
| {denied} | no | not sent | stops: token, address or proxy is wrong |
| any other | perhaps | uncertain | continues; stops after several in a row |
| none, and no byte of the request was sent | no | sent again, then not sent | continues |
| none, and the request may have been sent | perhaps | uncertain | continues; stops after several in a row |

An HTTP status of refusal whose body reports success or an amount is uncertain, too.
"""


def line(status: str, words: Translation, row: str, run: str) -> str:
    return f"| {status} | {words.zh} | {words.en} | {row} | {run} |\n"


def line_of(status: str, words: Translation, code: StatusRule) -> str:
    run = f"stops: {code.stop}" if code.stop else "continues"
    return line(status, words, ROWS[code.state], run)


def page() -> str:
    zero = line("0, success true", status_codes.CODES[0], "synced", "continues") + line(
        "0, success false",
        status_codes.FAILED,
        "failed, charged: sent again only with `--resend`",
        "continues",
    )
    codes = "".join(line_of(str(status), status_codes.CODES[status], code) for status, code in CODES.items())
    unknown = line(
        "any other", status_codes.UNKNOWN, ROWS[UNKNOWN.state], "continues; stops after several in a row"
    )
    denied = ", ".join(map(str, sorted(DENIED_HTTP)))
    return HEAD + zero + codes + unknown + TAIL.format(denied=denied)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
