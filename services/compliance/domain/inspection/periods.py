"""Periods of sampling: local days, weeks and months, in an order without gaps."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.compliance.domain.inspection.words import Span

_DAY = timedelta(days=1)


class Period(NamedTuple):
    """The local dates [first, end) and the instants [starts_at, ends_at) that they are, in UTC."""

    first: date
    end: date
    starts_at: datetime
    ends_at: datetime


def period_of(span: Span, day: date, zone: str) -> Period:
    """The period in which a local date lies."""
    if span is Span.DAY:
        first, end = day, day + _DAY
    elif span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        end = first + timedelta(days=7)
    else:
        first = day.replace(day=1)
        end = (first + timedelta(days=31)).replace(day=1)
    return Period(first, end, midnight(first, zone), midnight(end, zone))


def ended(span: Span, since: date, until: datetime, zone: str) -> Iterator[Period]:
    """The whole periods that begin on `since` or later and have ended by `until`, the earliest first."""
    period = period_of(span, since, zone)
    if period.first < since:
        period = period_of(span, period.end, zone)
    while period.ends_at <= until:
        yield period
        period = period_of(span, period.end, zone)


def midnight(day: date, zone: str) -> datetime:
    """The instant at which a local date begins."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
