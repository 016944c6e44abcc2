"""What any ledger keeps to, whatever it is made of: written against a factory, for PostgreSQL to pass as well."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batchsync.clock import SYSTEM_CLOCK, Clock
from batchsync.errors import IllegalMove, LedgerError
from batchsync.ledger import Ledger, open_postgres
from batchsync.ledger.codes import STATE_CODES
from batchsync.model import STATES, CallVerdict, Cause, Decision, Note, PlanVerdict, Reason, RunSummary, State
from tests.ledger.builders import (
    ABANDONED,
    ANSWER,
    ENDPOINT,
    NEW,
    NOT_SENT,
    REFUSED,
    SETTLED_FAILED,
    SHEET,
    SILENCE,
    SYNCED,
    UNCERTAIN,
    UNSENT,
    call,
    plan,
    start,
    state_of,
)
from tests.ledger.conftest import OpenLedger

PLANNED_CODE = STATE_CODES[State.PLANNED]
RESEND = NEW | {Cause.RESEND, Cause.RESEND_UNCERTAIN}
NO_AMOUNT = replace(SYNCED, points=None)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opened(request: pytest.FixtureRequest) -> Iterator[OpenLedger]:
    """Each test once for each thing that a ledger can be made of."""
    if request.param == "sqlite":
        yield request.getfixturevalue("open_sqlite")
        return
    address = request.getfixturevalue("postgres")
    ledgers: list[Ledger] = []

    def factory(*, read_only: bool = False, clock: Clock = SYSTEM_CLOCK) -> Ledger:
        ledgers.append(open_postgres(address, read_only=read_only, clock=clock))
        return ledgers[-1]

    yield factory
    for ledger in ledgers:
        ledger.close()


@pytest.mark.parametrize(
    "spelling",
    [
        "HTTP://API.example/pay",
        "http://api.example:80/pay",
        "http://api.example/pay/",
        " http://api.example./pay",
        "https://api.example/pay",
        "HTTPS://api.example:443/pay/",
    ],
)
def test_account_is_one_for_all_spellings_of_its_address(opened: OpenLedger, spelling: str) -> None:
    """What was paid is known again when the address is written in another way."""
    with opened() as ledger:
        assert ledger.account(ENDPOINT, "default") == ledger.account(spelling, "default")


def test_account_that_another_process_has_just_booked_is_the_same(opened: OpenLedger) -> None:
    """Two first runs start at once: who comes second finds the account that the first one made."""
    with opened() as one, opened() as two:
        look = two.find_account
        others: list[int] = []

        def look_too_early(endpoint: str, name: str) -> int | None:
            found = look(endpoint, name)
            if not others:
                others.append(one.account(endpoint, name))
            return found

        two.find_account = look_too_early  # type: ignore[method-assign]
        found = two.account(ENDPOINT, "default")
        assert [found] == others


def test_account_differs_by_name_port_and_path(opened: OpenLedger) -> None:
    """What one account has paid for another doesn't know."""
    with opened() as ledger:
        others = [
            ledger.account(ENDPOINT, "second"),
            ledger.account("http://api.example:8080/pay", "default"),
            ledger.account("http://api.example/test", "default"),
        ]
        assert 4 == len({ledger.account(ENDPOINT, "default"), *others})


def test_no_ledger_yet_knows_nothing_and_makes_nothing(opened: OpenLedger, ledger_path: Path) -> None:
    """`check` on a new machine writes nothing at all."""
    with opened(read_only=True) as ledger:
        assert None is ledger.find_account(ENDPOINT, "default")
        assert bytes(2) == ledger.lookup_orders(1, ["77", "77"], ["1", "2"]).states
        assert ([], [], 0) == (ledger.runs(), ledger.history("1"), ledger.highest_price(1))
    assert not ledger_path.parent.exists()


async def test_claimed_order_is_synced(opened: OpenLedger) -> None:
    """The plain way: planned, sending, synced; with its answer, points and times."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        assert State.PLANNED is state_of(ledger, "A1")
        attempt = await ledger.claim(order, run)
        assert State.SENDING is state_of(ledger, "A1")
        ledger.record_outcome(attempt, SYNCED, ANSWER)
        await ledger.flush()
        assert State.SYNCED is state_of(ledger, "A1")
        (entry,) = ledger.results(run)
        assert (State.SYNCED, Reason.SYNCED, 3, 1, 200, "0") == (
            entry.outcome,
            entry.reason,
            entry.points,
            entry.calls,
            entry.http_status,
            entry.api_status,
        )
        assert (0.25, ANSWER.body.decode()) == (entry.elapsed_s, entry.answer)
        assert entry.answered_at is not None
        assert entry.sent_at is not None
        assert timedelta(seconds=0.25) == entry.answered_at - entry.sent_at


async def test_second_claim_is_refused_and_changes_nothing(opened: OpenLedger) -> None:
    """Once is once, whoever asks."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await ledger.claim(order, run)
        with pytest.raises(IllegalMove):
            await ledger.claim(order, run)
        ((event,),) = [history.attempts for history in ledger.history("A1")]
        assert 1 == event.nth
        assert ledger.failed is None


