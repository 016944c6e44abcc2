"""The rate limiter: never more than `rate` calls in any one second at the server, and nearly all of them used.

There are `rate` tokens. A call holds one from its grant until a second and a margin after its bytes left. Two calls
with the same token are thus more than a second apart at the server, and of `rate` + 1 calls two must share a token:
so no second, wherever it starts, can hold more than `rate`. A bucket that refills can't promise that: it starts full.

The margin pays for calls that travel at different speeds. An answer after `round_trip` proves that its request was on
the way no longer than that; and, once SAMPLES answers have shown the quickest round trip, that it was hardly later than
`round_trip - quickest`. So much is waited; but calls that others wait for get no more than MARGIN_S in the mean, lest
a server whose answers vary by seconds slow us down: what some leave of it is saved for those that a stall made late.

Between the grant and the first byte lie a durable claim and perhaps a new connection. So that a token does not lie idle
meanwhile, it is granted early by a little more than that usually takes; whoever is quicker waits at the door (`early_s`).

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
MARGIN_S = 0.045
"""Seconds of margin for a call whose lateness is unknown, and in the mean for all: 50 ms held at every rate measured."""
MARGIN_MOST_S = 0.250
"""A token that another process waits for is cold soon enough (cluster/pace.py)."""
SAVED_EACH_S = 10.0
"""Most seconds of unused margin that are saved, for each token."""
SAMPLES = 20
LEAD_MOST_S = 0.100
"""Most seconds that a token is granted before it may be used."""
LEAD_WEIGHT = 0.05
"""Weight of the latest way to the door in the mean of all."""
LEAD_SPREADS = 2
"""Mean deviations above the mean way that a token is granted early: few come to the door late."""
CATCH_UP_S = 0.050
RECOVERY_S = 8.0
"""Seconds in which the schedule climbs from nothing to the full rate."""
SLOWEST_SHARE = 0.05
"""The schedule never falls below this share of the rate, lest a run starve."""


class Slot:
    """The right to make one call; the client marks the moment before the first byte, the pool the end."""

    __slots__ = (
        "_at_door",
        "_free_at",
        "_granted_at",
        "_pacer",
        "ended_at",
        "is_awaited",
        "margin_s",
        "sent_at",
    )

    def __init__(self, pacer: "Pacer", *, granted_at: float, free_at: float) -> None:
        self._pacer = pacer
        self._granted_at = granted_at
        self._free_at = free_at
        self._at_door: float | None = None
        self.sent_at: float | None = None
        self.ended_at: float | None = None
        self.margin_s = MARGIN_S
        self.is_awaited = False
        """Whether a call waited for its token during its margin."""

    def early_s(self) -> float:
        """Return the seconds that the first byte must still wait; to be asked at the door, with all else done."""
        now = self._pacer.clock.monotonic()
        if self._at_door is None:
            self._at_door = now
            self._pacer.learn_way(now - self._granted_at)
        return self._free_at - now

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
            self._pacer.give_back(self._free_at)
        else:
            self.margin_s = self._pacer.margin_s(self.ended_at - self.sent_at)


class Pacer:
    """Grants slots first come, first served, on a clock that is handed in; belongs to one event loop."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self.clock = clock
        self._unused = max(1, int(rate))
        self._free: deque[float] = deque()
        """Tokens to grant, as the times from which they may be used; `_unused` ones may be at once."""
        self._window_s = WINDOW_S if rate >= 1 else WINDOW_S / rate
        self._full_rate = float(self._unused) if rate >= 1 else rate
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
        self._saved_s = 0.0
        self._way_s = self._way_spread_s = self._lead_s = 0.0

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

    def give_back(self, free_at: float) -> None:
        """Return the token of a call that never left."""
        self._free.append(free_at)
        self._wake()

    def margin_s(self, round_trip_s: float) -> float:
        """Return how much longer than a second the token of an answered call is to be kept: as late as it may have been."""
        self._answers += 1
        self._quickest_s = min(self._quickest_s, round_trip_s)
        if round_trip_s <= MARGIN_S:
            return min(MARGIN_S, MARGIN_LEAST_S + round_trip_s)
        if self._answers < SAMPLES:
            return MARGIN_S
        return min(MARGIN_MOST_S, MARGIN_LEAST_S + round_trip_s - self._quickest_s)

    def learn_way(self, way_s: float) -> None:
        """Remember how long it takes from a grant to the door, and how much that varies."""
        off_s = way_s - self._way_s
        self._way_s += LEAD_WEIGHT * off_s
        self._way_spread_s += LEAD_WEIGHT * (abs(off_s) - self._way_spread_s)
        self._lead_s = min(LEAD_MOST_S, self._way_s + LEAD_SPREADS * self._way_spread_s)

    def _keep(self, until: float, slot: Slot) -> None:
        heapq.heappush(self._held, (until, next(self._tie), slot))

    def _free_at(self, slot: Slot) -> float:
        """When a held slot's token is free; later than first thought if its answer was late or is still out."""
        assert slot.sent_at is not None
        return slot.sent_at + self._window_s + slot.margin_s

    def _afford(self, margin_s: float) -> float:
        """Return as much of a margin as there is, and take it from what is saved."""
        afforded_s = min(margin_s, MARGIN_S + self._saved_s)
        self._save(MARGIN_S - afforded_s)
        return afforded_s

    def _save(self, seconds: float) -> None:
        self._saved_s = min(self._saved_s + seconds, SAVED_EACH_S * self._full_rate)

    def _collect(self, now: float) -> None:
        """Take a token back that is free by the time a call granted now comes to the door."""
        held = self._held
        while held and not self._free and held[0][0] - self._lead_s <= now:
            _, _, slot = heapq.heappop(held)
            is_new = slot.ended_at is not None and not slot.is_awaited
            if is_new and self._free_at(slot) - self._lead_s > now:
                slot.margin_s = self._afford(slot.margin_s)
                slot.is_awaited = True
            elif is_new:
                self._save(MARGIN_S)
            free_at = self._free_at(slot)
            if free_at - self._lead_s > now:
                self._keep(free_at, slot)
            else:
                self._free.append(free_at)

    def _ready_at(self, now: float) -> float:
        """When the next slot can be granted as things stand; infinity while every token is out unsent."""
        if not self._unused and not self._free:
            self._collect(now)
            if not self._free:
                return self._held[0][0] - self._lead_s if self._held else float("inf")
        return max(self._next_at, self._paused_until)

    def _grant(self, now: float) -> Slot:
        if self._unused:
            self._unused -= 1
            free_at = now
        else:
            free_at = self._free.popleft()
        self._next_at = max(self._next_at + 1 / self.rate, now - CATCH_UP_S)
        return self._slot(now, free_at)

    def _slot(self, now: float, free_at: float) -> Slot:
        return Slot(self, granted_at=now, free_at=free_at)

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
