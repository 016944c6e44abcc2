"""One rate for several processes: each holds some of the account's tokens, on a lease, and paces itself with these.

What pace.py proves of one process's tokens holds for those of all: a token is with one process at a time, and moves on
only when it is cold, a second and a margin after its last call left. The lease is for processes that die or stand
still: no call leaves after its end (asked at the door, on a clock that goes on while the machine sleeps), and the
database gives the tokens away only when a call at the last moment would be a second and a margin ago, too. So the
limit holds in any one second, and a call costs no question to the database: the lease is renewed a few times a second,
and shares become even within a second of somebody coming or leaving.
"""

from typing import NamedTuple

from batchsync.clock import Clock
from batchsync.sending.call import StaleClaim
from batchsync.sending.rate_limit import WINDOW_S, Pacer, Slot

LEASE_S = 2.0
COLD_AFTER_S = 0.3
"""Most seconds beyond its window for which a token may still be warm when its lease has ended."""


class Offer(NamedTuple):
    """What this process has and wants, as it tells the database."""

    in_window: int
    wanted: bool
    asked_at: float


class Share(NamedTuple):
    """What the database answers: tokens to use, tokens to keep, and the rate that all together keep to."""

    granted: int
    fair: int
    rate: float


class LeasedSlot(Slot):
    """The right to make one call while the lease lasts."""

    __slots__ = ("_shared", "_term")

    def __init__(self, pacer: "SharedPacer", *, granted_at: float, free_at: float) -> None:
        super().__init__(pacer, granted_at=granted_at, free_at=free_at)
        self._shared, self._term = pacer, pacer.term

    def sent(self) -> None:
        """Say that bytes are about to leave. Raises StaleClaim when the lease is over: then nothing may leave."""
        if self._term != self._shared.term or not self._shared.is_leased:
            raise StaleClaim
        super().sent()

    def end(self) -> None:
        """Say that the call is over; the token of a lease that was lost is not this process's to give back."""
        if self._term == self._shared.term:
            super().end()
        elif self.ended_at is None:
            self.ended_at = self._shared.clock.monotonic()


class SharedPacer(Pacer):
    """A pacer whose tokens come and go; it begins with none."""

    def __init__(self, rate: float, clock: Clock) -> None:
        super().__init__(rate, clock)
        self.allowed = rate
        """What this process's settings allow."""
        self.term = 0
        """Counts how often all tokens were lost."""
        self.wanted = True
        self._unused = 0
        self._share = 0
        self._shedding: list[float] = []
        """Tokens taken out of use, by the time from which they are cold."""
        self._to_shed = 0
        self._leased_until = float("-inf")
        self._is_asking = False

    @property
    def is_leased(self) -> bool:
        """Whether a call may leave now."""
        return self.clock.boottime() < self._leased_until

    @property
    def may_send(self) -> bool:
        """Whether any of the rate is this process's now."""
        return self._share > 0 and self.is_leased

    # --- The lease ------------------------------------------------------------------------------------------

    def offer(self) -> Offer | None:
        """Return what to ask the database; None while an answer is still to be taken in. Called from any thread."""
        if self._is_asking:
            return None
        self._is_asking = True
        return Offer(self._share, self.wanted, self.clock.boottime())

    def fail(self) -> None:
        """Take in that the database did not answer."""
        self._is_asking = False

    def renew(self, offer: Offer, share: Share) -> None:
        """Take in what the database answered; belongs to the event loop."""
        if share.granted < offer.in_window:  # the lease had run out, and others have our tokens
            self._lose_all()
        self._unused += share.granted - self._share
        self._share = share.granted
        self._leased_until = offer.asked_at + LEASE_S
        self._keep_to(share)
        self._to_shed = max(0, share.granted - share.fair - len(self._shedding))
        self._take_out(self.clock.monotonic())
        self._let_go(self.clock.monotonic())
        self._is_asking = False  # the session's thread may look again: all counts agree
        self._wake()

    def _lose_all(self) -> None:
        self.term += 1
        self._unused = self._share = 0
        self._free.clear()
        self._in_window.clear()
        self._shedding.clear()

    def _keep_to(self, share: Share) -> None:
        """Spread this process's calls over the second as its share allows."""
        self._window_s = WINDOW_S if share.rate >= 1 else WINDOW_S / share.rate
        before = self._full_rate
        self._full_rate = (
            float(max(1, min(share.granted, share.fair or 1))) if share.rate >= 1 else share.rate
        )
        self._rate = min(self._full_rate, self._rate * self._full_rate / before)

    # --- Giving tokens to others ----------------------------------------------------------------------------

    def _take_out(self, now: float) -> None:
        """Take tokens out of use that others should have, as they come free."""
        while self._to_shed and (self._unused or self._free):
            self._to_shed -= 1
            if self._unused:
                self._unused -= 1
                self._shedding.append(now)
            else:
                self._shedding.append(self._free.popleft())

    def _let_go(self, now: float) -> None:
        """Stop counting those that are cold: from the next question on they are the others'."""
        warm = [cold_at for cold_at in self._shedding if cold_at > now]
        self._share -= len(self._shedding) - len(warm)
        self._shedding = warm

    # --- What the schedule asks -----------------------------------------------------------------------------

    def _reclaim(self, now: float) -> None:
        super()._reclaim(now)
        while self._to_shed and self._free:  # it takes back one at a time, and this one is not for us
            self._take_out(now)
            super()._reclaim(now)

    def _ready_at(self, now: float) -> float:
        if not self.is_leased:
            return float("inf")
        return super()._ready_at(now)

    def _slot(self, now: float, free_at: float) -> LeasedSlot:
        return LeasedSlot(self, granted_at=now, free_at=free_at)
