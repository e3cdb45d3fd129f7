"""The hours of the local day in which contact is permitted, and the instants at which they begin and end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

EARLIEST = 4 * 60
LATEST = 23 * 60
"""Clocks are changed at night: within these minutes of the day a window opens and closes once a day."""

_NO_PLACES = frozenset({"Factory", "localtime"})
_SECOND = timedelta(seconds=1)
_MOST_DAYS = 4


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open hours [start, end) of every local day, in minutes after midnight."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not EARLIEST <= self.start < self.end <= LATEST:
            raise ValueError("a window opens at 04:00 or later and closes, after that, by 23:00")

    def contains(self, local: datetime) -> bool:
        """Whether a wall clock that shows `local` is inside."""
        return self.start <= local.hour * 60 + local.minute < self.end

    def next_open(self, zone: ZoneInfo, instant: datetime) -> datetime:
        """The first instant from `instant` on that is inside, in UTC."""
        local = instant.astimezone(zone)
        if self.contains(local):
            return instant
        for days in range(_MOST_DAYS):
            opens = reached(zone, local.date() + timedelta(days), self.start)
            if opens >= instant and self.contains(opens.astimezone(zone)):
                return opens
        raise ValueError(f"zone {zone.key} has no such hours in {_MOST_DAYS} days")

    def closes(self, zone: ZoneInfo, instant: datetime) -> datetime:
        """The end of the window that `instant` lies in, in UTC."""
        return reached(zone, instant.astimezone(zone).date(), self.end)


@lru_cache(maxsize=4096)
def reached(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The first instant at which the zone's clock shows `minute` of `day` or later, in UTC.

    Where the clock jumps over that minute it is the instant of the jump.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001  # a wall clock
    high = wall.replace(tzinfo=zone).astimezone(UTC)
    if high.astimezone(zone).replace(tzinfo=None) == wall:
        return high
    low = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            high = middle
        else:
            low = middle
    return high


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The IANA time zone of that name, or None where there is none."""
    return ZoneInfo(name) if name in _zone_names() else None


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_PLACES


def clock_text(minute: int) -> str:
    """A minute of the day as HH:MM."""
    return f"{minute // 60:02}:{minute % 60:02}"
