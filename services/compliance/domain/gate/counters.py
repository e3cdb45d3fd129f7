"""Kind `counter`: at most so many events for the same keys, over days by the local clock, hours, or ever.

Attempts in the future count too, so what counts only becomes less as time passes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import NO_HITS, Check, Hit, Matter, later_of
from services.compliance.domain.gate.clocks import DAY, Zone, instant, second_of
from services.compliance.domain.gate.counting import Matching
from services.compliance.domain.gate.facts import Attempt
from services.compliance.domain.packs.schema import CounterRule
from shared.contracts.decisions import Effect

CLOCK_CHANGE = timedelta(hours=2)
"""By so much local days may together be longer than as many times 24 hours, in any zone."""


class CounterCheck(Check):
    """`max` is the last permitted number: it hits once so many events have happened.

    Of what is counted when it goes out, the attempt asked for would be one more than `max`; of outcomes, its
    own is not known yet, and could be.
    """

    __slots__ = ("_days", "_length", "_matching", "_max", "_on_unknown", "_told")

    def __init__(self, rule: CounterRule, on_unknown: Effect) -> None:
        self._matching = Matching(rule.count, rule.per)
        self._max = rule.max
        self._on_unknown = on_unknown
        window = rule.window
        self._days = {"calendar_day": 1, "rolling_local_days": window.days}.get(window.type)
        self._length: timedelta | None = None
        if self._days is not None:
            self._length = timedelta(days=self._days) + CLOCK_CHANGE
        elif window.hours is not None:
            self._length = timedelta(hours=window.hours)
        size = window.days or window.hours
        self._told = {
            "event": rule.count.event,
            "window": window.type if size is None else f"{window.type}({size})",
            "per": ", ".join(rule.per),
            "max": str(rule.max),
        }

    @property
    def only_with(self) -> Matter | None:
        """Attempts, unless not a single one is permitted."""
        return Matter.ATTEMPTS if self._max else None

    @property
    def looks_back(self) -> timedelta:
        """The longest that its window can be."""
        return self._length or timedelta()

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit with the worst count of all candidate zones and debts."""
        if len(asked.facts.attempts if self._length is None else asked.recent) < self._max:
            return NO_HITS
        attempts = self._matching.since(asked, self._cutoff(moment))
        if len(attempts) < self._max:
            return NO_HITS
        worst: tuple[int, dict[str, str]] = (-1, {})
        for number, about in enumerate(self._matching.by_debt(asked, attempts)):
            if len(about) >= self._max:
                count, where = self._worst_zone(asked, moment, about)
                if self._matching.debts and asked.request.debts:
                    where = {"debt": asked.request.debts[number]} | where
                worst = max(worst, (count, where), key=lambda pair: pair[0])
        count, where = worst
        if count < self._max:
            return NO_HITS
        in_doubt = self._days is not None and not asked.zones
        numbers = {"count": str(count)} | self._told | where
        return (Hit(numbers, self._on_unknown if in_doubt else None),)

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """When so many of the events have left the window that one more is permitted."""
        attempts = self._matching.since(asked, self._cutoff(moment))
        return later_of(
            [
                self._falls_below(asked, moment, about)
                for about in self._matching.by_debt(asked, attempts)
                if len(about) >= self._max
            ]
        )

    def _cutoff(self, moment: Moment) -> datetime | None:
        """Before it nothing counts, in whichever zone: what happened exactly so long ago is out."""
        return None if self._length is None else moment.at - self._length + timedelta.resolution

    def _worst_zone(
        self, asked: Asked, moment: Moment, attempts: list[Attempt]
    ) -> tuple[int, dict[str, str]]:
        if self._days is None or not asked.zones:
            # Without a zone: all that any zone's clock could put into the window.
            return len(attempts), {} if self._days is None else {"zone": "unknown"}
        worst = (-1, "")
        seconds = [second_of(attempt.at) for attempt in attempts]
        for zone, local in zip(asked.zones, moment.locals, strict=True):
            first = (local // DAY - self._days + 1) * DAY
            count = sum([zone.local(second) >= first for second in seconds])
            if count > worst[0]:
                worst = (count, zone.name)
        return worst[0], {"zone": worst[1]}

    def _falls_below(self, asked: Asked, moment: Moment, attempts: list[Attempt]) -> datetime | None:
        if self._max == 0 or self._length is None:
            return None
        # The last of the events that has to leave, and when it does.
        last = sorted((attempt.at for attempt in attempts), reverse=True)[self._max - 1]
        if self._days is None or not asked.zones:
            return last + self._length
        return max(
            instant(zone.reaches(self._first_free(zone, attempts) * DAY, moment.second + 1))
            for zone in asked.zones
        )

    def _first_free(self, zone: Zone, attempts: list[Attempt]) -> int:
        assert self._days is not None
        days = sorted((zone.local(second_of(attempt.at)) // DAY for attempt in attempts), reverse=True)
        return days[self._max - 1] + self._days
