"""Cases and contacts as callers see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from services.reporting.domain.cases import stage_of


class MoneyView(BaseModel):
    """An amount of one currency."""

    amount: Decimal
    currency: str


class PromiseView(BaseModel):
    """A promise to pay."""

    promise_id: str
    promised: MoneyView | None
    paid: Decimal | None = Field(description="In the promise's currency; null while it is pending")
    due_date: date | None
    state: str = Field(description="pending, kept or broken")
    made_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> PromiseView:
        promised = None if row.currency is None else MoneyView(amount=row.promised, currency=row.currency)
        state = "kept" if row.kept_at else "broken" if row.broken_at else "pending"
        return cls(
            promise_id=row.promise_id,
            promised=promised,
            paid=row.paid,
            due_date=row.due_date,
            state=state,
            made_at=row.made_at,
        )


class CaseSummary(BaseModel):
    """A case and its counts. What no event has said yet is null."""

    case_id: str
    customer_id: str | None
    stage: str | None
    segment: str | None
    policy: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    bucket: str | None = Field(description="At entry")
    days_past_due: int | None = Field(description="At entry")
    treatments: int
    contacts: int = Field(description="Dispatched")
    first_contact_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> CaseSummary:
        return cls(**_case_fields(row))


class CaseView(CaseSummary):
    """A case with its arrears at entry and its promises."""

    legal_step: str | None
    agency_id: str | None = Field(description="The agency that has the case now")
    arrears: list[MoneyView] = Field(description="At entry")
    promises: list[PromiseView]

    @classmethod
    def with_details(
        cls, row: Row[Any], amounts: Sequence[Row[Any]], promises: Sequence[Row[Any]]
    ) -> CaseView:
        return cls(
            **_case_fields(row),
            legal_step=row.legal_step,
            agency_id=row.agency_id or None,
            arrears=[MoneyView(amount=amount.arrears, currency=amount.currency) for amount in amounts],
            promises=[PromiseView.of(promise) for promise in promises],
        )


def _case_fields(row: Row[Any]) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in CaseSummary.model_fields if name != "stage"}
    stage = stage_of(row.opened_stage, row.legal_step, row.agency_id, row.closed_at)
    return {**fields, "stage": stage}


class ContactView(BaseModel):
    """A contact and the instant at which it reached each state; null where it did not."""

    model_config = ConfigDict(from_attributes=True)

    contact_id: str
    case_id: str | None
    customer_id: str | None
    treatment_id: str | None
    channel: str | None
    purpose: str | None
    requested_at: datetime | None
    asks: int = Field(description="How often a permit was asked")
    deferrals: int
    allowed_at: datetime | None
    denied_at: datetime | None
    denial_rule: str | None
    referred_at: datetime | None
    dispatched_at: datetime | None
    cost: MoneyView | None
    delivered_at: datetime | None
    answered_at: datetime | None
    failed_at: datetime | None
    failure: str | None
    left_bank: bool | None = Field(description="Whether a failed contact was an attempt")
    withdrawn_at: datetime | None
    withdrawal: str | None
    outcome: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> ContactView:
        fields = {name: getattr(row, name) for name in cls.model_fields if name != "cost"}
        cost = None if row.cost is None else MoneyView(amount=row.cost, currency=row.currency)
        return cls(**fields, cost=cost)
