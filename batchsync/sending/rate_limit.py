"""The rate limiter: never more than `rate` calls in any one second at the server, and nearly all of them used.

There are `rate` tokens. A call holds one from its grant until a second and a margin after its first byte was written. Two
calls with the same token are thus more than a second apart at the server, and of `rate` + 1 calls two share a token: no
second, wherever it starts, has more than `rate` calls. A token bucket cannot guarantee that, since it starts full.

The margin allows for different transit times. A response after `round_trip` proves that its request took no longer than
that to arrive; once SAMPLES responses have shown the shortest round trip, the request was hardly later than
`round_trip - shortest`. The margin is that long, but calls for whose token others wait get no more than MARGIN_S on
average, so that a server with varying response times does not lower the rate: unused margin is kept in a budget.

Between the grant and the first byte are a durable claim and perhaps a new connection. A token is granted early by a
little more than that usually takes (lead time); a faster call waits before it writes (`wait_s`).

An even schedule spreads the calls over the second; it may catch up CATCH_UP_S after a late timer. A server that rejects
calls (429, 503) halves the schedule, which then rises again.
"""

import asyncio
import heapq
from collections import deque
from itertools import count

from batchsync.clock import Clock

WINDOW_S = 1.0
MIN_MARGIN_S = 0.010
MARGIN_S = 0.045
"""Seconds of margin for a call whose lateness is unknown, and in the mean for all: 50 ms held at every rate measured."""
MAX_MARGIN_S = 0.250
"""Upper limit of the margin."""
MAX_BUDGET_PER_TOKEN_S = 10.0
"""Maximum unused margin kept in the budget per token."""
SAMPLES = 20
MAX_LEAD_S = 0.100
"""Maximum seconds that a token is granted early."""
LEAD_WEIGHT = 0.05
"""Weight of the latest lead time in the moving average."""
LEAD_DEVIATIONS = 2
"""Mean deviations above the average lead time that a token is granted early."""
CATCH_UP_S = 0.050
RECOVERY_S = 8.0
"""Seconds in which the schedule rises from zero to the full rate."""
MIN_RATE_SHARE = 0.05
"""The schedule never falls below this share of the rate."""


class Slot:
    """The right to make one call. The client calls `sent` before the first byte, the pool calls `end`."""

    __slots__ = (
        "_free_at",
        "_granted_at",
        "_pacer",
        "_ready_to_write_at",
        "ended_at",
        "is_awaited",
        "margin_s",
        "sent_at",
    )

    def __init__(self, pacer: "Pacer", *, granted_at: float, free_at: float) -> None:
        self._pacer = pacer
        self._granted_at = granted_at
        self._free_at = free_at
        self._ready_to_write_at: float | None = None
        self.sent_at: float | None = None
        self.ended_at: float | None = None
        self.margin_s = MARGIN_S
        self.is_awaited = False
        """Whether a call waited for this token during the margin."""

    def wait_s(self) -> float:
        """Return the seconds that the first byte must still wait; called when everything else is done."""
        now = self._pacer.clock.monotonic()
        if self._ready_to_write_at is None:
            self._ready_to_write_at = now
            self._pacer.record_lead_time(now - self._granted_at)
        return self._free_at - now

    def sent(self) -> None:
        """Start the window of the token: the first byte is written now."""
        if self.sent_at is None:
            self.sent_at = self._pacer.clock.monotonic()
            self._pacer.start_window(self)

    def end(self) -> None:
        """End the call, with or without a response. The token of a call that was not sent is released at once."""
        if self.ended_at is not None:
            return
        self.ended_at = self._pacer.clock.monotonic()
        if self.sent_at is None:
            self._pacer.release(self._free_at)
        else:
            self.margin_s = self._pacer.margin_s(self.ended_at - self.sent_at)


