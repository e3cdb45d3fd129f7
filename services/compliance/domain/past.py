"""How much of a person's past the rules look at."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from services.compliance.domain.packs.schema import (
    ANY,
    AnyRule,
    CooldownRule,
    CounterRule,
    CountWindow,
    Pack,
)
from shared.contracts.vocabulary import Purpose

_TWO_DAYS = timedelta(days=2)
"""More than the local dates of one instant differ anywhere."""


class History(NamedTuple):
    """Which past is looked at: from `since` on, and for ever of the `lasting` purposes.

    `at` is the earliest instant that is asked about: what ended before it is left out.
    """

    since: datetime
    at: datetime
    lasting: tuple[str, ...] = ()


class Past(NamedTuple):
    """How long ago attempts still count, and of which purposes they count for ever."""

    length: timedelta
    lasting: tuple[str, ...] = ()

    def before(self, at: datetime) -> History:
        """What has to be known to decide at that instant or later."""
        return History(at - self.length, at, self.lasting)


def past_of(packs: Iterable[Pack], at_least: timedelta) -> Past:
    """What the rules of all these packs together look at."""
    rules = [rule for pack in packs for rule in pack.rules]
    longest = max((_length(rule) for rule in rules), default=timedelta())
    lasting = {purpose for rule in rules for purpose in _lasting(rule)}
    return Past(max(longest + _TWO_DAYS, at_least), tuple(sorted(lasting)))


def _length(rule: AnyRule) -> timedelta:
    if isinstance(rule, CooldownRule):
        return timedelta(days=rule.days)
    return _of_window(rule.window) if isinstance(rule, CounterRule) else timedelta()


def _of_window(window: CountWindow) -> timedelta:
    if window.type == "ever":
        return timedelta()
    return timedelta(days=window.days or 0, hours=window.hours or 0) or timedelta(days=1)


def _lasting(rule: AnyRule) -> tuple[Purpose, ...]:
    if not isinstance(rule, CounterRule) or rule.window.type != "ever":
        return ()
    purposes = rule.applies.purposes
    return tuple(Purpose) if purposes == ANY else tuple(Purpose(purpose) for purpose in purposes)
