"""What the bank says of its book apart from balances, on `corebank.events.v1`: profiles, terms, groups.

Each is whole; a higher `version` replaces a lower one, whatever the order of arrival.
"""

from shared.contracts.base import Event, Id
from shared.contracts.lending import CustomerProfile, LoanTerms


class CustomerProfileGiven(Event, frozen=True, kw_only=True):
    """What kind of debtor a customer is (register rows A1, A2, A11, A12)."""

    type_ = "corebank.customer.profile.v1"
    customer_id: Id
    version: int
    profile: CustomerProfile


class AccountTermsGiven(Event, frozen=True, kw_only=True):
    """The terms of a loan (register rows A4-A9)."""

    type_ = "corebank.account.terms.v1"
    account_id: Id
    customer_id: Id
    version: int
    terms: LoanTerms


class GroupGiven(Event, frozen=True, kw_only=True):
    """The members of a joint-liability group (register row A4): customers who answer for each other."""

    type_ = "corebank.group.changed.v1"
    group_id: Id
    version: int
    members: list[Id]


EVENTS: tuple[type[Event], ...] = (CustomerProfileGiven, AccountTermsGiven, GroupGiven)
