"""Kind `cooldown`: no contact on the local dates that begin with the date of the last such event as day 1."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, Check, Hit, Matter
from services.compliance.domain.gate.clocks import DAY, instant, local_date, second_of
from services.compliance.domain.gate.counters import CLOCK_CHANGE
from services.compliance.domain.gate.counting import Matching
from services.compliance.domain.packs.schema import CooldownRule
from shared.contracts.decisions import Effect


class CooldownCheck(Check):
    """Blocked on the dates D to D + days - 1 of every candidate zone, D being the date of the last event."""

    __slots__ = ("_days", "_matching", "_on_unknown", "_reach", "_told")

    def __init__(self, rule: CooldownRule, on_unknown: Effect) -> None:
        self._matching = Matching(rule.after, rule.per)
        self._days = rule.days
        self._reach = timedelta(days=rule.days) + CLOCK_CHANGE
        self._on_unknown = on_unknown
        self._told = {"event": rule.after.event, "days": str(rule.days), "per": ", ".join(rule.per)}

    @property
    def only_with(self) -> Matter | None:
        """Attempts."""
        return Matter.ATTEMPTS

    @property
    def looks_back(self) -> timedelta:
        """The longest that its days can be."""
        return self._reach

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit for the zone in which the event's date is blocked the longest."""
        last = self._last(asked, moment)
        if last is None:
            return NO_HITS
        if not asked.zones:
            return (Hit(self._told | {"zone": "unknown"}, self._on_unknown),)
        second = second_of(last)
        worst: tuple[int, dict[str, str]] = (0, {})
        for zone, local in zip(asked.zones, moment.locals, strict=True):
            day = zone.local(second) // DAY
            left = day + self._days - local // DAY
            if left > worst[0]:
                where = {"zone": zone.name, "event_on": local_date(day * DAY).isoformat()}
                worst = (left, where | {"free_on": local_date((day + self._days) * DAY).isoformat()})
        return (Hit(self._told | worst[1]),) if worst[0] > 0 else NO_HITS

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """The first midnight after the blocked dates, in every zone."""
        last = self._last(asked, moment)
        if last is None:
            return None
        if not asked.zones:
            return last + self._reach
        second = second_of(last)
        return max(
            instant(zone.reaches((zone.local(second) // DAY + self._days) * DAY, moment.second + 1))
            for zone in asked.zones
        )

    def _last(self, asked: Asked, moment: Moment) -> datetime | None:
        """The last event about any debt of the request, if it may still block."""
        attempts = self._matching.since(asked, moment.at - self._reach + timedelta.resolution)
        return max(
            (attempt.at for about in self._matching.by_debt(asked, attempts) for attempt in about),
            default=None,
        )
