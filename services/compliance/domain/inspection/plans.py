"""Sampling plans: which share of contacts is inspected, and which of them rather than others. Data."""

from collections.abc import Container
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal

import msgspec

from services.compliance.domain.inspection.periods import Period, ended
from services.compliance.domain.inspection.words import Span
from services.compliance.domain.packs.zones import is_zone
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel

_LARGEST_WEIGHT = Decimal(1000)
_SMALLEST_WEIGHT = Decimal("0.001")
_ONE = Decimal(1)


class PlanError(ValueError):
    """A plan that cannot be drawn; the message is a sentence."""


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """By how much likelier a contact is chosen. The weights that apply are multiplied; 1 changes nothing."""

    channel: dict[Channel, Decimal] = {}
    finding: dict[Severity, Decimal] = {}
    """By the gravest automatic finding."""
    complaint: Decimal = _ONE
    """There is a complaint about the contact."""
    new_collector: Decimal = _ONE
    third_party: Decimal = _ONE
    """Somebody was contacted who does not owe the debt."""
    long_contact: Decimal = _ONE

    def all(self) -> list[Decimal]:
        """Every weight that is set."""
        alone = [self.complaint, self.new_collector, self.third_party, self.long_contact]
        return [*self.channel.values(), *self.finding.values(), *alone]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a plan. It holds for whole periods that begin on `valid_from` (local date) or later.

    Of each period's contacts `rate` (0 to 1, rounded up to a whole contact) or `number` are drawn, and at
    least `each_collector` of every collector's. Without channels it is about all of them. A collector is new
    for `new_collector_days` after the first transcript, a contact long from `long_seconds` on.
    """

    plan_id: str
    version: int
    title: str
    active: bool = True
    channels: tuple[Channel, ...] = ()
    span: Span = Span.DAY
    zone: str = "Asia/Shanghai"
    valid_from: date
    seed: str
    rate: Decimal | None = None
    number: int | None = None
    each_collector: int = 0
    weights: Weights = Weights()
    new_collector_days: int = 90
    long_seconds: int = 600

    def size_of(self, population: int) -> int:
        """How many of so many contacts are drawn at least."""
        if self.rate is None:
            return min(self.number or 0, population)
        # Rounded up: a small desk is inspected as well.
        return int((self.rate * population).to_integral_value(ROUND_CEILING))


def check(plan: Plan) -> None:
    """Raises PlanError for a plan that cannot be drawn."""
    if (plan.rate is None) == (plan.number is None):
        raise PlanError("A plan has either a rate or a number.")
    if plan.rate is not None and not 0 <= plan.rate <= 1:
        raise PlanError("A rate is between 0 and 1.")
    if not plan.size_of(1_000_000_000) and not plan.each_collector:
        raise PlanError("The plan would never draw a contact.")
    if not all(
        weight.is_finite() and _SMALLEST_WEIGHT <= weight <= _LARGEST_WEIGHT for weight in plan.weights.all()
    ):
        raise PlanError("Weights are between 0.001 and 1000.")
    if not is_zone(plan.zone):
        raise PlanError("The zone is the name of an IANA time zone.")


def check_change(before: Plan, after: Plan, today: date) -> None:
    """Raises PlanError where the next version would change samples that were drawn, or leave days out."""
    if (before.span, before.zone) != (after.span, after.zone):
        raise PlanError("A plan keeps its span and zone; make another plan for other periods.")
    if after.valid_from < today:
        raise PlanError("A later version of a plan does not hold for days that are over.")


def in_force(versions: list[Plan], first: date) -> Plan | None:
    """The newest version that holds for a period beginning on that date."""
    holding = [plan for plan in versions if plan.valid_from <= first]
    newest = max(holding, key=lambda plan: plan.version, default=None)
    return newest if newest is not None and newest.active else None


def due(
    versions: list[Plan], drawn: Container[tuple[str, date]], since: date, until: datetime
) -> list[tuple[Plan, Period]]:
    """The periods of a plan that begin on `since` or later, ended by `until` and were not drawn."""
    first = versions[0]
    found = []
    for period in ended(first.span, max(first.valid_from, since), until, first.zone):
        plan = in_force(versions, period.first)
        if plan is not None and (plan.plan_id, period.first) not in drawn:
            found.append((plan, period))
    return found
