"""The bank's book on `intake.delinquency.v1`, keyed by customer: who owes, on what terms, what comes next."""

from decimal import Decimal

from shared.contracts.base import Currency, Day, Event, Id, Instant, Money
from shared.contracts.lending import ComponentAmount, CustomerProfile, LoanTerms
from shared.contracts.vocabulary import Product


class CustomerProfiled(Event, frozen=True, kw_only=True):
    """What kind of debtor the customer is, whole (register rows A1, A2, A11, A12)."""

    type_ = "customer.profiled.v1"
    customer_id: Id
    version: int
    profile: CustomerProfile


class AccountTermsChanged(Event, frozen=True, kw_only=True):
    """The terms of a loan, whole (register rows A4-A9)."""

    type_ = "account.terms_changed.v1"
    customer_id: Id
    account_id: Id
    version: int
    terms: LoanTerms


class GroupExposureChanged(Event, frozen=True, kw_only=True):
    """What a joint-liability group owes together, told to each member (register row A4).

    Counts the accounts whose terms name the group. `others_arrears` is what the other members have not paid:
    this one answers for it. A customer who left the group hears it once more with `member` false and
    nothing owed.
    """

    type_ = "group.exposure_changed.v1"
    customer_id: Id
    group_id: Id
    as_of: Instant
    member: bool
    members: int
    overdue_members: int
    overdue_accounts: int
    days_past_due: int
    arrears: list[Money]
    others_arrears: list[Money]
    outstanding: list[Money]


class PaymentFallingDue(Event, frozen=True, kw_only=True):
    """An instalment falls due soon on an account that is not overdue (register row A23): remind in time."""

    type_ = "payment.falling_due.v1"
    customer_id: Id
    account_id: Id
    product: Product
    currency: Currency
    as_of: Instant
    due_date: Day
    amount: Decimal
    components: list[ComponentAmount] = []


class CauseAnalysisDue(Event, frozen=True, kw_only=True):
    """A loan is overdue for so long that the cause must be found and who answers for it (register row B5).

    `officer_id`: who originated the loan, where its terms say so. `task_id` is the same for the same
    account and oldest unpaid due date.
    """

    type_ = "cause_analysis.due.v1"
    task_id: Id
    customer_id: Id
    account_id: Id
    product: Product
    currency: Currency
    as_of: Instant
    days_past_due: int
    arrears: Decimal
    oldest_unpaid: Day
    officer_id: Id | None = None


EVENTS: tuple[type[Event], ...] = (
    CustomerProfiled,
    AccountTermsChanged,
    GroupExposureChanged,
    PaymentFallingDue,
    CauseAnalysisDue,
)
