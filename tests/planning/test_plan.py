"""What becomes of each row: orders, duplicates, refusals, merchants, the ledger's word, decisions."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchsync.config import InputSettings
from batchsync.errors import ColumnsUnclear
from batchsync.messages.planning import PLAN_NOTES, PLANNED
from batchsync.messages.render import Lang
from batchsync.model import (
    STATES,
    CellKind,
    Decision,
    FileFound,
    KnownOrders,
    Plan,
    PlanVerdict,
    Reason,
    RowBatch,
    SheetFound,
    State,
)
from batchsync.planning.plan import make_plan, verdicts_of
from batchsync.planning.plan_csv import write_plan_csv

A, B, C = "261122-000000000000001", "261122-000000000000002", "261122-000000000000003"
OWNER = "23456789"
SETTINGS = InputSettings(owner_id=OWNER)
FILE = FileFound(container="csv", sha256="0" * 64, size=1)
V = PlanVerdict


def sheet(
    name: str = "S", *, owner: int | None = None, shop: int | None = None, decision: int | None = None
) -> SheetFound:
    headers = ("订单号", "商家id", "店铺", "处理决定")
    return SheetFound(
        sheet=name, index=0, header_line=1, headers=headers, order_column=0,
        owner_column=owner, shop_column=shop, decision_column=decision,
    )  # fmt: skip


def batch(orders: Sequence[str], *, first: int = 2, **columns: list[str] | list[int]) -> RowBatch:
    more: dict[str, list[str] | list[int]] = {
        "lines": list(range(first, first + len(orders))),
        "order_kinds": [int(CellKind.TEXT if order else CellKind.EMPTY) for order in orders],
        **columns,
    }
    if "owners" in more and "owner_kinds" not in more:
        more["owner_kinds"] = [int(CellKind.TEXT if owner else CellKind.EMPTY) for owner in more["owners"]]
    return RowBatch(orders=list(orders), **more)  # type: ignore[arg-type]


def nothing_known(_: Sequence[str], numbers: Sequence[str]) -> KnownOrders:
    return KnownOrders(states=bytes(len(numbers)))


class Book:
    """A ledger's memory: (owner, number) -> state; keeps what it was asked."""

    def __init__(self, states: Mapping[str, State]) -> None:
        self.states = states
        self.asked: list[str] = []

    def __call__(self, owners: Sequence[str], numbers: Sequence[str]) -> KnownOrders:
        self.asked += numbers
        return KnownOrders(
            states=bytes(
                STATES.index(self.states[number]) if number in self.states else 0 for number in numbers
            )
        )


def plan(
    *found: SheetFound | RowBatch,
    settings: InputSettings = SETTINGS,
    known: Book | None = None,
    **options: bool,
) -> Plan:
    return make_plan([FILE, *found], settings, known or nothing_known, **options)


def seen(made: Plan) -> list[tuple[int, str, PlanVerdict]]:
    return list(zip(made.lines, made.numbers, verdicts_of(made), strict=True))


def test_rows_become_orders() -> None:
    """Each plain row is an order of the default merchant, to be sent."""
    made = plan(sheet(), batch([A, B]))
    assert ([(2, A, V.SEND), (3, B, V.SEND)], [OWNER, OWNER]) == (seen(made), made.owners)


def test_a_duplicate_names_its_first() -> None:
    """The first row counts, in the same sheet, in another, and under another merchant."""
    made = plan(
        sheet("S", owner=1),
        batch([A, A, A], owners=["1", "1", "2"]),
        sheet("T", owner=1),
        batch([A], owners=["1"]),
    )
    assert ([V.SEND, *[V.DUPLICATE] * 3], {1: 0, 2: 0, 3: 0}) == (list(verdicts_of(made)), made.first_of)
    note = made.reasons[2]
    assert (Reason.DUPLICATE_OTHER_MERCHANT, "2", "1", "2") == (
        note.code,
        note.facts["owner"],
        note.facts["other"],
        note.facts["line"],
    )