async def test_one_illegal_claim_spoils_no_other(opened: OpenLedger) -> None:
    """In a batch of claims the legal ones are made, the illegal ones refused."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan(*(f"A{i}" for i in range(10))))
        await call(ledger, run, orders[3])
        asked = [*orders, orders[5], 999_999]
        answers = await asyncio.gather(*(ledger.claim(order, run) for order in asked), return_exceptions=True)
        assert [3, 10, 11] == [
            place for place, answer in enumerate(answers) if isinstance(answer, IllegalMove)
        ]
        assert 9 == len({answer for answer in answers if isinstance(answer, int)})


async def test_unknown_order_is_refused(opened: OpenLedger) -> None:
    """A claim for an order that was never enrolled makes none."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, _ = start(ledger, plan("A1"))
        with pytest.raises(IllegalMove):
            await ledger.claim(77, run)


async def test_claim_without_the_lock_is_refused(opened: OpenLedger) -> None:
    """Nothing is sent by a process that doesn't hold the ledger."""
    with opened() as ledger:
        run, (order,) = start(ledger, plan("A1"))
        with pytest.raises(IllegalMove):
            await ledger.claim(order, run)


async def test_not_sent_goes_again_in_the_same_run(opened: OpenLedger) -> None:
    """Proof that no byte left puts the order back; the second try is counted."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order, NOT_SENT, UNSENT)
        assert State.PLANNED is state_of(ledger, "A1")
        await call(ledger, run, order)
        (entry,) = ledger.results(run)
        assert (State.SYNCED, 2, 3) == (entry.outcome, entry.calls, entry.points)


async def test_settling_twice_is_refused_and_stops_the_run(opened: OpenLedger) -> None:
    """A second outcome of one attempt is a bug of ours: it changes nothing, and nothing more is claimed."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order, other) = start(ledger, plan("A1", "A2"))
        attempt = await call(ledger, run, order)
        ledger.record_outcome(attempt, REFUSED, ANSWER)
        with pytest.raises(IllegalMove):
            await ledger.flush()
        assert State.SYNCED is state_of(ledger, "A1")
        with pytest.raises(IllegalMove):
            await ledger.claim(other, run)
        assert State.PLANNED is state_of(ledger, "A2")


async def test_settling_as_sending_is_refused_at_once(opened: OpenLedger) -> None:
    """A verdict can't leave an order under way."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await ledger.claim(order, run)
        from batchsync.model import CallVerdict

        with pytest.raises(IllegalMove):
            ledger.record_outcome(attempt, CallVerdict(State.SENDING, Reason.SYNCED), ANSWER)


async def test_cancelled_order_takes_a_late_answer(opened: OpenLedger) -> None:
    """An answer after the call was given up still counts, once."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await call(ledger, run, order, ABANDONED, SILENCE)
        assert State.UNCERTAIN is state_of(ledger, "A1")
        ledger.record_outcome(attempt, SYNCED, ANSWER)
        await ledger.flush()
        assert State.SYNCED is state_of(ledger, "A1")
        (entry,) = ledger.results(run)
        assert (State.SYNCED, 3, 1) == (entry.outcome, entry.points, entry.calls)
        assert [] == ledger.verify()
        ledger.record_outcome(attempt, REFUSED, ANSWER)
        with pytest.raises(IllegalMove):
            await ledger.flush()


async def late(ledger: Ledger, attempt: int, verdict: CallVerdict = SYNCED) -> None:
    """An answer comes after its call was given up."""
    ledger.record_outcome(attempt, verdict, ANSWER)
    await ledger.flush()


