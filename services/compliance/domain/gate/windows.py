"""Kind `window`: hours of the local day, by the kind of day, in every candidate zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, UNKNOWN_ZONE, Check, Hit
from services.compliance.domain.gate.clocks import (
    DAY,
    Zone,
    clock_text,
    instant,
    local_date,
    local_text,
    parse_clock,
)
from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.schema import WindowRule
from shared.contracts.decisions import Effect

HORIZON_DAYS = 400
_KINDS = ("workday", "weekend", "makeup_workday", "holiday")
_HORIZON = HORIZON_DAYS * DAY

Ranges = tuple[tuple[int, int], ...]


class WindowCheck(Check):
    """Permitted are the hours of the day's kind; where the calendar ends, those of every kind of day."""

    __slots__ = ("_calendar", "_on_day", "_on_missing", "_on_unknown", "_possible", "_same")

    def __init__(
        self, rule: WindowRule, calendar: Calendar | None, on_missing: Effect, on_unknown: Effect
    ) -> None:
        self._calendar = calendar
        self._on_missing = on_missing
        self._on_unknown = on_unknown
        on_day: dict[str | None, Ranges] = {kind: _ranges(rule, kind) for kind in _KINDS}
        self._same = on_day[_KINDS[0]] if len(set(on_day.values())) == 1 else None
        self._possible = _merged(hours for ranges in on_day.values() for hours in ranges)
        # Where the calendar ends: the hours that are permitted whatever kind of day it is.
        self._on_day = on_day | {None: _common(on_day.values())}

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit for each zone whose clock is outside; one in doubt where no zone or kind of day is known."""
        if not moment.locals:
            return (Hit(UNKNOWN_ZONE, self._on_unknown),)
        found: list[Hit] | None = None
        for zone, local in zip(asked.zones, moment.locals, strict=True):
            second = local % DAY
            for begin, end in self._same if self._same is not None else self._ranges_on(local):
                if begin <= second < end:
                    break
            else:
                found = found or []
                found.append(self._hit(zone, local))
        return found or NO_HITS

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """The first instant at which all zones' clocks are inside; None if none comes in HORIZON_DAYS."""
        if not asked.zones:
            return None
        at, last, limit = moment.second + 1, -1, moment.second + _HORIZON
        while at != last:
            last = at
            for zone in asked.zones:
                found = self._opens(zone, at, limit)
                if found is None:
                    return None
                at = found
        return instant(at)

    def may_begin(self, asked: Asked, moment: Moment, end: datetime) -> Sequence[datetime]:
        """When the hours that the moment lies in end, at midnight at the latest, by each zone's clock."""
        found: list[datetime] = []
        ahead = (end - moment.at).total_seconds() + 1
        for zone, local in zip(asked.zones, moment.locals, strict=True):
            second = local % DAY
            for begin, close in self._same if self._same is not None else self._ranges_on(local):
                if begin <= second < close and close - second <= ahead:
                    found.append(instant(zone.reaches(local - second + close, moment.second)))
        return found

    def _opens(self, zone: Zone, at: int, limit: int) -> int | None:
        """The first second from `at` on at which the zone's clock is inside."""
        while at < limit:
            local = zone.local(at)
            second = local % DAY
            midnight = local - second
            following = midnight + DAY
            for begin, end in self._ranges_on(local):
                if begin <= second < end:
                    return at
                if begin > second:
                    following = midnight + begin
                    break
            # A clock that jumps on the way there may come to show a permitted hour earlier.
            there = zone.reaches(following, at)
            at = next(iter(zone.changes(at, there)), there)
        return None

    def _ranges_on(self, local: int) -> Ranges:
        return self._on_day[self._kind(local)] if self._same is None else self._same

    def _kind(self, local: int) -> str | None:
        return None if self._calendar is None else self._calendar.kind_of(local_date(local))

    def _hit(self, zone: Zone, local: int) -> Hit:
        numbers = {"zone": zone.name, "local": local_text(local)}
        if self._same is not None:
            return Hit(numbers | {"permitted": _text(self._same)})
        kind = self._kind(local)
        if kind is not None:
            return Hit(numbers | {"permitted": _text(self._on_day[kind]), "day": kind})
        in_doubt = any(begin <= local % DAY < end for begin, end in self._possible)
        return Hit(numbers | {"day": "not in the calendar"}, self._on_missing if in_doubt else None)


def _ranges(rule: WindowRule, kind: str) -> Ranges:
    return _merged(
        (parse_clock(hours.from_), parse_clock(hours.to))
        for hours in rule.allow
        if kind in hours.days or "any" in hours.days
    )


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)


def _common(many: Iterable[Ranges]) -> Ranges:
    minutes = [{minute for begin, end in ranges for minute in range(begin, end, 60)} for ranges in many]
    return _merged((minute, minute + 60) for minute in set.intersection(*minutes))


def _text(ranges: Ranges) -> str:
    return ", ".join(f"{clock_text(begin)}-{clock_text(end)}" for begin, end in ranges) or "never"
