"""The bank's tables of risk classification: which tier so many days past due are, by product."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from shared.contracts.lending import CustomerProfile, PartyType, SizeBand
from shared.contracts.vocabulary import Product, RiskClassification

TIERS = tuple(RiskClassification)
"""From the best to the worst."""

FIRST_BAD = RiskClassification.SUBSTANDARD
"""The first of the tiers that are non-performing."""


def worse(one: RiskClassification, other: RiskClassification) -> RiskClassification:
    """The worse of two tiers."""
    return max(one, other, key=TIERS.index)


def is_bad(tier: RiskClassification) -> bool:
    """Whether the tier is non-performing (不良)."""
    return TIERS.index(tier) >= TIERS.index(FIRST_BAD)


class UpgradeBy(StrEnum):
    """What lifts an account out of the non-performing tiers once its observation is over."""

    OBSERVATION = "observation"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class TierTable:
    """The days past due at which special mention, substandard, doubtful and loss start.

    `observation_days`: how long an account that was non-performing must be paid on time before it may be
    upgraded to a performing tier.
    """

    starts: tuple[int, int, int, int]
    observation_days: int
    upgrade: UpgradeBy

    def of(self, days: int) -> RiskClassification:
        """The tier of an account that is so many days past due."""
        return TIERS[bisect_right(self.starts, days)]

    def next_start(self, days: int) -> int | None:
        """The days past due at which the tier after that of `days` starts; None in the last."""
        place = bisect_right(self.starts, days)
        return self.starts[place] if place < len(self.starts) else None


@dataclass(frozen=True, slots=True)
class TierRules:
    """The classification that a bank has in force. Percentages are exceeded by more than them.

    `rates`: what one unit of a currency is worth in a common one, for customers who owe in several.
    """

    tag: str
    general: TierTable
    by_product: Mapping[Product, TierTable] = field(default_factory=dict)
    claims_at_bank_percent: Decimal = Decimal(10)
    debts_at_all_banks_percent: Decimal = Decimal(20)
    retail_size_bands: frozenset[SizeBand] = frozenset()
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def table(self, product: Product) -> TierTable:
        """The table for a product."""
        return self.by_product.get(product, self.general)

    def non_retail(self, profile: CustomerProfile | None) -> bool:
        """Whether the debtor, not the single loan, is what is classified."""
        return (
            profile is not None
            and profile.party_type is PartyType.CORPORATE
            and profile.size_band not in self.retail_size_bands
        )
