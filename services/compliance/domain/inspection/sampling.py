"""Drawing a sample: weighted, without replacement, the same for the same plan, seed and population.

Each contact gets a number between 0 and 1 from the hash of plan, seed and contact; the contacts with the
smallest -ln(number) / weight are drawn (Efraimidis and Spirakis, 2006, in exponential form). What a contact
gets does not depend on the others or on their order, so that anybody can draw the sample again, and a
greater weight never takes a contact out of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from math import log
from typing import NamedTuple

from services.compliance.domain.inspection.plans import Plan
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel, PartyRole

LIABLE = frozenset(
    {
        PartyRole.DEBTOR,
        PartyRole.GUARANTOR,
        PartyRole.JOINT_LIABILITY_MEMBER,
        PartyRole.DEBT_RELATED_SPOUSE,
        PartyRole.HEIR,
    }
)
"""Who owes the debt, or answers for it."""

_BITS = 52


class Candidate(NamedTuple):
    """A contact that went out. `collector_since` is when a transcript first named the collector."""

    contact_id: str
    channel: Channel
    party: PartyRole
    collector_id: str
    went_at: datetime
    complained: bool = False
    finding: Severity | None = None
    seconds: int | None = None
    collector_since: datetime | None = None


class Sample(NamedTuple):
    """What was drawn, in the order of the draw, from how many; `digest` names the weighted population."""

    contact_ids: tuple[str, ...]
    population: int
    digest: str


def weight_of(plan: Plan, candidate: Candidate) -> Decimal:
    """The product of the weights that apply."""
    weights = plan.weights
    weight = weights.channel.get(candidate.channel, Decimal(1))
    if candidate.finding is not None:
        weight *= weights.finding.get(candidate.finding, Decimal(1))
    if candidate.complained:
        weight *= weights.complaint
    if candidate.party not in LIABLE:
        weight *= weights.third_party
    if candidate.seconds is not None and candidate.seconds >= plan.long_seconds:
        weight *= weights.long_contact
    since = candidate.collector_since
    if since is not None and candidate.went_at < since + timedelta(days=plan.new_collector_days):
        weight *= weights.new_collector
    return weight


def draw(plan: Plan, population: Iterable[Candidate]) -> Sample:
    """The sample of a period's contacts; contacts are told apart by their ids."""
    weighted = {one.contact_id: (one, weight_of(plan, one)) for one in population}
    keys = {name: _key(plan, name, weight) for name, (_, weight) in weighted.items()}
    order = sorted(keys, key=lambda name: (keys[name], name))
    chosen = set(order[: plan.size_of(len(order))])
    if plan.each_collector:
        chosen |= _of_each(plan.each_collector, [weighted[name][0] for name in order])
    lines = "".join(f"{name} {weighted[name][1].normalize():f}\n" for name in sorted(weighted))
    return Sample(
        tuple(name for name in order if name in chosen), len(order), sha256(lines.encode()).hexdigest()
    )


def _of_each(number: int, ordered: Sequence[Candidate]) -> set[str]:
    """The first `number` of every collector's."""
    taken: dict[str, int] = {}
    chosen = set()
    for one in ordered:
        taken[one.collector_id] = taken.get(one.collector_id, 0) + 1
        if taken[one.collector_id] <= number:
            chosen.add(one.contact_id)
    return chosen


def _key(plan: Plan, contact_id: str, weight: Decimal) -> float:
    digest = sha256(f"{plan.plan_id}\x1f{plan.seed}\x1f{contact_id}".encode()).digest()
    # The middle of one of 2**52 equal parts of (0, 1), exact as a float: never 0 and never 1.
    part = int.from_bytes(digest[:8]) >> (64 - _BITS)
    number = (2 * part + 1) / 2 ** (_BITS + 1)
    return -log(number) / float(weight)
