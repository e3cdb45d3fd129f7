"""The policy in force: who is a case, which segment it is in, what is done and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.strategy.domain.conditions import Condition
from services.strategy.domain.easing import Easing
from services.strategy.domain.inputs import NOTHING_KNOWN, SegmentInputs
from shared.contracts.delinquency import CustomerPosition
from shared.contracts.vocabulary import CaseStage, Channel, Purpose

_CENT = Decimal("0.01")


class LadderEnd(StrEnum):
    """What follows the last step.

    `hold_at_last`: nothing, but a broken promise takes the last step again. `stop`: nothing.
    """

    REPEAT = "repeat"
    HOLD_AT_LAST = "hold_at_last"
    STOP = "stop"


class Owner(StrEnum):
    """Who is responsible for a segment's cases or for a step (register row B6)."""

    AUTOMATIC = "automatic"
    CALL_CENTRE = "call_centre"
    COLLECTOR = "collector"
    SPECIALIST = "specialist"
    RELATIONSHIP_MANAGER = "relationship_manager"
    BRANCH = "branch"
    LEGAL = "legal"
    AGENCY = "agency"
    PARTNER = "partner"


ORDINARY_PRIORITY = 50
"""Of segments from 0 to 100 (register row C3); what work lists weigh beside the case's own figures."""


@dataclass(frozen=True, slots=True)
class Step:
    """One treatment of a ladder, due `interval` after the step before (the first: after segment entry).

    `owner` takes it, the segment's owner where it is None; `within` is how long it may take.
    """

    number: int
    interval: timedelta
    channel: Channel
    purpose: Purpose
    template: str
    owner: Owner | None = None
    within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps in order, and how it ends; `repeat_every` is set where the last step repeats."""

    steps: tuple[Step, ...]
    end: LadderEnd
    repeat_every: timedelta | None = None

    def pause_after(self, number: int) -> timedelta | None:
        """How long after step `number` the next is due; None where nothing follows."""
        if number < len(self.steps):
            return self.steps[number].interval
        return self.repeat_every


@dataclass(frozen=True, slots=True)
class ServiceLevels:
    """By when a segment's owner has to act; None: no limit. Counted from segment entry.

    `first_contact`: the first contact is made. `review_every`: somebody looks at the case. `longest`: the
    case has left the segment.
    """

    first_contact: timedelta | None = None
    review_every: timedelta | None = None
    longest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of cases treated alike: those that match one of `when`; all of them where that is empty."""

    name: str
    stage: CaseStage
    when: tuple[Condition, ...]
    ladder: Ladder
    owner: Owner = Owner.AUTOMATIC
    priority: int = ORDINARY_PRIORITY
    levels: ServiceLevels = ServiceLevels()


@dataclass(frozen=True, slots=True)
class Placement:
    """The segment of a position, and the reason codes."""

    segment: Segment
    reasons: tuple[str, ...]


OTHERWISE = ("otherwise",)
"""The reason code of the last segment, which takes what no other took."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the strategy. `tag` names it in every decision; `digest` is its document's SHA-256.

    `looks_beyond`: some condition tests more than the position.
    """

    tag: str
    digest: str
    zone: ZoneInfo
    minimum_dpd: int
    minimum_arrears: Mapping[str, Decimal]
    pause_after_payment: timedelta
    grace_days: int
    tolerance: Decimal
    longest_promise_days: int
    segments: Mapping[str, Segment]
    easing: Easing | None = None
    looks_beyond: bool = False

    def enters(self, position: CustomerPosition) -> bool:
        """Whether the position is a case: enough days past due, enough arrears in some currency.

        A currency without a threshold counts from the smallest amount above zero.
        """
        if position.overdue_accounts < 1 or position.days_past_due < self.minimum_dpd:
            return False
        least = self.minimum_arrears
        return any(
            owed.amount > 0 and owed.amount >= least.get(owed.currency, 0) for owed in position.arrears
        )

    def place(self, position: CustomerPosition, inputs: SegmentInputs = NOTHING_KNOWN) -> Placement | None:
        """The one segment of the case, the first that matches; None below the entry threshold."""
        if not self.enters(position):
            return None
        for segment in self.segments.values():
            if not segment.when:
                return Placement(segment, OTHERWISE)
            for condition in segment.when:
                reasons = condition.reasons(position, inputs)
                if reasons is not None:
                    return Placement(segment, reasons)
        raise AssertionError("the last segment takes everything")

    def due(self, start: datetime, interval: timedelta) -> datetime:
        """When what is due `interval` after `start` is taken: later where days off ease the ladder."""
        return start + interval if self.easing is None else self.easing.after(start, interval)

    def promise_deadline(self, due: date) -> datetime:
        """The end, in UTC, of the last day of grace after `due`, in the policy's time zone."""
        last = due + timedelta(days=self.grace_days + 1)
        return datetime.combine(last, time.min, self.zone).astimezone(UTC)

    def needed(self, promised: Decimal) -> Decimal:
        """What has to be paid for a promise of this amount to be kept: less the tolerance, never nothing."""
        return max((promised * (1 - self.tolerance)).quantize(_CENT), min(promised, _CENT))

    def business_day(self, instant: datetime) -> date:
        """The calendar day of an instant in the policy's time zone."""
        return instant.astimezone(self.zone).date()