@given(orders=st.lists(st.sampled_from([A, B, C, f"\t{A}", f'="{B}"', f"{A},{C}", ""]), max_size=30))
def test_the_first_of_an_order_is_the_one_that_counts(orders: list[str]) -> None:
    """Exactly one entry of an order is sent, and it is the first; every duplicate points at it."""
    made = plan(sheet(), batch(orders))
    verdicts = list(verdicts_of(made))
    firsts: dict[str, int] = {}
    for entry, (number, verdict) in enumerate(zip(made.numbers, verdicts, strict=True)):
        if verdict is not V.INVALID:
            expected = firsts.setdefault(number, entry)
            assert (expected, V.SEND if expected == entry else V.DUPLICATE) == (
                made.first_of.get(entry, entry),
                verdict,
            )


def test_several_ids_are_several_entries_of_one_line() -> None:
    """One row, three orders; the guards are gone."""
    made = plan(sheet(), batch([f"\t{A}、{B}\n={A!r}".replace("'", '"'), C]))
    assert [(2, A, V.SEND), (2, B, V.SEND), (3, C, V.SEND)] == seen(made)


def test_a_refused_cell_names_its_address() -> None:
    """The reason has cell, header and value."""
    made = plan(sheet(), batch([A, "1.26E+17"]))
    note = made.reasons[1]
    assert (Reason.EXPONENT, "A3", "订单号", "1.26E+17") == (
        note.code,
        note.facts["cell"],
        note.facts["header"],
        note.facts["value"],
    )


def test_a_refused_order_is_not_asked_about() -> None:
    """Neither are duplicates: the ledger is asked about each order once."""
    book = Book({})
    plan(sheet(), batch([A, "x", A, B]), known=book)
    assert [A, B] == book.asked


@pytest.mark.parametrize(
    ("state", "usual", "after_resend", "after_again"),
    [
        (State.PLANNED, V.SEND, V.SEND, V.SEND),
        (State.REFUSED, V.SEND, V.SEND, V.SEND),
        (State.SYNCED, V.ALREADY_SYNCED, V.SEND, V.ALREADY_SYNCED),
        (State.SETTLED_FAILED, V.FAILED_CHARGED, V.SEND, V.FAILED_CHARGED),
        (State.UNCERTAIN, V.UNCERTAIN, V.UNCERTAIN, V.SEND),
        (State.SENDING, V.UNCERTAIN, V.UNCERTAIN, V.UNCERTAIN),
    ],
)
@pytest.mark.parametrize("others", [[], ["x"]])
def test_what_the_ledger_knows(
    state: State, usual: PlanVerdict, after_resend: PlanVerdict, after_again: PlanVerdict, others: list[str]
) -> None:
    """Each state has its verdict, and each switch moves only its own; with and without other rows."""
    rows, book = batch([A, *others]), Book({A: state})
    verdicts = [
        next(verdicts_of(plan(sheet(), rows, known=book, resend=resend, resend_uncertain=again)))
        for resend, again in ((False, False), (True, False), (False, True))
    ]
    assert [usual, after_resend, after_again] == verdicts


def test_hidden_rows_are_left_out() -> None:
    """They take no order from a visible row, and the switch reads them."""
    rows = batch([A, A], hidden=[1, 0])
    sent = plan(sheet(), rows, settings=InputSettings(owner_id=OWNER, hidden_rows="send"))
    assert ([V.SKIPPED_HIDDEN, V.SEND], [V.SEND, V.DUPLICATE]) == (
        list(verdicts_of(plan(sheet(), rows))),
        list(verdicts_of(sent)),
    )


# --- Merchants


@pytest.mark.parametrize(
    ("owner", "kind", "reason"),
    [
        ("", CellKind.EMPTY, Reason.MISSING),
        ("晨光百货", CellKind.TEXT, Reason.NOT_AN_ID),
        ("1,2", CellKind.TEXT, Reason.NOT_AN_ID),
        ("#N/A", CellKind.ERROR, Reason.ERROR_CELL),
        ("1.2E+17", CellKind.NUMBER, Reason.EXPONENT),
    ],
)
def test_a_bad_merchant_cell_refuses_its_row(owner: str, kind: CellKind, reason: Reason) -> None:
    """It is never filled up with the default: another merchant's order would be paid for."""
    made = plan(sheet(owner=1), batch([A], owners=[owner], owner_kinds=[int(kind)]))
    assert ([V.INVALID], reason, "B2") == (
        list(verdicts_of(made)),
        made.reasons[0].code,
        made.reasons[0].facts["cell"],
    )


def test_a_guarded_merchant_is_cleaned() -> None:
    """The same guards come off, leading zeros stay."""
    made = plan(sheet(owner=1), batch([A, B], owners=["\t0012345", '="234"']))
    assert ["0012345", "234"] == made.owners


