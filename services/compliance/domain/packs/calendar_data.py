"""Calendars as data: one file a calendar, each year with the official notice that it is from."""

from datetime import date, timedelta
from typing import Literal

import msgspec

from services.compliance.domain.packs.calendar import Calendar, KindOfDay
from services.compliance.domain.packs.problems import PackError, Problem
from services.compliance.domain.packs.said import Said

_ONE_DAY = timedelta(days=1)


class DaysOff(Said, frozen=True, kw_only=True):
    """One holiday: the days from `from` to `to`, both included; without `to` it is one day."""

    name: str
    from_: date = msgspec.field(name="from")
    to: date | None = None


class Year(Said, frozen=True, kw_only=True):
    """A year's days off, and the working days among its weekends; `source` is the official notice."""

    source: str
    published: date | None = None
    holidays: tuple[DaysOff, ...]
    makeup_workdays: tuple[date, ...] = ()


class CalendarData(Said, frozen=True, kw_only=True):
    """A calendar's file."""

    api_version: Literal["collections.compliance/v1"] = msgspec.field(name="apiVersion")
    kind: Literal["Calendar"]
    id: str
    version: str
    weekend: tuple[int, ...]
    years: dict[str, Year]


def calendar_of(file: str, data: CalendarData) -> Calendar:
    """The calendar that the data describe. Raises PackError with everything that is wrong with them."""
    problems = [Problem(file, field, what, "Correct the date or the year") for field, what in _wrong(data)]
    if problems:
        raise PackError(*problems)
    special: dict[date, KindOfDay] = {}
    for year in data.years.values():
        special |= dict.fromkeys(_days_off(year), "holiday")
        special |= dict.fromkeys(year.makeup_workdays, "makeup_workday")
    return Calendar(
        id=data.id,
        version=data.version,
        weekend=frozenset(data.weekend),
        years=frozenset(map(int, data.years)),
        special=special,
        sources={int(number): year.source for number, year in data.years.items()},
    )


def _wrong(data: CalendarData) -> list[tuple[str, str]]:
    wrong = []
    if not all(1 <= day <= 7 for day in data.weekend):
        wrong.append(("weekend", "weekdays are 1 (Monday) to 7 (Sunday)"))
    for number, year in data.years.items():
        field = f"years.{number}"
        if not (number.isascii() and number.isdigit() and len(number) == 4):
            wrong.append((field, "not a year"))
            continue
        wrong += [
            (field, f"{h.name} ends before it begins") for h in year.holidays if h.to and h.to < h.from_
        ]
        days = _days_off(year)
        both = [*days, *year.makeup_workdays]
        wrong += [(field, f"{day} lies in another year") for day in both if day.year != int(number)]
        wrong += [(field, f"{day} is given twice") for day in sorted({d for d in both if both.count(d) > 1})]
        wrong += [
            (field, f"{day} is a make-up workday but no weekend day")
            for day in year.makeup_workdays
            if day.isoweekday() not in data.weekend
        ]
    return wrong


def _days_off(year: Year) -> list[date]:
    days = []
    for holiday in year.holidays:
        day, last = holiday.from_, holiday.to or holiday.from_
        while day <= last:
            days.append(day)
            day += _ONE_DAY
    return days
