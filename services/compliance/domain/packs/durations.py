"""Periods as packs write them: ISO 8601 without fractions, `P10BD` in business days, steps joined by `+`."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

UNTIL_SETTLED = "until_settled"
_CALENDAR_PERIOD = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?",
    re.ASCII,
)
_BUSINESS_DAYS = re.compile(r"P(?P<business_days>\d+)BD", re.ASCII)
_MOST_MONTHS = 12 * 100
_MOST_DAYS = 366 * 100
_MOST_MINUTES = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class Step:
    """One period. Either business days, or calendar units; hours and minutes only without the others."""

    months: int = 0
    days: int = 0
    minutes: int = 0
    business_days: int = 0


def parse_period(text: str) -> tuple[Step, ...]:
    """The steps of a period, in order. Raises ValueError with what is wrong."""
    steps = tuple(_step(part) for part in text.split("+"))
    if len(steps) > 1 and any(step.minutes for step in steps):
        raise ValueError(f"{text}: hours and minutes stand alone")
    return steps


def _step(text: str) -> Step:
    found = _BUSINESS_DAYS.fullmatch(text) or _CALENDAR_PERIOD.fullmatch(text)
    if found is None or text.endswith("T"):
        raise ValueError(f"{text} is no ISO 8601 period (P3Y, P15D, PT5M) and no business days (P10BD)")
    digits = {unit: count for unit, count in found.groupdict().items() if count}
    units = {unit: int(count[:9]) for unit, count in digits.items()}
    step = Step(
        months=12 * units.get("years", 0) + units.get("months", 0),
        days=7 * units.get("weeks", 0) + units.get("days", 0),
        minutes=60 * units.get("hours", 0) + units.get("minutes", 0),
        business_days=units.get("business_days", 0),
    )
    if step == Step():
        raise ValueError(f"{text} is an empty period")
    if (
        step.months > _MOST_MONTHS
        or max(step.days, step.business_days) > _MOST_DAYS
        or step.minutes > _MOST_MINUTES
    ):
        raise ValueError(f"{text} is longer than a pack can mean")
    if step.minutes and (step.months or step.days):
        raise ValueError(f"{text}: hours and minutes stand alone")
    return step


def add_months(day: date, months: int) -> date:
    """The corresponding date, or the month's last day where there is none (Civil Code art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
