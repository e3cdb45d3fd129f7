"""The words of a loan book: debtors, terms, balances. Rows A1-A12 and A23 of the register."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.contracts.base import Id, Money, Part, check_amount

Industry = Annotated[str, msgspec.Meta(pattern="^[A-T]([0-9]{2,4})?$")]
"""GB/T 4754: the section's letter, with two to four digits where more is known."""


class PartyType(StrEnum):
    """What a debtor is (rows A1, A2)."""

    INDIVIDUAL = "individual"
    CORPORATE = "corporate"


class SizeBand(StrEnum):
    """How large a corporate debtor is (row A2)."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class SecurityType(StrEnum):
    """What secures a loan (rows A4-A6)."""

    UNSECURED = "unsecured"
    GUARANTEED = "guaranteed"
    JOINT_LIABILITY = "joint_liability"
    MORTGAGED = "mortgaged"
    PLEDGED = "pledged"


class BalanceComponent(StrEnum):
    """What a debt is made of (row A23)."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEE = "fee"
    PENALTY = "penalty"


class BreachKind(StrEnum):
    """The kinds of covenant breach that row A22 names; a bank may send others."""

    PURPOSE_CHANGED = "purpose_changed"
    FALSE_INFORMATION = "false_information"


class ComponentAmount(Part, frozen=True, kw_only=True):
    """How much of an amount is of one component; the currency is that of the amount."""

    component: BalanceComponent
    amount: Decimal

    def __post_init__(self) -> None:
        check_amount("components.amount", self.amount)


class LoanTerms(Part, frozen=True, kw_only=True):
    """What was agreed of a loan. `partner`: the school or aid centre of a student loan (row A9).

    `group_id`: the joint-liability group that answers for it. `officer_id`: who originated it.
    `pledged`: the value of what is pledged, a certificate of deposit for example (row A6).
    """

    security: SecurityType = SecurityType.UNSECURED
    group_id: Id | None = None
    partner: Id | None = None
    pledged: Money | None = None
    officer_id: Id | None = None
    credit_limit: Money | None = None


class CustomerProfile(Part, frozen=True, kw_only=True):
    """What kind of debtor a customer is.

    `multi_lender`: owes to several lenders (row A12). `special_handling`: needs a plan of its own (row A11).
    `overdue_at_all_banks`: percent of the debts at all banks, this one included, that are more than 90 days
    past due, as the credit register says; None where nobody asked.
    """

    party_type: PartyType = PartyType.INDIVIDUAL
    size_band: SizeBand | None = None
    industry: Industry | None = None
    multi_lender: bool = False
    special_handling: bool = False
    overdue_at_all_banks: Decimal | None = None

    def __post_init__(self) -> None:
        share = self.overdue_at_all_banks
        if share is not None and not (share.is_finite() and 0 <= share <= 100):
            raise ValueError("overdue_at_all_banks must be a percentage from 0 to 100")
