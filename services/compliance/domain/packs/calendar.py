"""What kind of day a local date is, for the years that the calendar's data cover."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

KindOfDay = Literal["holiday", "makeup_workday", "weekend", "workday"]

_FREE_DAYS = frozenset({"holiday", "weekend"})


@dataclass(frozen=True, eq=False, slots=True)
class Calendar:
    """The days off of a jurisdiction, by local date.

    `special` holds the dates that are not what their weekday says; `years` those whose official notice the
    data hold, `sources` names it. A date of another year has no kind: who needs one fails closed.
    """

    id: str
    version: str
    weekend: frozenset[int]
    """ISO weekdays, 1 Monday … 7 Sunday."""
    years: frozenset[int]
    special: Mapping[date, KindOfDay]
    sources: Mapping[int, str]

    @property
    def tag(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    def kind_of(self, day: date) -> KindOfDay | None:
        """The kind of day; None where the data do not cover the year."""
        if day.year not in self.years:
            return None
        ordinary: KindOfDay = "weekend" if day.isoweekday() in self.weekend else "workday"
        return self.special.get(day, ordinary)

    def works(self, day: date) -> bool | None:
        """Whether business is done on that day; None where the data do not cover the year."""
        kind = self.kind_of(day)
        return None if kind is None else kind not in _FREE_DAYS

    def add_business_days(self, day: date, count: int) -> date | None:
        """The `count`-th business day after `day` (`count` from 1); None where the data end before it."""
        while count:
            day += timedelta(days=1)
            works = self.works(day)
            if works is None:
                return None
            count -= works
        return day

    def after_days_off(self, day: date) -> date | None:
        """The day itself, or the first business day after the days off that it lies in; None as above."""
        while not (works := self.works(day)):
            if works is None:
                return None
            day += timedelta(days=1)
        return day
