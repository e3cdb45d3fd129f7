"""What callers see."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from services.outreach.domain.contact import Contact, ContactState
from shared.contracts.vocabulary import Channel, ContactPointKind, OutcomeCode, Purpose


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ContactSummary(_View):
    """A contact in a list."""

    contact_id: str
    case_id: str
    customer_id: str
    person_id: str = Field(description="The customer's id until the debtor is on file")
    channel: Channel
    state: ContactState
    reason: str | None
    ask: int = Field(description="How often the gate was asked")
    created_at: datetime
    changed_at: datetime


class HistoryView(_View):
    """A state that the contact entered."""

    state: ContactState
    at: datetime
    ask: int
    reason: str | None


class OutcomeView(_View):
    """What the contact came to."""

    outcome_id: str
    outcome: OutcomeCode
    promised: Decimal | None
    promised_currency: str | None
    promise_due: date | None
    recorded_by: str = Field(description="A provider, or a collector's subject")
    recorded_at: datetime


class ContactPointView(_View):
    """The contact point, masked, and in clear for who may see it and says what for."""

    contact_point_id: str
    kind: ContactPointKind | None = Field(description="null where it is no longer on file")
    masked: str | None
    value: str | None = Field(default=None, description="In clear; null unless it may be shown")


class ContactView(ContactSummary):
    """A contact with all that happened to it."""

    treatment_id: str
    purpose: Purpose
    template: str
    language: str
    contact_point: ContactPointView | None
    permit_id: str | None
    valid_until: datetime | None
    provider: str | None
    provider_reference: str | None
    cost: Decimal | None
    cost_currency: str | None
    text_digest: str | None = Field(description="SHA-256 of the message; its text is not kept")
    history: list[HistoryView]
    outcomes: list[OutcomeView]

    @classmethod
    def of(
        cls,
        contact: Contact,
        point: ContactPointView | None,
        history: Sequence[Row[Any]],
        outcomes: Sequence[Row[Any]],
    ) -> "ContactView":
        """The view of a contact on file."""
        fields = {name: getattr(contact, name) for name in cls.model_fields if hasattr(contact, name)}
        return cls(
            **fields,
            contact_point=point,
            history=[HistoryView.model_validate(entry) for entry in history],
            outcomes=[OutcomeView.model_validate(outcome) for outcome in outcomes],
        )


class TaskView(_View):
    """A call, push, letter or visit to carry out."""

    task_id: str
    contact_id: str
    person_id: str
    customer_id: str
    case_id: str
    channel: Channel
    contact_point_id: str | None
    template: str
    created_at: datetime
    done_at: datetime | None
    outcome: OutcomeCode | None


class OutcomeEntered(BaseModel):
    """The answer to a recorded outcome."""

    outcome_id: str
    contact_id: str
    state: ContactState


class Taken(BaseModel):
    """What became of a provider's report."""

    applied: int
    kept: int = Field(description="Not on record here yet: receipts wait, messages stay without a person")
    repeated: int
