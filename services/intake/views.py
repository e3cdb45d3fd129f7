"""What the status API answers with; amounts are texts of exact decimals."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

import msgspec
from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.intake.domain.account import Account, Payment, PaymentState, Standing, state_of
from services.intake.domain.allocation import Owed
from services.intake.domain.assessment import assess, balance
from services.intake.domain.classification import TierReason
from services.intake.domain.customer import Customer, exposure_of, position_of
from services.intake.domain.delinquency import Cause
from services.intake.domain.rules import Moment, Rules
from shared.contracts.corebank import ClosureReason
from shared.contracts.lending import BalanceComponent
from shared.contracts.vocabulary import PartyRole, Product, RiskClassification


class AccountState(StrEnum):
    """Where an account is; `waiting`: payments arrived, the first snapshot did not."""

    WAITING = "waiting"
    CURRENT = "current"
    OVERDUE = "overdue"
    CLOSED = "closed"


class AccountSummary(BaseModel):
    """An account as of now."""

    account_id: str
    customer_id: str
    state: AccountState
    product: Product | None
    currency: str | None
    days_past_due: int
    bucket: str
    arrears: Decimal = Field(description="Unpaid, due on or before the business date")
    outstanding: Decimal
    oldest_unpaid: date | None
    tier: RiskClassification = Field(description="Of risk classification, as last announced")

    @classmethod
    def of(cls, account: Account, moment: Moment, rules: Rules) -> Self:
        """The summary of an account that has its payments."""
        return cls(**_summary(account, moment, rules))


class Component(BaseModel):
    """What is still owed of one due date, after payments."""

    due_date: date
    amount: Decimal
    principal: Decimal
    interest: Decimal
    fee: Decimal
    penalty: Decimal
    due: bool = Field(description="Due on or before the business date, so part of the arrears")


class PaymentView(BaseModel):
    """A payment, and what it does to the account."""

    payment_id: str
    amount: Decimal | None = Field(description="Null while only the reversal is known")
    currency: str | None
    effective_at: datetime | None
    reversed_at: datetime | None
    paid_by: str | None = Field(description="The person who paid in the debtor's place")
    state: PaymentState


class MoveView(BaseModel):
    """A move from one bucket or tier to another; the tiers are null where the tier stayed."""

    at: datetime
    cause: Cause
    bucket_before: str
    bucket_after: str
    days_past_due: int
    arrears: Decimal
    tier_before: RiskClassification | None
    tier_after: RiskClassification | None
    tier_reason: TierReason | None


class AccountView(AccountSummary):
    """An account with what its position is made of."""

    business_date: date
    as_of: datetime | None = Field(description="Of the latest snapshot")
    sequence: int | None
    branch: str | None
    closed_at: datetime | None
    closure_reason: ClosureReason | None
    terms: dict[str, Any] | None = Field(description="Security, group, partner, pledge, officer, limit")
    components: list[Component]
    payments: list[PaymentView] = Field(description="The latest 200")
    history: list[MoveView] = Field(description="The latest 200, newest first")

    @classmethod
    def with_details(
        cls,
        account: Account,
        payments: list[Payment],
        history: Sequence[Row[Any]],
        moment: Moment,
        rules: Rules,
    ) -> Self:
        """The view of an account that has its payments."""
        snapshot, closure = account.snapshot, account.closure
        return cls(
            **_summary(account, moment, rules),
            business_date=moment.today,
            as_of=snapshot.as_of if snapshot else None,
            sequence=snapshot.sequence if snapshot else None,
            branch=snapshot.branch if snapshot else None,
            closed_at=closure.effective_at if closure else None,
            closure_reason=closure.reason if closure else None,
            terms=msgspec.to_builtins(account.terms.terms) if account.terms else None,
            components=[_component(each, moment) for each in balance(account, rules).owed()],
            payments=[_payment(account, payment) for payment in payments],
            history=[MoveView.model_validate(row, from_attributes=True) for row in history],
        )


class AmountView(BaseModel):
    """An amount of one currency."""

    amount: Decimal
    currency: str


class PersonView(BaseModel):
    """Somebody tied to the customer's debts."""

    person_id: str
    role: PartyRole


