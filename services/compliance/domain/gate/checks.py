"""What every kind of rule answers: does it stand in the way, until when, and when might it begin to?"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.compliance.domain.gate.asking import Asked, Moment
from shared.contracts.decisions import Effect

UNKNOWN_ZONE = {"zone": "unknown"}


class Matter(StrEnum):
    """What some rules are all about; without any of it they have nothing to look at."""

    ATTEMPTS = "attempts"
    HOLDS = "holds"
    PREFERENCES = "preferences"
    CONTENT = "content"


class Hit(NamedTuple):
    """A rule stands in the way: the numbers it used, and the effect where it is not the rule's own."""

    numbers: dict[str, str]
    effect: Effect | None = None


NO_HITS: tuple[Hit, ...] = ()


class Check(ABC):
    """One rule, compiled. The instants that it tells need not be exact, only on the safe side.

    Whoever uses them looks again at the instant told: `next_permitted` may be too early, never too late;
    `may_begin` may name too many instants, never too few.
    """

    __slots__ = ()

    @property
    def only_with(self) -> Matter | None:
        """What has to be there for it ever to hit; None: it has to be looked at for every request."""
        return None

    @property
    def looks_back(self) -> timedelta:
        """How far back the attempts lie that it counts; nothing if it counts none, or all."""
        return timedelta()

    @property
    def duties(self) -> Sequence[str]:
        """What an allowed contact has to hold or do because of the rule."""
        return ()

    @property
    def always_passes(self) -> bool:
        """Whether it never stands in the way of requests of its kind."""
        return False

    @abstractmethod
    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """Why the contact may not be made at the moment; empty if the rule does not stand in the way."""

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """For a rule that hits: an instant later than the moment, before which it hits; None: for good."""
        return None

    def may_begin(self, asked: Asked, moment: Moment, end: datetime) -> Sequence[datetime]:
        """For a rule that does not hit: the instants in (moment, end] at which it may begin to.

        It may name later ones, too. Jumps of the clocks, holds that begin and consents that end are looked at
        without asking.
        """
        return ()


def later_of(instants: Sequence[datetime | None]) -> datetime | None:
    """The latest; None, for good, if any is."""
    latest: datetime | None = None
    for instant in instants:
        if instant is None:
            return None
        latest = instant if latest is None else max(latest, instant)
    return latest