@pytest.mark.parametrize("verdict", [SYNCED, SETTLED_FAILED, REFUSED], ids=lambda verdict: verdict.state)
async def test_late_answer_is_believed_after_a_person_reported_not_charged(
    opened: OpenLedger, verdict: CallVerdict
) -> None:
    """It is money: the order is what the answer states, with the answer as evidence, and is not sent on that word."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await call(ledger, run, order, ABANDONED, SILENCE)
        ledger.resolve(1, Decision.NOT_CHARGED, orders=[order])
        again, _ = start(ledger, plan("A1"))
        await call(ledger, again, order, NOT_SENT, UNSENT)
        await late(ledger, attempt, verdict)
        (record,) = ledger.orders_of("A1")
        assert (verdict.state, verdict.points, run) == (record.state, record.points, record.run)
        with pytest.raises(IllegalMove):
            await ledger.claim(order, again)
        (entry,) = ledger.results(run)
        assert (verdict.state, verdict.points) == (entry.outcome, entry.points)
        assert verdict.points == sum(each.figures.points for each in ledger.spending(1))
        (history,) = ledger.history("A1")
        assert [(attempt, verdict.state)] == [(a.attempt, a.outcome) for a in history.attempts if a.late]
        assert [] == ledger.verify()


@pytest.mark.parametrize(
    ("second", "stands"),
    [(SYNCED, State.SYNCED), (REFUSED, State.SYNCED), (ABANDONED, State.UNCERTAIN)],
    ids=["synced", "refused", "uncertain"],
)
async def test_late_answer_is_reported_for_what_it_is_after_the_order_was_sent_again(
    opened: OpenLedger, second: CallVerdict, stands: State
) -> None:
    """Both calls' points count; the later call writes for the order, but one that was paid for never goes by itself."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await call(ledger, run, order, ABANDONED, SILENCE)
        ledger.resolve(1, Decision.NOT_CHARGED, orders=[order])
        again, _ = start(ledger, plan("A1"))
        await call(ledger, again, order, second, ANSWER)
        await late(ledger, attempt)
        assert stands is state_of(ledger, "A1")
        assert 3 + (second.points or 0) == sum(each.figures.points for each in ledger.spending(1))
        assert [SYNCED.state, second.state] == [
            next(iter(ledger.results(each))).outcome for each in (run, again)
        ]
        assert [] == ledger.verify()


async def test_late_answer_that_comes_while_the_order_is_sent_again(opened: OpenLedger) -> None:
    """Should that call never leave, the order stands as paid for."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        first = await call(ledger, run, order, ABANDONED, SILENCE)
        ledger.resolve(1, Decision.NOT_CHARGED, orders=[order])
        again, _ = start(ledger, plan("A1"))
        second = await ledger.claim(order, again)
        await late(ledger, first)
        assert State.SENDING is state_of(ledger, "A1")
        ledger.record_outcome(second, NOT_SENT, UNSENT)
        await ledger.flush()
        (record,) = ledger.orders_of("A1")
        assert (State.SYNCED, 3, run) == (record.state, record.points, record.run)
        assert [] == ledger.verify()


async def test_late_answer_names_the_points_of_what_a_person_called_charged(opened: OpenLedger) -> None:
    """The order stays synced, and its points are known from then on."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await call(ledger, run, order, ABANDONED, SILENCE)
        ledger.resolve(1, Decision.CHARGED, orders=[order])
        await late(ledger, attempt)
        (record,) = ledger.orders_of("A1")
        assert (State.SYNCED, 3) == (record.state, record.points)
        assert [(3, 0)] == [(each.figures.points, each.figures.amount_missing) for each in ledger.spending(1)]
        assert [] == ledger.verify()


async def test_late_answer_comes_once(opened: OpenLedger) -> None:
    """A second one is a bug of ours, whatever a person has reported meanwhile."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await call(ledger, run, order, ABANDONED, SILENCE)
        ledger.resolve(1, Decision.NOT_CHARGED, orders=[order])
        await late(ledger, attempt)
        with pytest.raises(IllegalMove):
            await late(ledger, attempt, REFUSED)
        assert State.SYNCED is state_of(ledger, "A1")


async def test_late_answer_of_an_earlier_attempt_moves_nothing(opened: OpenLedger) -> None:
    """While the later call is in uncertainty the order is, too; what the earlier one cost is known."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        first = await call(ledger, run, order, ABANDONED, SILENCE)
        run, (order,) = start(ledger, plan("A1"), NEW | {Cause.RESEND_UNCERTAIN})
        await call(ledger, run, order, ABANDONED, SILENCE)
        await late(ledger, first)
        assert State.UNCERTAIN is state_of(ledger, "A1")
        assert [(3, 0), (0, 1)] == [
            (each.figures.points, each.figures.uncertain) for each in ledger.spending(1)
        ]


async def test_answered_uncertain_takes_no_late_answer(opened: OpenLedger) -> None:
    """What was judged uncertain is for a person to settle."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        attempt = await call(ledger, run, order, UNCERTAIN, SILENCE)
        ledger.record_outcome(attempt, SYNCED, ANSWER)
        with pytest.raises(IllegalMove):
            await ledger.flush()
        assert State.UNCERTAIN is state_of(ledger, "A1")


async def test_what_was_sending_is_uncertain_for_the_next(opened: OpenLedger) -> None:
    """The next holder of the lock gives up on calls of a dead process, and the dead run's result states so."""
    with opened() as ledger:
        with ledger.lock(1, "t"):
            run, (order, _) = start(ledger, plan("A1", "A2"))
            await ledger.claim(order, run)
            entry = next(iter(ledger.results(run)))
            assert (State.SENDING, None) == (entry.outcome, entry.reason)
        with ledger.lock(1, "t"):
            assert State.UNCERTAIN is state_of(ledger, "A1")
            first, second = ledger.results(run)
            assert (State.UNCERTAIN, Reason.CRASH, None) == (first.outcome, first.reason, first.points)
            assert (None, 0, State.PLANNED) == (second.outcome, second.calls, second.state)
            assert [] == ledger.verify()


