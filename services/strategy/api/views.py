"""What the API shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from services.strategy.domain.customer_file import CustomerFile
from services.strategy.domain.ladder import coming
from services.strategy.domain.policy import Policy
from services.strategy.domain.records import (
    FOREVER,
    Case,
    CaseStatus,
    Entry,
    Hold,
    Promise,
    PromiseStatus,
)
from services.strategy.domain.suspension import deadlines, suspensions
from shared.contracts.base import Money
from shared.contracts.treatments import CaseOutcome, SuspensionReason
from shared.contracts.vocabulary import CaseStage, Channel, HoldKind, OutcomeCode, Purpose


class MoneyView(BaseModel):
    """An exact amount of one currency."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, money: Money) -> MoneyView:
        return cls(amount=money.amount, currency=money.currency)


class PromiseView(BaseModel):
    """A promise to pay. `received` is what payments in its window came to, at most the amount."""

    promise_id: str
    case_id: str
    promised: MoneyView
    received: MoneyView
    due_date: date
    deadline: datetime = Field(description="The end of the grace period")
    made_at: datetime
    status: PromiseStatus
    settled_at: datetime | None

    @classmethod
    def of(cls, promise: Promise) -> PromiseView:
        return cls(
            promise_id=promise.promise_id,
            case_id=promise.case_id,
            promised=MoneyView(amount=promise.amount, currency=promise.currency),
            received=MoneyView(amount=promise.received, currency=promise.currency),
            due_date=promise.due_date,
            deadline=promise.deadline,
            made_at=promise.made_at,
            status=promise.status,
            settled_at=promise.settled_at,
        )


class HoldView(BaseModel):
    """A reason not to contact that stands."""

    hold_id: str
    person_id: str
    kind: HoldKind
    placed_at: datetime
    until: datetime | None = Field(description="null: until released")

    @classmethod
    def of(cls, hold: Hold) -> HoldView:
        return cls(
            hold_id=hold.hold_id,
            person_id=hold.person_id,
            kind=hold.kind,
            placed_at=hold.placed_at,
            until=hold.until,
        )


class SuspensionView(BaseModel):
    """What keeps the case from being contacted now."""

    reason: SuspensionReason
    until: datetime | None = Field(description="null: until further notice")


class NextStepView(BaseModel):
    """The treatment that comes next; `due_at` is null while a hold without an end stands."""

    step: int
    channel: Channel
    purpose: Purpose
    template: str
    due_at: datetime | None


class CaseSummary(BaseModel):
    """A case as a list shows it."""

    case_id: str
    customer_id: str
    number: int = Field(description="The customer's nth case")
    status: CaseStatus
    stage: CaseStage
    segment: str
    policy: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: CaseOutcome | None
    days_past_due: int
    bucket: str
    overdue_accounts: int
    arrears: list[MoneyView]
    contacts: int = Field(description="Contacts made")
    last_contact_at: datetime | None
    last_outcome: OutcomeCode | None

    @classmethod
    def of(cls, case: Case) -> CaseSummary:
        return cls(**_summary(case))


class CaseView(CaseSummary):
    """A case with what decides what happens next."""

    reasons: list[str] = Field(description="Why this segment")
    segment_since: datetime
    step: int = Field(description="The last step taken of the segment's ladder; 0: none yet")
    next_step: NextStepView | None
    suspensions: list[SuspensionView]
    promises: list[PromiseView] = Field(description="Made in this case")
    holds: list[HoldView]
    opted_out: list[Channel] = Field(description="Channels that the debtor refused")

    @classmethod
    def of_file(cls, file: CustomerFile, policy: Policy, now: datetime) -> CaseView:
        """The view of the file's case."""
        case = file.case
        assert case is not None
        is_open = case.status is CaseStatus.OPEN
        return cls(
            **_summary(case),
            reasons=list(case.reasons),
            segment_since=case.segment_since,
            step=case.step,
            next_step=_next_step(file, case, policy),
            suspensions=_suspensions(file, now) if is_open else [],
            promises=[
                PromiseView.of(each) for each in file.promises.values() if each.case_id == case.case_id
            ],
            holds=[HoldView.of(each) for each in file.holds.values() if _stands(each, now)],
            opted_out=list(file.customer.opted_out),
        )


class EntryView(BaseModel):
    """An entry of a case's timeline: a fact that came, what was decided on it, and why."""

    sequence: int
    at: datetime
    type: str
    summary: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> EntryView:
        return cls(sequence=entry.sequence, at=entry.at, type=entry.type, summary=entry.summary)


class PolicyView(BaseModel):
    """The running policy. `policy` is the tag that decisions carry."""

    policy: str
    digest: str = Field(description="SHA-256 of what the document says")
    document: dict[str, Any]


def _summary(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in CaseSummary.model_fields if name != "arrears"} | {
        "arrears": [MoneyView.of(owed) for owed in case.arrears]
    }


def _suspensions(file: CustomerFile, now: datetime) -> list[SuspensionView]:
    return [
        SuspensionView(reason=reason, until=None if until == FOREVER else until)
        for reason, until in suspensions(file)
        if until > now
    ]


def _stands(hold: Hold, now: datetime) -> bool:
    return hold.released_at is None and (hold.until is None or hold.until > now)


def _next_step(file: CustomerFile, case: Case, policy: Policy) -> NextStepView | None:
    segment = policy.segments.get(case.segment)
    if case.status is not CaseStatus.OPEN or case.next_due_at is None or segment is None:
        return None
    step, _ = coming(case, segment.ladder)
    return NextStepView(
        step=step.number,
        channel=step.channel,
        purpose=step.purpose,
        template=step.template,
        due_at=deadlines(file).next_step,
    )
