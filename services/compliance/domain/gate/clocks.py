"""Clocks of time zones in whole seconds: what a wall clock shows at an instant, and when it shows something.

Instants are seconds since 1970 UTC. A local second is what the wall clock shows, counted the same way: its
date is `local // DAY` and its time of day `local % DAY`. Clocks jump forth (a local second is never shown)
and back (it is shown twice); nothing here assumes that they do so at night.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.compliance.domain.packs.zones import is_zone

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LOOK_BACK = 2 * DAY
"""More than any two clocks of the world differ: an instant that long before shows an earlier local second."""

_Piece = tuple[int, int, int]


class Zone:
    """The clock of one IANA time zone; what it did on a UTC day is worked out once."""

    __slots__ = ("_days", "_info", "name")

    def __init__(self, info: ZoneInfo) -> None:
        self.name = info.key
        self._info = info
        self._days: dict[int, _Piece] = {}

    def local(self, second: int) -> int:
        """What the clock shows at an instant."""
        day = second // DAY
        piece = self._days.get(day) or self._learn(day)
        return second + (piece[0] if second < piece[1] else piece[2])

    def changes(self, after: int, until: int) -> Iterator[int]:
        """The instants in (after, until] at which the clock jumps."""
        last = self.local(after) - after
        for day in range(after // DAY, until // DAY + 1):
            first, change, second = self._days.get(day) or self._learn(day)
            if first != last and after < day * DAY <= until:
                yield day * DAY
            if first != second and after < change <= until:
                yield change
            last = second

    def reaches(self, local: int, after: int) -> int:
        """The first instant, `after` or later, at which the clock shows `local` or later.

        Where the clock jumps over `local` it is the instant of the jump.
        """
        start = max(local - _LOOK_BACK, after)
        if self.local(start) >= local:
            return start
        pieces = [start, *self.changes(start, local + _LOOK_BACK), local + _LOOK_BACK]
        for begin, end in pairwise(pieces):
            found = max(begin, local - (self.local(begin) - begin))
            if found < end:
                return found
        return pieces[-1]

    def _learn(self, day: int) -> _Piece:
        """How far the clock is from UTC when the day begins, when that changes, and how far it is then."""
        low, high = day * DAY, day * DAY + DAY - 1
        first, last = self._offset(low), self._offset(high)
        end = high
        while first != last and high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == first:
                low = middle
            else:
                high = middle
        piece = (first, high if first != last else end + 1, last)
        self._days[day] = piece
        return piece

    def _offset(self, second: int) -> int:
        away = instant(second).astimezone(self._info).utcoffset()
        assert away is not None  # a ZoneInfo always knows
        return away.days * DAY + away.seconds


@lru_cache(maxsize=1024)
def zone_named(name: str) -> Zone | None:
    """The clock of the IANA time zone of that name, or None where there is none."""
    return Zone(ZoneInfo(name)) if is_zone(name) else None


def second_of(at: datetime) -> int:
    """The second that an instant lies in."""
    since = at - EPOCH
    return since.days * DAY + since.seconds


def instant(second: int) -> datetime:
    """The beginning of a second, in UTC."""
    return EPOCH + timedelta(seconds=second)


def local_date(local: int) -> date:
    """The date that a wall clock shows."""
    return date.fromordinal(local // DAY + _EPOCH_ORDINAL)


def weekday(local: int) -> int:
    """The ISO weekday that a wall clock shows: 1 Monday … 7 Sunday."""
    return (local // DAY + 3) % 7 + 1


def local_text(local: int) -> str:
    """What a wall clock shows, in ISO 8601 without a zone."""
    return instant(local).strftime("%Y-%m-%dT%H:%M:%S")


def parse_clock(text: str) -> int:
    """Seconds after midnight of "HH:MM", "00:00" to "24:00"."""
    hour, _, minute = text.partition(":")
    return int(hour) * 3600 + int(minute) * 60


def clock_text(seconds: int) -> str:
    """Seconds after midnight as "HH:MM"."""
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