async def test_cancelled_claim_is_given_back(opened: OpenLedger) -> None:
    """A worker that was cancelled while it waited leaves no order in uncertainty: nothing was sent."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan(*(f"A{i}" for i in range(8))))
        tasks = [asyncio.create_task(ledger.claim(order, run)) for order in orders]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await ledger.flush()
        await ledger.flush()
        assert {State.PLANNED} == {entry.state for entry in ledger.results(run)}


async def test_known_reports_each_state(opened: OpenLedger) -> None:
    """A plan asks for many at once and gets a code each, aligned."""
    with opened() as ledger, ledger.lock(1, "t"):
        numbers = ["planned", "synced", "refused", "failed", "uncertain", "sending"]
        run, orders = start(ledger, plan(*numbers))
        await call(ledger, run, orders[1], SYNCED)
        await call(ledger, run, orders[2], REFUSED)
        await call(ledger, run, orders[3], SETTLED_FAILED)
        await call(ledger, run, orders[4], UNCERTAIN, SILENCE)
        await ledger.claim(orders[5], run)
        asked = ["never", *numbers, "synced"]
        owners = ["77"] * 7 + ["78"]
        expected = [
            None,
            State.PLANNED,
            State.SYNCED,
            State.REFUSED,
            State.SETTLED_FAILED,
            State.UNCERTAIN,
            State.SENDING,
            State.SYNCED,
        ]
        assert expected == [STATES[code] for code in ledger.lookup_orders(1, owners, asked).states]
        with opened(read_only=True) as reader:
            assert expected == [STATES[code] for code in reader.lookup_orders(1, owners, asked).states]
            assert bytes(8) == reader.lookup_orders(2, owners, asked).states


async def test_known_forgets_what_was_synced_long_ago(opened: OpenLedger) -> None:
    """`resync_after` makes only synced orders of before that day new again."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2"))
        await call(ledger, run, orders[0])
        await call(ledger, run, orders[1], UNCERTAIN, SILENCE)
        soon = datetime.now(UTC) + timedelta(days=1)
        ago = datetime.now(UTC) - timedelta(days=1)
        assert [None, State.UNCERTAIN] == [
            STATES[c] for c in ledger.lookup_orders(1, ["77"] * 2, ["A1", "A2"], resync_before=soon).states
        ]
        assert [State.SYNCED, State.UNCERTAIN] == [
            STATES[c] for c in ledger.lookup_orders(1, ["77"] * 2, ["A1", "A2"], resync_before=ago).states
        ]


async def test_refused_order_goes_again_in_a_later_run_only(opened: OpenLedger) -> None:
    """A no that cost nothing is asked again by the next run, not by this one."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order, REFUSED)
        with pytest.raises(IllegalMove):
            await ledger.claim(order, run)
        later, (again,) = start(ledger, plan("A1"))
        assert order == again
        await call(ledger, later, order)
        assert [REFUSED.state, SYNCED.state] == [next(iter(ledger.results(r))).outcome for r in (run, later)]


@pytest.mark.parametrize(
    ("verdict", "cause"),
    [(SYNCED, Cause.RESEND), (SETTLED_FAILED, Cause.RESEND), (UNCERTAIN, Cause.RESEND_UNCERTAIN)],
)
async def test_settled_order_is_enrolled_again_only_when_reported(
    opened: OpenLedger, verdict: CallVerdict, cause: Cause
) -> None:
    """What cost points, or may have, goes again only with the user's option, and only with the run that has it."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order, verdict)
        before = ledger.lookup_orders(1, ["77", "77"], ["A1", "NEW"]).states
        plain, (sent,) = start(ledger, plan("A1"))
        assert (0, before) == (sent, ledger.lookup_orders(1, ["77", "77"], ["A1", "NEW"]).states)
        with pytest.raises(IllegalMove):
            await ledger.claim(order, plain)
        second, ids = start(ledger, plan("NEW", "A1"), NEW | {cause})
        assert order in ids
        assert verdict.state is state_of(ledger, "A1")
        with pytest.raises(IllegalMove):
            await ledger.claim(order, run)
        await ledger.claim(order, second)
        assert State.SENDING is state_of(ledger, "A1")