def test_a_shop_leads_to_its_merchant() -> None:
    """By the settings' map, whatever the spaces and the width; an unknown shop refuses its row."""
    settings = InputSettings(owners={"晨光 百货(旗舰店)": "111"})
    made = plan(sheet(shop=2), batch([A, B, C], shops=["晨光百货（旗舰店）", "别的", ""]), settings=settings)
    assert (["111", "", ""], [Reason.UNKNOWN_SHOP, Reason.MISSING], "C3") == (
        made.owners,
        [note.code for note in made.reasons.values()],
        made.reasons[1].facts["cell"],
    )


def test_each_sheet_may_have_its_merchant() -> None:
    """A sheet without one has rows with that reason, as long as another sheet can be sent."""
    settings = InputSettings(owner_id={"S": "111"})
    made = plan(sheet("S"), batch([A]), sheet("T"), batch([A]), settings=settings)
    assert (["111", ""], Reason.NO_OWNER, "T") == (
        made.owners,
        made.reasons[1].code,
        made.reasons[1].facts["sheet"],
    )


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (InputSettings(), "--owner-id ID"),
        (InputSettings(owner_id={"别的": "1"}), "has other sheets only (别的)"),
        (InputSettings(owners={"晨光": "1"}), "店铺名称"),
    ],
)
def test_no_merchant_at_all_ends_the_call(settings: InputSettings, text: str) -> None:
    """One sentence with the way out is kinder than a thousand invalid rows."""
    with pytest.raises(ColumnsUnclear) as caught:
        plan(sheet("订单"), batch([A]), settings=settings)
    assert (True, True) == (text in str(caught.value), "“订单”" in str(caught.value))


def test_a_sheet_without_rows_demands_nothing() -> None:
    """A header alone is an empty plan."""
    assert 0 == len(plan(sheet(), settings=InputSettings()))


@pytest.mark.parametrize("owner", ["晨光百货", "1.2E+17", "1,2"])
def test_a_default_that_is_no_id_ends_the_call(owner: str) -> None:
    """Before anything is read into a plan."""
    with pytest.raises(ColumnsUnclear, match=owner[:3]):
        plan(sheet(), batch([A]), settings=InputSettings(owner_id=owner))


# --- Numbers that Excel cut before they became text


def javascript(number: int) -> str:
    """What JavaScript makes of a number: 17 digits, zeros behind."""
    digits = repr(float(number)).partition("e")[0].replace(".", "")
    return digits.ljust(len(str(number)), "0")


def numbered(length: int, count: int, *, cut: bool, start: int = 1) -> list[str]:
    return [
        f"{10**14 + n}" + ("0" * (length - 15) if cut else f"{n % 9 + 1}" * (length - 15))
        for n in range(start, start + count)
    ]


@pytest.mark.parametrize(
    ("orders", "refused"),
    [
        (numbered(18, 5, cut=True), 5),
        (numbered(18, 1, cut=True), 1),
        (numbered(18, 3, cut=True) + numbered(18, 7, cut=False, start=50), 3),
        (numbered(16, 9, cut=True), 9),
        (numbered(16, 1, cut=True) + numbered(16, 9, cut=False, start=50), 0),
        (numbered(17, 1, cut=True) + numbered(17, 999, cut=False, start=50), 0),
        (numbered(18, 1, cut=True) + numbered(18, 999, cut=False, start=50), 1),
        ([f"\t{n}" for n in numbered(16, 9, cut=True)], 0),
        ([f'="{n}"' for n in numbered(17, 9, cut=True)], 0),
    ],
)
def test_cut_numbers_in_text_are_found_by_their_number(orders: list[str], refused: int) -> None:
    """More numbers that end in nothing but zeros than chance allows: Excel cut them. A guard proves the opposite."""
    made = plan(sheet(), batch(orders))
    assert (refused, {Reason.TRUNCATED} if refused else set()) == (
        list(verdicts_of(made)).count(V.INVALID),
        {note.code for note in made.reasons.values()},
    )


def test_a_guarded_duplicate_replaces_a_cut_first() -> None:
    """When the first row of an order is refused as cut, a guarded one counts itself."""
    number = numbered(17, 1, cut=True)[0]
    others = numbered(17, 3, cut=True, start=9) + numbered(17, 30, cut=False, start=99)
    made = plan(sheet(), batch([number, f"\t{number}", f"'{number}", *others]))
    assert ([V.INVALID, V.SEND, V.DUPLICATE, V.INVALID], {2: 1}) == (
        list(verdicts_of(made))[:4],
        made.first_of,
    )


