"""Figures by bucket, product, segment, channel and rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from services.reporting.domain.figures import ratio
from services.reporting.domain.folding.conduct import VIOLATION
from services.reporting.domain.totals import AccountTotal, RuleTotal


class Dimension(StrEnum):
    """How accounts are grouped."""

    BUCKET = "bucket"
    PRODUCT = "product"
    SEGMENT = "segment"


@dataclass(slots=True)
class Holding:
    """Overdue accounts and their amounts in one currency."""

    accounts: int = 0
    arrears: Decimal = Decimal(0)
    outstanding: Decimal = Decimal(0)


@dataclass(slots=True)
class AccountGroup:
    """Overdue accounts of one group, by currency. An empty name: not known."""

    name: str
    lowest: int | None = None
    holdings: dict[str, Holding] = field(default_factory=dict)

    @property
    def accounts(self) -> int:
        """Overdue accounts in all currencies."""
        return sum(holding.accounts for holding in self.holdings.values())


def account_groups(totals: Iterable[AccountTotal], dimension: Dimension) -> list[AccountGroup]:
    """The groups with overdue accounts: buckets by days past due, others by name."""
    name_of = attrgetter(dimension.value)
    groups: dict[str, AccountGroup] = {}
    for total in totals:
        if not total.overdue:
            continue
        group = groups.setdefault(name_of(total), AccountGroup(name_of(total)))
        holding = group.holdings.setdefault(total.currency, Holding())
        holding.accounts += total.overdue
        holding.arrears += total.arrears
        holding.outstanding += total.outstanding
        if total.lowest is not None:
            group.lowest = total.lowest if group.lowest is None else min(group.lowest, total.lowest)
    by_days = dimension is Dimension.BUCKET
    return sorted(groups.values(), key=lambda group: (group.lowest or 0 if by_days else 0, group.name))


@dataclass(slots=True)
class RuleGroup:
    """What a rule did: how often it denied, deferred and referred contacts; how often it was broken."""

    rule_id: str
    denied: int = 0
    deferred: int = 0
    referred: int = 0
    violations: int = 0
    block_rate: Decimal | None = None


_EFFECTS = {"deny": "denied", "defer": "deferred", "review": "referred", VIOLATION: "violations"}


def rule_groups(totals: Iterable[RuleTotal], requested: int) -> Sequence[RuleGroup]:
    """Rules, the ones that stopped most first. `requested` contacts are what block rates relate to."""
    groups: dict[str, RuleGroup] = {}
    for total in totals:
        group = groups.setdefault(total.rule_id, RuleGroup(total.rule_id))
        effect = _EFFECTS.get(total.effect)
        if effect is not None:
            setattr(group, effect, getattr(group, effect) + total.count)
    for group in groups.values():
        group.block_rate = ratio(group.denied, requested)
    return sorted(groups.values(), key=lambda g: (-g.denied, -g.deferred, -g.referred, g.rule_id))