class Pacer:
    """Grants slots in order of request; belongs to one event loop."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self.clock = clock
        self._unused = max(1, int(rate))
        self._free: deque[float] = deque()
        """Free tokens, as the times from which they may be used; `_unused` tokens may be used at once."""
        self._window_s = WINDOW_S if rate >= 1 else WINDOW_S / rate
        self._full_rate = float(self._unused) if rate >= 1 else rate
        self._rate = self._full_rate
        self._rate_at = clock.monotonic()
        self._next_at = clock.monotonic()
        self._paused_until = float("-inf")
        self._halved_at = float("-inf")
        self._in_window: list[tuple[float, int, Slot]] = []
        self._tie = count()
        self._waiting: deque[asyncio.Future[Slot]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._shortest_round_trip_s = float("inf")
        self._responses = 0
        self._margin_budget_s = 0.0
        self._mean_lead_s = self._lead_deviation_s = self._lead_s = 0.0

    @property
    def rate(self) -> float:
        """Calls a second that the schedule allows now: `rate` of the settings, or less after rejected calls."""
        if self._rate < self._full_rate:
            now = self.clock.monotonic()
            climb_s = max(0.0, now - max(self._rate_at, self._paused_until))
            if climb_s:
                self._rate = min(self._full_rate, self._rate + self._full_rate * climb_s / RECOVERY_S)
                self._rate_at = now
        return self._rate

    async def slot(self) -> Slot:
        """Wait for the next slot in order of request."""
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

    def slow_down(self, rejected: Slot, wait_s: float | None) -> None:
        """Halve the schedule; with `wait_s`, grant nothing before it has passed.

        Calls sent before the last halving are ignored: calls that were under way together count once.
        """
        now = self.clock.monotonic()
        if wait_s is not None:
            self._paused_until = max(self._paused_until, now + wait_s)
        if rejected.sent_at is not None and rejected.sent_at < self._halved_at:
            return
        self._rate = max(self.rate / 2, self._full_rate * MIN_RATE_SHARE)
        self._rate_at = self._halved_at = now
        self._next_at = max(self._next_at, now + 1 / self._rate)

    def start_window(self, slot: Slot) -> None:
        """Keep the token of a sent slot for its window."""
        assert slot.sent_at is not None
        self._push(slot.sent_at + self._window_s + MIN_MARGIN_S, slot)
        if self._waiting and self._timer is None:
            self._wake()

    def release(self, free_at: float) -> None:
        """Release the token of a call that was not sent."""
        self._free.append(free_at)
        self._wake()

    def margin_s(self, round_trip_s: float) -> float:
        """Return the margin of a call after its response: as much as its request may have been late."""
        self._responses += 1
        self._shortest_round_trip_s = min(self._shortest_round_trip_s, round_trip_s)
        if round_trip_s <= MARGIN_S:
            return min(MARGIN_S, MIN_MARGIN_S + round_trip_s)
        if self._responses < SAMPLES:
            return MARGIN_S
        return min(MAX_MARGIN_S, MIN_MARGIN_S + round_trip_s - self._shortest_round_trip_s)

    def record_lead_time(self, lead_s: float) -> None:
        """Record the time from a grant until the call is ready to write."""
        deviation_s = lead_s - self._mean_lead_s
        self._mean_lead_s += LEAD_WEIGHT * deviation_s
        self._lead_deviation_s += LEAD_WEIGHT * (abs(deviation_s) - self._lead_deviation_s)
        self._lead_s = min(MAX_LEAD_S, self._mean_lead_s + LEAD_DEVIATIONS * self._lead_deviation_s)

    def _push(self, until: float, slot: Slot) -> None:
        heapq.heappush(self._in_window, (until, next(self._tie), slot))

    def _free_at(self, slot: Slot) -> float:
        """Return when the token of a sent slot is free; later if its response is late or missing."""
        assert slot.sent_at is not None
        return slot.sent_at + self._window_s + slot.margin_s

    def _take_margin(self, margin_s: float) -> float:
        """Return as much of a margin as the budget allows, and deduct it."""
        margin_taken_s = min(margin_s, MARGIN_S + self._margin_budget_s)
        self._add_to_margin_budget(MARGIN_S - margin_taken_s)
        return margin_taken_s

    def _add_to_margin_budget(self, seconds: float) -> None:
        self._margin_budget_s = min(self._margin_budget_s + seconds, MAX_BUDGET_PER_TOKEN_S * self._full_rate)

    def _reclaim(self, now: float) -> None:
        """Free a token whose window ends before a call granted now is ready to write."""
        in_window = self._in_window
        while in_window and not self._free and in_window[0][0] - self._lead_s <= now:
            _, _, slot = heapq.heappop(in_window)
            is_new = slot.ended_at is not None and not slot.is_awaited
            if is_new and self._free_at(slot) - self._lead_s > now:
                slot.margin_s = self._take_margin(slot.margin_s)
                slot.is_awaited = True
            elif is_new:
                self._add_to_margin_budget(MARGIN_S)
            free_at = self._free_at(slot)
            if free_at - self._lead_s > now:
                self._push(free_at, slot)
            else:
                self._free.append(free_at)

    def _ready_at(self, now: float) -> float:
        """Return when the next slot can be granted; infinity while all tokens are granted and unsent."""
        if not self._unused and not self._free:
            self._reclaim(now)
            if not self._free:
                return self._in_window[0][0] - self._lead_s if self._in_window else float("inf")
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
        """Grant what can be granted now and set the timer for the rest."""
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