@pytest.mark.parametrize(
    ("orders", "refused"),
    [
        ([str(int(float(5127395078262028714 + n * 12_345))) for n in range(9)], 9),
        ([str(int(float(126446123456789188 + n * 12_345))) for n in range(9)], 9),
        ([javascript(126446123456789188 + n * 12_345) for n in range(9)], 9),
        ([f"\t{javascript(5127395078262028714 + n * 12_345)}" for n in range(9)], 9),
        ([f"\t{n}" for n in numbered(18, 2, cut=True)], 2),
        ([javascript(5419379265489223055), *(str(5127395078262028714 + n * 12_345) for n in range(99))], 1),
        ([str(5127395078262028714 + n * 12_345) for n in range(99)], 0),
        ([str(126446123456789188 + n * 10) for n in range(99)], 0),
        ([javascript(126446123456789188)], 0),
        ([f"{n + 12345678901234567}" for n in range(99)], 0),
    ],
    ids=[
        "pandas 19",
        "pandas 18",
        "javascript 18",
        "javascript 19, guarded",
        "three zeros, guarded",
        "one among many",
        "honest 19",
        "honest 18",
        "one",
        "17",
    ],
)
def test_numbers_that_were_floats_are_found_by_their_number(orders: list[str], refused: int) -> None:
    """A file whose ids all went through floats is refused, whatever guards stand around them now."""
    made = plan(sheet(), batch(orders))
    assert (refused, {Reason.ROUNDED} if refused else set()) == (
        list(verdicts_of(made)).count(V.INVALID),
        {note.code for note in made.reasons.values()},
    )


# --- Decisions


@pytest.mark.parametrize(
    ("word", "verdict", "decision"),
    [
        ("已扣费", V.ALREADY_SYNCED, Decision.CHARGED),
        ("未扣费", V.SEND, Decision.NOT_CHARGED),
        ("重新发送", V.SEND, Decision.SEND_AGAIN),
        ("Charged", V.ALREADY_SYNCED, Decision.CHARGED),
        (" not  charged ", V.SEND, Decision.NOT_CHARGED),
        ("send again", V.SEND, Decision.SEND_AGAIN),
    ],
)
def test_a_decision_on_an_uncertain_order_is_obeyed(
    word: str, verdict: PlanVerdict, decision: Decision
) -> None:
    """In both languages; the plan passes it to the ledger."""
    made = plan(
        sheet(decision=3),
        batch([A, B], decisions=[word, ""]),
        known=Book({A: State.UNCERTAIN, B: State.UNCERTAIN}),
    )
    assert ([verdict, V.UNCERTAIN], {0: decision}) == (list(verdicts_of(made)), made.decisions)


@pytest.mark.parametrize("state", [State.SYNCED, State.SENDING, State.SETTLED_FAILED, State.PLANNED])
def test_a_decision_on_any_other_order_changes_nothing(state: State) -> None:
    """It is noted and changes nothing: “send again” must not pay twice for what is synced."""
    book = Book({A: state})
    plain = list(verdicts_of(plan(sheet(), batch([A]), known=book)))
    made = plan(sheet(decision=3), batch([A], decisions=["重新发送"]), known=book)
    assert (plain, {}, ["decision_moot"]) == (
        list(verdicts_of(made)),
        made.decisions,
        [note.code for note in made.notes],
    )


def test_decisions_that_contradict_each_other_are_none() -> None:
    """Two rows of one order, two opinions: it stays uncertain."""
    rows = batch([A, A], decisions=["已扣费", "重新发送"])
    made = plan(sheet(decision=3), rows, known=Book({A: State.UNCERTAIN}))
    assert (V.UNCERTAIN, {}, ["decisions_differ"]) == (
        next(verdicts_of(made)),
        made.decisions,
        [note.code for note in made.notes],
    )


def test_a_decision_in_a_duplicate_row_counts_for_its_order() -> None:
    """Wherever the person wrote it."""
    made = plan(sheet(decision=3), batch([A, A], decisions=["", "已扣费"]), known=Book({A: State.UNCERTAIN}))
    assert ({0: Decision.CHARGED}, V.ALREADY_SYNCED) == (made.decisions, next(verdicts_of(made)))