class CustomerSummary(BaseModel):
    """A customer's overdue accounts together, as of now."""

    customer_id: str
    days_past_due: int = Field(description="Of the oldest overdue account")
    bucket: str
    overdue_accounts: int
    arrears: list[AmountView] = Field(description="Of the overdue accounts, by currency")

    @classmethod
    def of(cls, customer: Customer, moment: Moment, rules: Rules) -> Self:
        """The summary by the customer's exposure."""
        return cls(**_position(customer, moment, rules))


class CustomerView(CustomerSummary):
    """A customer with accounts and persons."""

    profile: dict[str, Any] | None = Field(description="Null while nobody said what kind of debtor it is")
    accounts: list[AccountSummary]
    persons: list[PersonView]
    parties_version: int | None = Field(description="Null while nobody was named")

    @classmethod
    def with_details(cls, customer: Customer, moment: Moment, rules: Rules) -> Self:
        """The view of a customer whose accounts have their payments; they are assessed as of now."""
        for account in customer.accounts.values():
            account.standing = assess(account, moment.today, rules)
        customer.exposure = exposure_of(customer.accounts.values())
        accounts = sorted(customer.accounts.values(), key=lambda account: account.account_id)
        persons = sorted(customer.persons.items())
        return cls(
            **_position(customer, moment, rules),
            profile=msgspec.to_builtins(customer.profile.profile) if customer.profile else None,
            accounts=[AccountSummary.of(account, moment, rules) for account in accounts],
            persons=[PersonView(person_id=person_id, role=role) for person_id, role in persons],
            parties_version=customer.parties_version if customer.parties_version >= 0 else None,
        )


def _summary(account: Account, moment: Moment, rules: Rules) -> dict[str, Any]:
    snapshot, standing = account.snapshot, assess(account, moment.today, rules)
    return {
        "account_id": account.account_id,
        "customer_id": account.customer_id,
        "state": _state(account, standing),
        "product": snapshot.product if snapshot else None,
        "currency": snapshot.currency if snapshot else None,
        "days_past_due": standing.days_past_due,
        "bucket": standing.bucket,
        "arrears": standing.arrears,
        "outstanding": standing.outstanding,
        "oldest_unpaid": standing.oldest_unpaid,
        "tier": standing.tier,
    }


def _component(owed: Owed, moment: Moment) -> Component:
    parts = owed.charges.by_component(owed.amount)
    return Component(
        due_date=owed.due,
        amount=owed.amount,
        principal=parts[BalanceComponent.PRINCIPAL],
        interest=owed.charges.interest,
        fee=owed.charges.fee,
        penalty=owed.charges.penalty,
        due=owed.due <= moment.today,
    )


def _state(account: Account, standing: Standing) -> AccountState:
    if account.closed:
        return AccountState.CLOSED
    if account.snapshot is None:
        return AccountState.WAITING
    return AccountState.OVERDUE if standing.overdue else AccountState.CURRENT


def _position(customer: Customer, moment: Moment, rules: Rules) -> dict[str, Any]:
    position = position_of(customer.exposure, moment, rules)
    return {
        "customer_id": customer.customer_id,
        "days_past_due": position.days_past_due,
        "bucket": position.bucket,
        "overdue_accounts": position.overdue_accounts,
        "arrears": [AmountView(amount=owed.amount, currency=owed.currency) for owed in position.arrears],
    }


def _payment(account: Account, payment: Payment) -> PaymentView:
    return PaymentView(
        payment_id=payment.payment_id,
        amount=payment.amount,
        currency=payment.currency,
        effective_at=payment.effective_at,
        reversed_at=payment.reversed_at,
        paid_by=payment.paid_by,
        state=state_of(payment, account.snapshot),
    )
