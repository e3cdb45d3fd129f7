"""Our holidays against two packages that keep them independently."""

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from services.compliance.domain.packs.calendar import Calendar
from services.compliance.pack_files import load_library

CALENDARS = load_library().calendars
CN = CALENDARS["cn-official"]


def days(*years: int) -> Iterator[date]:
    day = date(years[0], 1, 1)
    while day.year in years:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_chinese_days_are_those_of_chinesecalendar(year: int) -> None:
    for day in days(year):
        free = chinese_calendar.is_holiday(day)
        _, name = chinese_calendar.get_holiday_detail(day)
        weekend = day.isoweekday() >= 6
        expected = (
            ("holiday" if name else "weekend") if free else ("makeup_workday" if weekend else "workday")
        )
        assert CN.kind_of(day) == expected, day


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_chinese_days_are_those_of_holidays(year: int) -> None:
    theirs = holidays.country_holidays("CN", years=year)
    worked = {day for day in days(year) if day in theirs.weekend_workdays}
    assert worked == {day for day in days(year) if CN.kind_of(day) == "makeup_workday"}
    for day in days(year):
        if day in theirs:
            assert CN.kind_of(day) == "holiday", day
        elif CN.kind_of(day) == "holiday":
            assert day.isoweekday() >= 6, day  # a weekend inside the days off, which they do not list


def test_every_year_names_the_notice_that_it_is_from() -> None:
    assert CN.sources == {
        2024: "国办发明电〔2023〕7号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
    }


def test_years_without_a_notice_are_not_covered() -> None:
    assert CN.kind_of(date(2023, 12, 31)) is None
    assert CN.kind_of(date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("calendar", "country", "part"),
    [("us-federal-holidays", "US", None), ("gb-england-wales", "GB", "ENG")],
)
def test_public_holidays_abroad_are_those_of_holidays(calendar: str, country: str, part: str | None) -> None:
    ours: Calendar = CALENDARS[calendar]
    years = range(2024, 2028)
    theirs = holidays.country_holidays(country, subdiv=part, years=years)
    assert ours.years == set(years)
    assert {day for day in days(*years) if ours.kind_of(day) == "holiday"} == {
        day for day in theirs if day.year in years
    }


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 14), "makeup_workday"),
        (date(2026, 2, 16), "holiday"),
        (date(2026, 2, 28), "makeup_workday"),
        (date(2026, 3, 1), "weekend"),
        (date(2026, 3, 2), "workday"),
    ],
)
def test_kinds_of_days_are_told_apart(day: date, kind: str) -> None:
    assert CN.kind_of(day) == kind