def test_an_unknown_decision_is_noted() -> None:
    """With its line."""
    made = plan(sheet(decision=3), batch([A], decisions=["问老板"]), known=Book({A: State.UNCERTAIN}))
    assert (V.UNCERTAIN, "2") == (next(verdicts_of(made)), made.notes[0].facts["line"])


def test_a_few_odd_lengths_are_noted() -> None:
    """A number of another platform's length among many is worth a look; nothing is refused."""
    made = plan(sheet(), batch([*(f"51273950782620{n:05d}" for n in range(1, 41)), "512739507826202871"]))
    assert (["odd_lengths"], "42", V.SEND) == (
        [note.code for note in made.notes],
        made.notes[0].facts["line"],
        list(verdicts_of(made))[-1],
    )


# --- As CSV, and in words


def written(made: Plan, lang: Lang = Lang.EN) -> list[str]:
    out = io.StringIO()
    write_plan_csv(made, out, lang)
    return out.getvalue().splitlines()


def test_the_plan_as_csv() -> None:
    """One line per order, columns as published, ids exact, codes before the sentences."""
    made = plan(
        sheet(owner=1), batch([A, f"{A},{B}", "=1+1"], owners=["007"] * 3), known=Book({B: State.SYNCED})
    )
    rows = list(csv.reader(written(made)))
    assert [
        ["sheet", "line", "owner_id", "order_number", "verdict", "reason"],
        ["S", "2", "007", A, "send", ""],
        ["S", "3", "007", A, "duplicate", "duplicate"],
        ["S", "3", "007", B, "already_synced", "already_synced"],
        ["S", "4", "", "'=1+1", "invalid", "not_an_id"],
    ] == [[*cells, reason.split(":")[0]] for *cells, reason in rows]


@pytest.mark.parametrize("lang", list(Lang))
def test_every_reason_has_a_sentence(lang: Lang) -> None:
    """Each reason of the plan has both sentences, and the plan has the facts they ask for."""
    kinds = [
        CellKind.ERROR,
        CellKind.NO_VALUE,
        CellKind.UNDECODABLE,
        CellKind.BROKEN,
        CellKind.NUMBER,
        CellKind.LOSSY,
    ]
    cells = [
        "#N/A",
        "",
        "x",
        "y",
        "126446123456789000",
        "5127395078262028714",
        "1.5",
        "1E+17",
        "z" * 99 + "1",
        "词",
        "",
    ]
    rows = batch(cells, order_kinds=[int(kind) for kind in kinds] + [int(CellKind.TEXT)] * 5)
    settings = InputSettings(owner_id={"S": "1"}, owners={"晨光": "2"})
    made = plan(
        sheet("S"),
        rows,
        sheet("T"),
        batch([A]),
        sheet("U", shop=2),
        batch([B], shops=["?"]),
        settings=settings,
    )
    text = [PLANNED[Reason(note.code)].error.render(lang, **note.facts) for note in made.reasons.values()]
    assert (len(made), 13, False) == (
        len(text),
        len({note.code for note in made.reasons.values()}),
        any("{" in sentence for sentence in text),
    )


def test_every_plan_note_has_words() -> None:
    """The codes used above, and the job's own of an order in an earlier file, are the ones that words explain."""
    used = {"odd_lengths", "unknown_decision", "decisions_differ", "decision_moot", "goes_before"}
    used |= {"foot_rows", "no_rows"}
    assert used == set(PLAN_NOTES)


def test_a_plan_of_nothing() -> None:
    """No rows, no question to the ledger."""

    def known(_: Sequence[str], __: Sequence[str]) -> KnownOrders:
        raise AssertionError("asked")

    made = make_plan([FILE, sheet()], SETTINGS, known)
    assert ([], 0) == (seen(made), len(made))


def test_batches_of_a_file_may_be_read_once() -> None:
    """The plan takes an iterator, as the reader yields it."""

    def found() -> Iterator[FileFound | SheetFound | RowBatch]:
        yield FILE
        yield sheet()
        yield batch([A])
        yield batch([B, A], first=3)

    made = make_plan(found(), SETTINGS, nothing_known)
    assert [(2, A, V.SEND), (3, B, V.SEND), (4, A, V.DUPLICATE)] == seen(made)
