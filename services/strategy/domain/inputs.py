"""What a policy may look at beside the position: the products owed, and what is known of the customer.

A value that nobody has told is None, unknown; conditions say for themselves what an unknown value means.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from shared.contracts.lending import PartyType, SizeBand
from shared.contracts.vocabulary import PartyRole, Product, RiskClassification


class Level(StrEnum):
    """Of willingness and ability to pay (register row A21), each on its own."""

    LOW = "low"
    HIGH = "high"


class Cause(StrEnum):
    """Why nothing was paid, as far as is known (register rows A13, A16-A20)."""

    FORGOT = "forgot"
    SHORT_OF_CASH = "short_of_cash"
    UNABLE_TO_PAY = "unable_to_pay"
    MISUNDERSTANDING = "misunderstanding"
    DISPUTE = "dispute"
    EVASION = "evasion"


class Flag(StrEnum):
    """What is so about a customer only where somebody said it is (register rows A11-A15, A22)."""

    SPECIAL_HANDLING = "special_handling"
    MULTI_LENDER = "multi_lender"
    WILFUL_DEFAULT = "wilful_default"
    LOST_CONTACT = "lost_contact"
    BANKRUPT = "bankrupt"
    COVENANT_BREACH = "covenant_breach"
    EARLY_WARNING = "early_warning"


BEST_SCORE = 1000


class Profile(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What is known of a customer. `score`: the likelihood of repayment in thousandths, higher is better.

    `times_overdue`: how often an account fell overdue in the last twelve months. `industry`: the section
    letter of GB/T 4754, A to T. `non_performing` are the tiers of the accounts that are, by account;
    `classification` is the worst of them, unknown where none is. `flags` are known always: one that nobody
    raised does not stand.
    """

    party: PartyType | None = None
    role: PartyRole | None = None
    industry: str | None = None
    size: SizeBand | None = None
    cause: Cause | None = None
    willingness: Level | None = None
    ability: Level | None = None
    classification: RiskClassification | None = None
    score: int | None = None
    times_overdue: int | None = None
    flags: tuple[Flag, ...] = ()
    non_performing: Mapping[str, RiskClassification] = {}


class SegmentInputs(msgspec.Struct, frozen=True, gc=False):
    """A profile and the case's leading product, as conditions read them."""

    product: Product | None = None
    profile: Profile = Profile()


NOTHING_KNOWN = SegmentInputs()

LEADING = (
    Product.CORPORATE_LOAN,
    Product.BILL_DISCOUNTING,
    Product.SMALL_BUSINESS_LOAN,
    Product.MORTGAGE,
    Product.PLEDGED_DEPOSIT_LOAN,
    Product.PERSONAL_LOAN,
    Product.STUDENT_LOAN,
    Product.CREDIT_CARD,
)
"""Which product leads a case that owes several: all of a customer's accounts are one case, treated as one."""


def leading(products: Iterable[Product]) -> Product | None:
    """The product that leads; None where none is known."""
    return min(products, key=LEADING.index, default=None)