@pytest.mark.parametrize("unsent", [False, True], ids=["never reached", "call never left"])
@pytest.mark.parametrize("verdict", [SYNCED, SETTLED_FAILED, UNCERTAIN], ids=lambda verdict: verdict.state)
async def test_what_was_paid_for_stays_so_until_its_resend_leaves(
    opened: OpenLedger, verdict: CallVerdict, unsent: bool
) -> None:
    """A resend that stopped first (limit, Ctrl-C, kill, empty balance) or was refused must not make the next plain run pay."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order, verdict)
        again, _ = start(ledger, plan("A1"), RESEND)
        if unsent:
            await call(ledger, again, order, NOT_SENT, UNSENT)
            await call(ledger, again, order, NOT_SENT, UNSENT)
        (entry,) = ledger.results(again)
        assert (verdict.state, run) == (entry.state, entry.earlier_run)
        (record,) = ledger.orders_of("A1")
        assert (verdict.state, run, verdict.points) == (record.state, record.run, record.points)
        assert bytes([STATE_CODES[verdict.state]]) == ledger.lookup_orders(1, ["77"], ["A1"]).states
        assert (verdict.state is State.UNCERTAIN) == ledger.has_uncertain()
        assert [0] == start(ledger, plan("A1"))[1]
        third, _ = start(ledger, plan("A1"), RESEND)
        with pytest.raises(IllegalMove):
            await ledger.claim(order, again)
        await call(ledger, third, order, REFUSED)
        (record,) = ledger.orders_of("A1")
        assert (verdict.state, run, verdict.points) == (record.state, record.run, record.points)
        (entry,) = ledger.results(third)
        assert (State.REFUSED, verdict.state, 1) == (entry.outcome, entry.state, entry.calls)
        assert [0] == start(ledger, plan("A1"))[1]
        with pytest.raises(IllegalMove):
            await ledger.claim(order, third)
        assert [] == ledger.verify()


async def test_uncertain_order_to_be_sent_again_is_still_a_persons_to_settle(opened: OpenLedger) -> None:
    """It is listed and counted until its call leaves; who then states what came of it takes the permission back."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2", "A3"))
        for order in orders:
            await call(ledger, run, order, UNCERTAIN, SILENCE)
        again, _ = start(ledger, plan("A1", "A2", "A3"), RESEND)
        await call(ledger, again, orders[0], NOT_SENT, UNSENT)
        assert 3 == sum(each.figures.uncertain for each in ledger.spending(1))
        assert ["A1", "A2"] == [
            each.number for each in ledger.resolve(1, Decision.CHARGED, orders=orders[:2])
        ]
        assert ["A3"] == [each.number for each in ledger.resolve(1, Decision.NOT_CHARGED, run=again)]
        for order in orders[:2]:
            with pytest.raises(IllegalMove):
                await ledger.claim(order, again)
        spent = ledger.spending(1)
        assert (0, 2) == (
            sum(each.figures.uncertain for each in spent),
            sum(each.figures.amount_missing for each in spent),
        )
        assert [Decision.CHARGED, Decision.CHARGED, Decision.NOT_CHARGED] == [
            charge.decision for charge in ledger.charges(1)
        ]
        assert [] == ledger.verify()


async def test_call_sent_again_that_dies_is_uncertain(opened: OpenLedger) -> None:
    """Once claimed it may have left, whatever it was before; the run that died is the one that is asked about it."""
    with opened() as ledger:
        with ledger.lock(1, "t"):
            run, orders = start(ledger, plan("A1", "A2"))
            await call(ledger, run, orders[0])
            await call(ledger, run, orders[1], UNCERTAIN, SILENCE)
            again, _ = start(ledger, plan("A1", "A2"), RESEND)
            for order in orders:
                await ledger.claim(order, again)
        with ledger.lock(1, "t"):
            for order, number in zip(orders, ("A1", "A2"), strict=True):
                (record,) = ledger.orders_of(number)
                assert (State.UNCERTAIN, again, None) == (record.state, record.run, record.points)
                with pytest.raises(IllegalMove):
                    await ledger.claim(order, again)
            assert [] == ledger.verify()


@pytest.mark.parametrize(
    "verdict", [SYNCED, SETTLED_FAILED, NO_AMOUNT], ids=["synced", "failed", "no amount"]
)
async def test_what_was_paid_for_stays_so_when_its_call_was_pruned(
    opened: OpenLedger, verdict: CallVerdict
) -> None:
    """A resend that never left finds no evidence of the first call any more; what the order itself states is enough."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2", "A3"))
        await call(ledger, run, orders[0], verdict)
        await call(ledger, run, orders[1], REFUSED)
        await call(ledger, run, orders[2], UNCERTAIN, SILENCE)
        ledger.resolve(1, Decision.NOT_CHARGED, orders=orders[2:])
        assert 1 == ledger.prune(-1).runs
        again, _ = start(ledger, plan("A1", "A2", "A3"), NEW | {Cause.RESEND})
        for order in orders:
            await call(ledger, again, order, NOT_SENT, UNSENT)
        assert [STATE_CODES[verdict.state], PLANNED_CODE, PLANNED_CODE] == list(
            ledger.lookup_orders(1, ["77"] * 3, ["A1", "A2", "A3"]).states
        )


async def test_charged_by_a_person_stays_so_until_its_resend_leaves(opened: OpenLedger) -> None:
    """The evidence is a person's word, since the call's own answer was lost; the other word lets the order go."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2"))
        for order in orders:
            await call(ledger, run, order, UNCERTAIN, SILENCE)
        ledger.resolve(1, Decision.CHARGED, orders=orders[:1])
        ledger.resolve(1, Decision.NOT_CHARGED, orders=orders[1:])
        again, _ = start(ledger, plan("A1", "A2"), NEW | {Cause.RESEND})
        for order in orders:
            await call(ledger, again, order, NOT_SENT, UNSENT)
        expected = [STATE_CODES[State.SYNCED], STATE_CODES[State.PLANNED]]
        assert expected == list(ledger.lookup_orders(1, ["77", "77"], ["A1", "A2"]).states)


