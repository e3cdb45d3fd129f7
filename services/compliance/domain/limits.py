"""Limits that pass with time: hours and caps, by the clock of every zone that may be the person's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.compliance.domain.facts import Attempt
from services.compliance.domain.rules import DAY_CAP, QUIET_HOURS, JurisdictionRules
from services.compliance.domain.window import clock_text, reached
from shared.contracts.decisions import Effect, Force, Reason

_DAY = timedelta(days=1)
_HORIZON = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Limit:
    """One jurisdiction's hours and cap by one zone's clock."""

    zone: ZoneInfo
    rules: JurisdictionRules

    def next_permitted(self, instant: datetime, counts: Counter[date]) -> datetime:
        """The first instant from `instant` on that is inside the hours of a day below the cap."""
        window, cap = self.rules.window, self.rules.day_cap
        found = window.next_open(self.zone, instant)
        day = found.astimezone(self.zone).date()
        while counts[day] >= cap:
            found = window.next_open(self.zone, reached(self.zone, day + _DAY, window.start))
            day = found.astimezone(self.zone).date()
        return found

    def hoursreason(self, local: datetime) -> Reason:
        """Contact is not permitted at this hour."""
        numbers = {
            "jurisdiction": self.rules.code,
            "zone": self.zone.key,
            "local": f"{local:%H:%M}",
            "from": clock_text(self.rules.window.start),
            "to": clock_text(self.rules.window.end),
        }
        return reason(QUIET_HOURS, Effect.DEFER, self.rules.window_force, self.rules.window_citation, numbers)

    def capreason(self, day: date, count: int) -> Reason:
        """The day's attempts are used up."""
        numbers = {
            "jurisdiction": self.rules.code,
            "zone": self.zone.key,
            "date": day.isoformat(),
            "count": str(count),
            "max": str(self.rules.day_cap),
        }
        return reason(DAY_CAP, Effect.DEFER, self.rules.cap_force, self.rules.cap_citation, numbers)


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of a request; the strictest counts."""

    limits: tuple[Limit, ...]
    attempts: Sequence[Attempt]

    def reasons(self, now: datetime) -> list[Reason]:
        """The limits that stand in the way at `now`."""
        found = []
        for limit in self.limits:
            local = now.astimezone(limit.zone)
            if not limit.rules.window.contains(local):
                found.append(limit.hoursreason(local))
            if self.attempts:
                count = self._counts(limit.zone)[local.date()]
                if count >= limit.rules.day_cap:
                    found.append(limit.capreason(local.date(), count))
        return found

    def next_permitted(self, now: datetime) -> datetime | None:
        """The first instant that all limits permit if nothing else happens; None if there is none."""
        counted = [(limit, self._counts(limit.zone)) for limit in self.limits]
        instant, last = now, None
        while instant != last and instant - now < _HORIZON:
            last = instant
            for limit, counts in counted:
                instant = limit.next_permitted(instant, counts)
        return instant if instant == last else None

    def valid_until(self, now: datetime, ttl: timedelta) -> datetime:
        """When a permit given at `now` ends: after `ttl`, or earlier with the window that closes first."""
        ends = now + ttl
        for limit in self.limits:
            ends = min(ends, limit.rules.window.closes(limit.zone, now))
        return ends

    def never(self, now: datetime) -> Reason:
        """The hours of the candidate zones do not meet."""
        zones = ",".join(sorted({limit.zone.key for limit in self.limits}))
        first = self.limits[0].rules
        return reason(QUIET_HOURS, Effect.REVIEW, first.window_force, first.window_citation, {"zone": zones})

    def _counts(self, zone: ZoneInfo) -> Counter[date]:
        return Counter(attempt.at.astimezone(zone).date() for attempt in self.attempts)


def reason(rule_id: str, effect: Effect, force: Force, citation: str, numbers: dict[str, str]) -> Reason:
    """A rule that applied, with the numbers it used."""
    return Reason(rule_id=rule_id, effect=effect, force=force, citation=citation, numbers=numbers)
