"""Kind `sequence`: something must have happened first, or still be due in time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, Check, Hit
from services.compliance.domain.gate.clocks import DAY, instant, local_date, second_of
from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.durations import add_months, parse_period
from services.compliance.domain.packs.schema import SequenceRule

_EPOCH_DAY = date(1970, 1, 1)
_MOST_AHEAD = timedelta(hours=14)
"""Where no zone is known, local dates may end so much earlier than those of UTC."""


class SequenceCheck(Check):
    """For each debt the event is on file, or its time after the event `of` has not run out.

    Where neither is on file nothing tells that there is time left.
    """

    __slots__ = ("_calendar", "_steps", "_wanted")

    def __init__(self, rule: SequenceRule, calendar: Calendar | None) -> None:
        self._wanted = rule.require
        self._steps = parse_period(rule.require.by)
        self._calendar = calendar

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit for each debt for which it neither happened nor has time left."""
        if asked.facts.known.get(self._wanted.event):
            return NO_HITS
        found = []
        for debt in asked.request.debts or (None,):
            if self._first(self._wanted.event, debt, asked, moment) is not None:
                continue
            numbers = {"missing": self._wanted.event, "by": self._wanted.by, "of": self._wanted.of}
            if debt is not None:
                numbers["debt"] = debt
            start = self._first(self._wanted.of, debt, asked, moment)
            if start is not None:
                due = self._due(start, asked)
                if due is not None and moment.at < due:
                    continue
                numbers |= {"of_at": start.isoformat()} | ({"due": due.isoformat()} if due else {})
            found.append(Hit(numbers))
        return found

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """When an event on file that lies in the future has happened."""
        return min((event.at for event in asked.facts.events if event.at > moment.at), default=None)

    def may_begin(self, asked: Asked, moment: Moment, end: datetime) -> Sequence[datetime]:
        """When the time for it runs out."""
        starts = [event.at for event in asked.facts.events if event.kind == self._wanted.of]
        return [due for due in (self._due(start, asked) for start in starts) if due is not None]

    def _first(self, kind: str, debt: str | None, asked: Asked, moment: Moment) -> datetime | None:
        return min(
            (
                event.at
                for event in asked.facts.events
                if event.kind == kind
                and event.at <= moment.at
                and (debt is None or event.debt in (None, debt))
            ),
            default=None,
        )

    def _due(self, start: datetime, asked: Asked) -> datetime | None:
        """The end of the last local date of the period in the zone where it ends first; day 0 is the start's.

        None where the calendar does not cover its business days.
        """
        minutes = sum(step.minutes for step in self._steps)
        if minutes:
            return start + timedelta(minutes=minutes)
        second = second_of(start)
        if not asked.zones:
            last = self._last_day(local_date(second))
            return None if last is None else instant(_after(last)) - _MOST_AHEAD
        ends = []
        for zone in asked.zones:
            last = self._last_day(local_date(zone.local(second)))
            if last is None:
                return None
            ends.append(zone.reaches(_after(last), second))
        return instant(min(ends))

    def _last_day(self, day: date) -> date | None:
        for step in self._steps:
            day = add_months(day, step.months) + timedelta(days=step.days)
            if not step.business_days:
                continue
            reached = (
                None if self._calendar is None else self._calendar.add_business_days(day, step.business_days)
            )
            if reached is None:
                return None
            day = reached
        return day


def _after(day: date) -> int:
    return (day - _EPOCH_DAY).days * DAY + DAY
