"""What kind of day a local date is: weekends, holidays and make-up workdays from data files by year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import yaml

KindOfDay = Literal["holiday", "makeup_workday", "weekend", "workday"]

DATA = Path(__file__).parent / "data"
"""One file a calendar, of this form; the rule packs' calendars are the same files."""
_ONE_DAY = timedelta(days=1)


class _DaysOff(msgspec.Struct, frozen=True):
    name: str
    from_: date = msgspec.field(name="from")
    to: date | None = None


class _Year(msgspec.Struct, frozen=True):
    source: str
    holidays: tuple[_DaysOff, ...]
    makeup_workdays: tuple[date, ...] = ()


class _Data(msgspec.Struct, frozen=True):
    id: str
    version: str
    weekend: tuple[int, ...]
    years: dict[str, _Year]


@dataclass(frozen=True, eq=False, slots=True)
class DayCalendar:
    """The days off of a place. `special` are the dates that are not what their weekday says."""

    id: str
    version: str
    weekend: frozenset[int]
    """ISO weekdays, 1 Monday … 7 Sunday."""
    years: frozenset[int]
    """Those that the data cover; of others only the weekends are known."""
    special: Mapping[date, KindOfDay]

    def kind_of(self, day: date) -> KindOfDay:
        """The kind of day; in a year that the data do not cover, what its weekday says."""
        ordinary: KindOfDay = "weekend" if day.isoweekday() in self.weekend else "workday"
        return self.special.get(day, ordinary)


def calendar_ids() -> frozenset[str]:
    """The calendars that there are."""
    return frozenset(path.stem for path in DATA.glob("*.yaml"))


@cache
def calendar(calendar_id: str) -> DayCalendar:
    """The calendar of that id. Raises KeyError where there is none."""
    if calendar_id not in calendar_ids():
        raise KeyError(calendar_id)
    data = msgspec.convert(yaml.safe_load((DATA / f"{calendar_id}.yaml").read_text()), _Data)
    special: dict[date, KindOfDay] = {}
    for year in data.years.values():
        special |= dict.fromkeys(_days_off(year), "holiday")
        special |= dict.fromkeys(year.makeup_workdays, "makeup_workday")
    return DayCalendar(
        data.id, data.version, frozenset(data.weekend), frozenset(map(int, data.years)), special
    )


def _days_off(year: _Year) -> Iterator[date]:
    for holiday in year.holidays:
        day, last = holiday.from_, holiday.to or holiday.from_
        while day <= last:
            yield day
            day += _ONE_DAY
