"""The rate limiter: never more than `rate` calls in any one second at the server, and nearly all of them used.

There are `rate` tokens. A call holds one from its grant until a second and a margin after its bytes left. Two calls
with the same token are thus more than a second apart at the server, and of `rate` + 1 calls two must share a token:
so no second, wherever it starts, can hold more than `rate`. A bucket that refills can't promise that: it starts full.

The margin pays for calls that travel at different speeds. An answer after `round_trip` proves that its request was on
the way no longer than that; and, once SAMPLES answers have shown the quickest round trip, that it was hardly later than
`round_trip - quickest`. So much is waited, within MARGIN_LEAST_S and MARGIN_MOST_S (50 ms held at every rate measured).

An even schedule on top spreads the calls over the second; it may catch up CATCH_UP_S of a timer's lateness, never
more. A server that turns calls away (429, 503) halves the schedule, which climbs back in steps.
"""

import asyncio
import heapq
from collections import deque
from itertools import count

from batchsync.clock import Clock

WINDOW_S = 1.0
MARGIN_LEAST_S = 0.010
MARGIN_MOST_S = 0.045
SAMPLES = 20
CATCH_UP_S = 0.020
RECOVERY_S = 8.0
"""Seconds in which the schedule climbs from nothing to the full rate."""
SLOWEST_SHARE = 0.05
"""The schedule never falls below this share of the rate, lest a run starve."""


class Slot:
    """The right to make one call; the client marks the moment before the first byte, the pool the end."""

    __slots__ = ("_pacer", "ended_at", "sent_at")

    def __init__(self, pacer: "Pacer") -> None:
        self._pacer = pacer
        self.sent_at: float | None = None
        self.ended_at: float | None = None

    def sent(self) -> None:
        """Say that bytes are about to leave: the token's second starts now."""
        if self.sent_at is None:
            self.sent_at = self._pacer.clock.monotonic()
            self._pacer.hold(self)

    def end(self) -> None:
        """Say that the call is over, answered or not. A call that never left gives its token back at once."""
        if self.ended_at is not None:
            return
        self.ended_at = self._pacer.clock.monotonic()
        if self.sent_at is None:
            self._pacer.give_back()
        else:
            self._pacer.learn(self.ended_at - self.sent_at)


class Pacer:
    """Grants slots first come, first served, on a clock that is handed in; belongs to one event loop."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self.clock = clock
        self._tokens = max(1, int(rate))
        self._window_s = WINDOW_S if rate >= 1 else WINDOW_S / rate
        self._full_rate = float(self._tokens) if rate >= 1 else rate
        self._rate = self._full_rate
        self._rate_at = clock.monotonic()
        self._next_at = clock.monotonic()
        self._paused_until = float("-inf")
        self._halved_at = float("-inf")
        self._held: list[tuple[float, int, Slot]] = []
        self._tie = count()
        self._waiting: deque[asyncio.Future[Slot]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._quickest_s = float("inf")
        self._answers = 0

    @property
    def rate(self) -> float:
        """Calls a second that the schedule allows now: `rate` of the settings, or less after the server said no."""
        if self._rate < self._full_rate:
            now = self.clock.monotonic()
            climb_s = max(0.0, now - max(self._rate_at, self._paused_until))
            if climb_s:
                self._rate = min(self._full_rate, self._rate + self._full_rate * climb_s / RECOVERY_S)
                self._rate_at = now
        return self._rate

    async def slot(self) -> Slot:
        """Wait for this caller's turn and return its slot."""
        if not self._waiting and self._ready_at(now := self.clock.monotonic()) <= now:
            return self._grant(now)
        turn: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._wake()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                turn.result().end()
            raise

    def slow_down(self, turned_away: Slot, wait_s: float | None) -> None:
        """Halve the schedule and, when the server named a time, let nothing go before it is over.

        Calls that were under way together count once: those sent before the last halving say nothing new.
        """
        now = self.clock.monotonic()
        if wait_s is not None:
            self._paused_until = max(self._paused_until, now + wait_s)
        if turned_away.sent_at is not None and turned_away.sent_at < self._halved_at:
            return
        self._rate = max(self.rate / 2, self._full_rate * SLOWEST_SHARE)
        self._rate_at = self._halved_at = now
        self._next_at = max(self._next_at, now + 1 / self._rate)

    def hold(self, slot: Slot) -> None:
        """Keep a sent slot's token back for its second."""
        assert slot.sent_at is not None
        self._keep(slot.sent_at + self._window_s + MARGIN_LEAST_S, slot)
        if self._waiting and self._timer is None:
            self._wake()

    def give_back(self) -> None:
        """Return the token of a call that never left."""
        self._tokens += 1
        self._wake()

    def learn(self, round_trip_s: float) -> None:
        """Remember the quickest round trip, against which the others are late."""
        self._answers += 1
        self._quickest_s = min(self._quickest_s, round_trip_s)

    def _keep(self, until: float, slot: Slot) -> None:
        heapq.heappush(self._held, (until, next(self._tie), slot))

    def _free_at(self, slot: Slot) -> float:
        """When a held slot's token is free; later than first thought if its answer was late or is still out."""
        assert slot.sent_at is not None
        if slot.ended_at is None:
            return slot.sent_at + self._window_s + MARGIN_MOST_S
        round_trip_s = slot.ended_at - slot.sent_at
        late_s = round_trip_s
        if round_trip_s > MARGIN_MOST_S and self._answers >= SAMPLES:
            late_s = round_trip_s - self._quickest_s
        return slot.sent_at + self._window_s + min(MARGIN_MOST_S, MARGIN_LEAST_S + late_s)

    def _collect(self, now: float) -> None:
        held = self._held
        while held and held[0][0] <= now:
            _, _, slot = heapq.heappop(held)
            free_at = self._free_at(slot)
            if free_at <= now:
                self._tokens += 1
            else:
                self._keep(free_at, slot)

    def _ready_at(self, now: float) -> float:
        """When the next slot can be granted as things stand; infinity while every token is out unsent."""
        if self._tokens == 0:
            self._collect(now)
            if self._tokens == 0:
                return self._held[0][0] if self._held else float("inf")
        return max(self._next_at, self._paused_until)

    def _grant(self, now: float) -> Slot:
        self._tokens -= 1
        self._next_at = max(self._next_at + 1 / self.rate, now - CATCH_UP_S)
        return Slot(self)

    def _wake(self) -> None:
        """Grant what can be granted now and set the one timer for the rest."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            now = self.clock.monotonic()
            ready_at = self._ready_at(now)
            if ready_at > now:
                if ready_at != float("inf"):
                    self._timer = asyncio.get_running_loop().call_later(ready_at - now, self._wake)
                return
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(self._grant(now))