async def test_order_under_way_is_never_enrolled_again(opened: OpenLedger) -> None:
    """Whatever is allowed, an order that is being sent stays as it is."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await ledger.claim(order, run)
        second, (sent,) = start(ledger, plan("A1"), frozenset(Cause))
        with pytest.raises(IllegalMove):
            await ledger.claim(order, second)
        assert (0, State.SENDING) == (sent, state_of(ledger, "A1"))


@pytest.mark.parametrize("verdict", [SYNCED, SETTLED_FAILED, UNCERTAIN], ids=lambda verdict: verdict.state)
async def test_resend_planned_before_another_resend_was_answered_is_not_sent(
    opened: OpenLedger, verdict: CallVerdict
) -> None:
    """Two runs plan to send the same settled order again: the one whose plan is out of date sends nothing."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order, verdict)
        seen = ledger.lookup_orders(1, ["77"], ["A1"]).settled_at
        first, (sent,) = start(ledger, plan("A1"), RESEND)
        await call(ledger, first, sent, verdict)
        stale = plan("A1")
        stale.seen_settled_at.update(seen)
        late = ledger.new_run(1, "/in/x.csv", "00", "x", "en")
        assert [0] == list(ledger.save_plan(late, stale, allow=RESEND))
        with pytest.raises(IllegalMove):
            await ledger.claim(order, late)


async def test_decision_made_before_the_order_was_sent_again_is_not_applied(opened: OpenLedger) -> None:
    """A workbook states "send again" about a call that another run has repeated since: nothing is sent."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order, UNCERTAIN, SILENCE)
        seen = ledger.lookup_orders(1, ["77"], ["A1"]).settled_at
        first, (sent,) = start(ledger, plan("A1"), RESEND)
        await call(ledger, first, sent)
        stale = plan("A1", decisions={0: Decision.SEND_AGAIN})
        stale.seen_settled_at.update(seen)
        late = ledger.new_run(1, "/in/x.csv", "00", "x", "en")
        assert [0] == list(ledger.save_plan(late, stale, allow=NEW))
        assert State.SYNCED is state_of(ledger, "A1")


@pytest.mark.parametrize("verdict", [SYNCED, SETTLED_FAILED, UNCERTAIN], ids=lambda verdict: verdict.state)
async def test_number_paid_under_another_merchant_is_known_and_sent_only_with_resend(
    opened: OpenLedger, verdict: CallVerdict
) -> None:
    """A number is paid for once per account: `lookup_orders` names the merchant, and a claim needs the permission."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1", owner="077"))
        await call(ledger, run, order, verdict)
        found = ledger.lookup_orders(1, ["77", "78", "77"], ["A1", "A1", "A2"])
        assert ({0: "077", 1: "077"}, {}) == (found.elsewhere, found.settled_at)
        assert [verdict.state, verdict.state, None] == [STATES[code] for code in found.states]

        unaware, (other,) = start(ledger, plan("A1", owner="77"))
        with pytest.raises(IllegalMove):
            await ledger.claim(other, unaware)

        aware = plan("A1", owner="77")
        aware.reasons[0] = Note(code=Reason.PAID_OTHER_MERCHANT, facts={"other": "077"})
        again, (sent,) = start(ledger, aware, RESEND)
        await call(ledger, again, sent)
        assert [State.SYNCED] == [entry.outcome for entry in ledger.results(again)]
        assert [] == ledger.verify()


async def test_number_paid_under_another_merchant_is_in_the_result_with_its_own(opened: OpenLedger) -> None:
    """The row keeps the merchant of its sheet, and shows the earlier run."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1", owner="077"))
        await call(ledger, run, order)
        held = plan("A1", owner="77", verdicts=[PlanVerdict.ALREADY_SYNCED])
        held.reasons[0] = Note(code=Reason.PAID_OTHER_MERCHANT, facts={"other": "077"})
        second, ids = start(ledger, held)
        (entry,) = ledger.results(second)
        assert ([0], "77", "A1", run) == (ids, entry.owner_id, entry.number, entry.earlier_run)
        assert State.SYNCED is entry.state


async def test_plan_that_sends_an_order_twice_is_refused(opened: OpenLedger) -> None:
    """The plan finds duplicates; the ledger doesn't take its word for it."""
    with opened() as ledger, ledger.lock(1, "t"), pytest.raises(IllegalMove):
        start(ledger, plan("A1", "A1"))


