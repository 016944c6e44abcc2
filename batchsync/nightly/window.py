"""When orders may be sent, and which night an hour belongs to. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """Two times of a day, such as 22:00-06:00; the end is no longer inside."""

    opens: time
    closes: time

    @classmethod
    def of(cls, text: str | None) -> "Window | None":
        """Return what the setting says; None is always open."""
        if text is None:
            return None
        opens, closes = text.split("-")
        return cls(time.fromisoformat(opens), time.fromisoformat(closes))

    def is_open(self, now: datetime) -> bool:
        """Whether orders may be sent at this local time."""
        at = now.time()
        if self.opens < self.closes:
            return self.opens <= at < self.closes
        return at >= self.opens or at < self.closes

    def opens_next(self, now: datetime) -> datetime:
        """Return when it opens next; now, when it is open."""
        if self.is_open(now):
            return now
        today = now.replace(hour=self.opens.hour, minute=self.opens.minute, second=0, microsecond=0)
        return today if today > now else today + timedelta(days=1)


def night_of(now: datetime, window: Window | None) -> date:
    """Return the night that a moment belongs to: the day on which its window opened; without one, the day itself."""
    spans_midnight = window is not None and window.opens > window.closes
    if spans_midnight and window is not None and now.time() < window.closes:
        return now.date() - timedelta(days=1)
    return now.date()
