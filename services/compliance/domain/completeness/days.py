"""The days of a provider: when each begins, ends, and is to be compared."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EDGE = timedelta(hours=1)
"""Before and after the day: whose clocks differ still find each other's contacts."""


class Day(NamedTuple):
    """A day of a provider, as instants; `ends_at` is exclusive."""

    day: date
    begins_at: datetime
    ends_at: datetime

    def compared_until(self, now: datetime) -> datetime:
        """How far the day can be compared at `now`: to its end, or to this moment."""
        return min(self.ends_at, now)

    def settled_until(self, now: datetime, delay: timedelta) -> datetime:
        """Up to when contacts have been made so long ago that the provider has to know them."""
        return min(self.ends_at, now - delay)


def day_of(day: date, zone: ZoneInfo) -> Day:
    """The instants of a local date; 23 or 25 hours where clocks change."""
    return Day(day, _midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def last_day(now: datetime, zone: ZoneInfo) -> date:
    """The last day that has ended by `now`."""
    return now.astimezone(zone).date() - timedelta(days=1)


def missed_days(known: Collection[date], last: date) -> list[date]:
    """The days up to `last` that are not known, from the first one known on, the oldest first.

    Where none is known yet, `last` alone: a provider is compared from when it was configured on.
    """
    first = min(known, default=last)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day not in known]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(ZoneInfo("UTC"))