async def test_entries_come_back_in_order_with_their_facts(opened: OpenLedger) -> None:
    """Every entry of the plan is in the result: invalid, hidden, duplicate, known."""
    verdicts = [PlanVerdict.SEND, PlanVerdict.DUPLICATE, PlanVerdict.INVALID, PlanVerdict.SKIPPED_HIDDEN]
    made = plan("A1", "A1", "4.5E+17", "A9", verdicts=verdicts)
    made.first_of[1] = 0
    made.reasons[2] = Note(code=Reason.EXPONENT, facts={"cell": "A4"})
    with opened() as ledger, ledger.lock(1, "t"):
        run, ids = start(ledger, made)
        assert [True, False, False, False] == [bool(order) for order in ids]
        await call(ledger, run, ids[0])
        entries = list(ledger.results(run))
        assert verdicts == [entry.verdict for entry in entries]
        assert [2, 3, 4, 5] == [entry.line for entry in entries]
        assert ["A1", "A1", "4.5E+17", "A9"] == [entry.number for entry in entries]
        assert ["77"] * 4 == [entry.owner_id for entry in entries]
        assert (2, 0, 0, None, State.SYNCED) == (
            entries[1].first_line,
            entries[1].first_sheet,
            entries[1].calls,
            entries[1].outcome,
            entries[1].state,
        )
        assert (Note(code=Reason.EXPONENT, facts={"cell": "A4"}), None) == (
            entries[2].plan_reason,
            entries[2].state,
        )
        assert [SHEET] == ledger.sheets(run)


async def test_old_result_is_not_falsified_by_later_runs(opened: OpenLedger) -> None:
    """A run's result states what that run did, and who had synced an order before it, for ever."""
    with opened() as ledger, ledger.lock(1, "t"):
        first, (order,) = start(ledger, plan("A1"))
        await call(ledger, first, order)
        second, _ = start(ledger, plan("A1", verdicts=[PlanVerdict.ALREADY_SYNCED]))
        third, _ = start(ledger, plan("A1"), NEW | {Cause.RESEND})
        await call(ledger, third, order, SETTLED_FAILED)
        old, between, new = (next(iter(ledger.results(run))) for run in (first, second, third))
        assert (State.SYNCED, 3) == (old.outcome, old.points)
        assert (State.SETTLED_FAILED, 2) == (new.outcome, new.points)
        assert (first, None, 0, 0) == (between.earlier_run, between.outcome, between.calls, between.points)
        assert old.answered_at == between.earlier_at


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision.CHARGED, State.SYNCED),
        (Decision.NOT_CHARGED, State.PLANNED),
    ],
)
async def test_person_resolves_an_uncertain_order(
    opened: OpenLedger, decision: Decision, state: State
) -> None:
    """By order or by run; what is not uncertain is left alone; the decision is written down."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2", "A3"))
        await call(ledger, run, orders[0], UNCERTAIN, SILENCE)
        await call(ledger, run, orders[1], UNCERTAIN, SILENCE)
        await call(ledger, run, orders[2])
        assert [] == ledger.resolve(2, decision, orders=orders)
        (moved,) = ledger.resolve(1, decision, orders=[orders[0], orders[2]])
        assert ("A1", state) == (moved.number, moved.state)
        assert ["A2"] == [resolved.number for resolved in ledger.resolve(1, decision, run=run)]
        assert [state, state, State.SYNCED] == [entry.state for entry in ledger.results(run)]
        (history,) = ledger.history("A1")
        assert [(decision, None)] == [(event.decision, event.run) for event in history.resolutions]
        assert [] == ledger.verify()


async def test_decision_on_the_sheet_is_obeyed(opened: OpenLedger) -> None:
    """charged settles, not charged plans anew, send again lets this run alone send; each on the record of that run."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, orders = start(ledger, plan("A1", "A2", "A3"))
        for order in orders:
            await call(ledger, run, order, UNCERTAIN, SILENCE)
        decided = plan(
            "A1",
            "A2",
            "A3",
            verdicts=[PlanVerdict.ALREADY_SYNCED, PlanVerdict.SEND, PlanVerdict.SEND],
            decisions={0: Decision.CHARGED, 1: Decision.NOT_CHARGED, 2: Decision.SEND_AGAIN},
        )
        second, ids = start(ledger, decided)
        assert [0, *orders[1:]] == ids
        assert [State.SYNCED, State.PLANNED, State.UNCERTAIN] == [
            entry.state for entry in ledger.results(second)
        ]
        with pytest.raises(IllegalMove):
            await ledger.claim(orders[2], run)
        for order in orders[1:]:
            await call(ledger, second, order)
        ((event,),) = [history.resolutions for history in ledger.history("A1")]
        assert (Decision.CHARGED, second) == (event.decision, event.run)


