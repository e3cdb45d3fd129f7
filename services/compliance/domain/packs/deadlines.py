"""When something is due after an event, and until when something is kept, as the packs in force say.

A period begins with the day after its event's local date and ends with its last day, at 24:00 local time.
Where a calendar's data end, days off that are not known are not counted: the date is the earliest possible
one, and marked as uncertain.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.choosing import PackSet, tag_of, zone_of
from services.compliance.domain.packs.durations import Step, add_months, parse_period
from services.compliance.domain.packs.duties import Deadline
from services.compliance.domain.packs.schema import Pack
from shared.contracts.vocabulary import Product

_ONE_DAY = timedelta(days=1)
_WEEKEND = frozenset({6, 7})


@dataclass(frozen=True, slots=True)
class End:
    """The end of a period.

    `last_day` is its last local date; `at` the instant (UTC) from which it is over. `counted` is the last day
    before it was moved because of days off. `certain` is False where the calendar's data do not reach.
    """

    last_day: date
    at: datetime
    counted: date
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """What is due by when, by which deadline of which pack (`id@version`).

    `extensions` are the later ends that may be granted.
    """

    end: End
    extensions: tuple[End, ...]
    deadline: Deadline
    pack: str


class _Counted(NamedTuple):
    day: date
    certain: bool


def deadline_of(packs: PackSet, event: str, start: datetime, product: Product | None = None) -> Due | None:
    """The earliest due date after an event at `start` (UTC) that a pack in force names; None where none does.

    Deadlines for other products do not count; with the product unknown all do.
    """
    found = [
        _due(deadline, pack, packs, start)
        for pack, deadline in _deadlines(packs)
        if deadline.event == event and (product is None or deadline.product in (None, product))
    ]
    return min(found, key=lambda due: due.end.at, default=None)


def end_of(period: str, start: datetime, zone: ZoneInfo, calendar: Calendar | None, *, moved: bool) -> End:
    """The end of a period after `start`. With `moved`, an end on a day off moves to after the days off."""
    steps = parse_period(period)
    if steps[0].minutes:
        at = start.astimezone(UTC) + timedelta(minutes=steps[0].minutes)
        day = at.astimezone(zone).date()
        return End(day, at, day)
    counted = _Counted(start.astimezone(zone).date(), True)
    for step in steps:
        counted = _count(counted, step, calendar)
    last = _after_days_off(counted, calendar) if moved else counted
    midnight = last.day + _ONE_DAY
    at = datetime(midnight.year, midnight.month, midnight.day, tzinfo=zone).astimezone(UTC)
    return End(last.day, at, counted.day, last.certain)


def _deadlines(packs: PackSet) -> Iterator[tuple[Pack, Deadline]]:
    for pack in (packs.base, *packs.overlays):
        for deadline in pack.deadlines:
            yield pack, deadline


def _due(deadline: Deadline, pack: Pack, packs: PackSet, start: datetime) -> Due:
    zone = zone_of(pack, packs.base)
    moved = deadline.last_day == "after_days_off"
    first, *later = (
        end_of(period, start, zone, packs.calendar, moved=moved)
        for period in (deadline.due, *deadline.extend)
    )
    return Due(first, tuple(later), deadline, tag_of(pack))


def _count(counted: _Counted, step: Step, calendar: Calendar | None) -> _Counted:
    if not step.business_days:
        return _Counted(add_months(counted.day, step.months) + timedelta(days=step.days), counted.certain)
    found = calendar.add_business_days(counted.day, step.business_days) if calendar else None
    if found is not None:
        return _Counted(found, counted.certain)
    return _Counted(_weekdays(counted.day, step.business_days, calendar), False)


def _weekdays(day: date, count: int, calendar: Calendar | None) -> date:
    """As business days, with the holidays that are known."""
    weekend = calendar.weekend if calendar else _WEEKEND
    while count:
        day += _ONE_DAY
        works = calendar.works(day) if calendar else None
        count -= (day.isoweekday() not in weekend) if works is None else works
    return day


def _after_days_off(counted: _Counted, calendar: Calendar | None) -> _Counted:
    found = calendar.after_days_off(counted.day) if calendar else None
    return _Counted(counted.day, False) if found is None else _Counted(found, counted.certain)
