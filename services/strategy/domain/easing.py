"""Holiday easing (节假日适当减少力度): on days off the ladder moves slower, or stands still."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.calendar.days import DayCalendar, KindOfDay

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Easing:
    """How fast time runs for ladders, by kind of day: 1 as always, 0.5 half as fast, 0 not at all.

    Half the intensity is half the contacts: an interval of three days that lies in such days takes six. Days
    that `intensity` does not name run as always, and so do workdays.
    """

    calendar: DayCalendar
    zone: ZoneInfo
    intensity: Mapping[KindOfDay, float]

    def after(self, start: datetime, interval: timedelta) -> datetime:
        """The instant, in UTC, at which `interval` has run since `start`, and at which time runs at all."""
        at, left = start.astimezone(UTC), interval
        while True:
            day = at.astimezone(self.zone).date()
            ends = datetime.combine(day + _ONE_DAY, time.min, self.zone).astimezone(UTC)
            share = self.intensity.get(self.calendar.kind_of(day), 1.0)
            runs = (ends - at) * share
            if share and left < runs:
                return at + left / share
            left = max(left - runs, timedelta())
            at = ends