async def test_decision_about_a_settled_order_is_refused(opened: OpenLedger) -> None:
    """Nobody decides about what is known."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order)
        with pytest.raises(IllegalMove):
            start(ledger, plan("A1", decisions={0: Decision.NOT_CHARGED}))
        assert State.SYNCED is state_of(ledger, "A1")


async def test_highest_price_is_remembered(opened: OpenLedger) -> None:
    """The cap reserves what a call once cost."""
    with opened() as ledger, ledger.lock(1, "t"):
        assert 0 == ledger.highest_price(1)
        run, orders = start(ledger, plan("A1", "A2"))
        await call(ledger, run, orders[0])
        await call(ledger, run, orders[1], SETTLED_FAILED)
        assert 3 == ledger.highest_price(1)
        assert [5, 3, 2] == [
            ledger.price_of_a_call(account, expected) for account, expected in ((1, 5), (1, 2), (None, 2))
        ]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
async def test_highest_price_is_each_accounts_own(opened: OpenLedger, together: bool) -> None:
    """A dear account doesn't hide what a cheap one's calls cost, and leases it no price."""
    with opened() as ledger, ledger.lock(1, "t"):
        run, (dear,) = start(ledger, plan("A1"))
        other = ledger.account(ENDPOINT, "second")
        second = ledger.new_run(other, "/in/x.csv", "00", "x", "en")
        (cheap,) = ledger.save_plan(second, plan("A1"))
        attempts = [await ledger.claim(dear, run), await ledger.claim(cheap, second)]
        for attempt, points in zip(attempts, (5, 2), strict=True):
            ledger.record_outcome(attempt, replace(SYNCED, points=points), ANSWER)
            if not together:
                await ledger.flush()
        await ledger.flush()
        assert (5, 2) == (ledger.highest_price(1), ledger.highest_price(other))


def test_runs_are_named_by_minute_and_file(opened: OpenLedger) -> None:
    """Two runs of one minute have two names; what they were is remembered after their end."""
    with opened() as ledger:
        first, _ = start(ledger, plan("A1"))
        second, _ = start(ledger, plan("A2"))
        assert first.endswith("-订单")
        assert f"{first}-2" == second
        summary = RunSummary(
            file="/in/订单.xlsx", run=first, rows=1, not_sent=1, stopped="balance", exit_code=3
        )
        ledger.end_run(first, stopped="balance", result="/out/订单.result.xlsx", summary=summary)
        ledger.set_result(second, "/out/2.xlsx")
        assert [second, first] == [record.run for record in ledger.runs(10)]
        record = ledger.run(first)
        assert record is not None
        assert ("balance", "/out/订单.result.xlsx", summary, "zh") == (
            record.stopped,
            record.result,
            record.summary,
            record.lang,
        )
        assert None is ledger.run("20200101-0000-none")
        with pytest.raises(LedgerError, match="There is no run"):
            list(ledger.results("20200101-0000-none"))


async def test_dropped_run_is_gone_unless_it_sent_something(opened: OpenLedger) -> None:
    """A run that came to nothing leaves no trace; one that called can't be dropped."""
    with opened() as ledger, ledger.lock(1, "t"):
        idle, _ = start(ledger, plan("A1"))
        ledger.drop_run(idle)
        assert None is ledger.run(idle)
        run, (order,) = start(ledger, plan("A1"))
        await call(ledger, run, order)
        with pytest.raises(IllegalMove):
            ledger.drop_run(run)


async def test_answer_is_kept_up_to_four_kilobytes(opened: OpenLedger) -> None:
    """Evidence is bounded, and any bytes or broken text can be evidence."""
    from batchsync.model import CallVerdict, Response

    with opened() as ledger, ledger.lock(1, "t"):
        run, (order,) = start(ledger, plan("A1"))
        odd = CallVerdict(State.REFUSED, Reason.UNKNOWN_CODE, hint="坏\ud800字" * 400, api_status="\udcff")
        await call(ledger, run, order, odd, Response(200, b"\xff" * 10_000, None, 0.1))
        (entry,) = ledger.results(run)
        assert (4096, 500, "坏?字") == (len(entry.answer), len(entry.hint), entry.hint[:3])


@pytest.mark.parametrize(
    ("reason", "is_held"), [(Reason.UNUSUAL, True), (Reason.ERP_COPY, True), (Reason.MISSING, False)]
)
def test_a_run_knows_whether_it_held_back_a_number(opened: OpenLedger, reason: Reason, is_held: bool) -> None:
    """Its result has a decision column then; another run's held-back numbers do not count."""
    with opened() as ledger:
        made = plan("A1", "A1-1", verdicts=[PlanVerdict.SEND, PlanVerdict.INVALID])
        made.reasons[1] = Note(code=reason, facts={"value": "A1-1"})
        run, _ = start(ledger, made)
        other, _ = start(ledger, plan("B1"))
        assert (is_held, False) == (ledger.has_held_back(run), ledger.has_held_back(other))
