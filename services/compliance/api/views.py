"""What callers send and get."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from services.compliance.domain.conduct import PlacedHold
from services.compliance.domain.record import DecisionRecord
from shared.contracts.decisions import Effect, Force, Reason
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Purpose
from shared.web.inputs import Count, Input, ShortText

Id = Field(min_length=1, max_length=64)


class PermitRequest(Input):
    """May this contact be made? A pair of `contact_id` and `ask` is decided once."""

    contact_id: str = Id
    ask: Count = 1
    person_id: str = Id
    customer_id: str = Id
    case_id: str = Id
    treatment_id: str = Id
    role: PartyRole
    channel: Channel
    purpose: Purpose
    contact_point_id: str = Id
    template: ShortText
    language: ShortText
    jurisdiction: ShortText
    time_zone: ShortText | None = None

    def event(self, now: datetime) -> ContactRequested:
        """The same as it comes through the other door."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return ContactRequested(**values, requested_at=now)


class ReasonView(BaseModel):
    """One rule that applied, and the numbers it used."""

    rule_id: str
    effect: Effect
    force: Force
    citation: str
    numbers: dict[str, str]

    @classmethod
    def of(cls, reason: Reason) -> "ReasonView":
        """The view of a reason."""
        return cls(
            rule_id=reason.rule_id,
            effect=reason.effect,
            force=reason.force,
            citation=reason.citation,
            numbers=reason.numbers,
        )


class LeafView(BaseModel):
    """A place in the log."""

    origin: str
    index: int


class DecisionView(BaseModel):
    """A decision with every reason."""

    decision_id: str
    contact_id: str
    ask: int
    person_id: str
    customer_id: str
    channel: Channel
    purpose: Purpose
    effect: Effect
    reasons: list[ReasonView]
    decided_at: datetime
    until: datetime | None = Field(description="When to ask again, of a deferral")
    permit_id: str | None
    valid_until: datetime | None = Field(description="The end of the permit, exclusive")
    leaf: LeafView | None = Field(default=None, description="Where it is in the log; not in lists")

    @classmethod
    def of(cls, record: DecisionRecord, leaf: LeafView | None = None) -> "DecisionView":
        """The view of a decision."""
        return cls(
            decision_id=record.decision_id,
            contact_id=record.contact_id,
            ask=record.ask,
            person_id=record.person_id,
            customer_id=record.customer_id,
            channel=Channel(record.channel),
            purpose=Purpose(record.purpose),
            effect=Effect(record.effect),
            reasons=[ReasonView.of(reason) for reason in record.reasons],
            decided_at=record.decided_at,
            until=record.until,
            permit_id=record.permit_id,
            valid_until=record.valid_until,
            leaf=leaf,
        )


class RedemptionItem(Input):
    """A dispatch that wants to use a permit."""

    permit_id: str = Id
    contact_id: str = Id
    dispatch_id: str = Id


class RedemptionBatch(Input):
    """Up to 500 redemptions, answered in order."""

    redemptions: list[RedemptionItem] = Field(min_length=1, max_length=500)


class RedemptionResult(BaseModel):
    """Redeemed, with its leaf; or refused, with the id of the rule that says so."""

    permit_id: str
    result: str = Field(pattern="^(redeemed|refused)$")
    reason: str | None
    leaf_index: int | None


class RedemptionResults(BaseModel):
    """One result for each redemption."""

    results: list[RedemptionResult]


class NewHold(Input):
    """Collection stops for a person, or at one contact point."""

    person_id: str = Id
    customer_id: str = Id
    kind: HoldKind
    contact_point_id: str | None = Field(default=None, min_length=1, max_length=64)
    until: datetime | None = Field(default=None, description="With its offset; None: until released")


class Release(Input):
    """Why a hold ends; no personal data."""

    reason: ShortText


class HoldView(BaseModel):
    """A hold."""

    hold_id: str
    person_id: str
    customer_id: str
    kind: HoldKind
    contact_point_id: str | None
    placed_at: datetime
    until: datetime | None
    released_at: datetime | None
    release_reason: str | None

    @classmethod
    def of(cls, hold: PlacedHold) -> "HoldView":
        """The view of a hold."""
        return cls(**{name: getattr(hold, name) for name in cls.model_fields})


class Erasure(Input):
    """Whose payloads to forget."""

    person_id: str = Id


class ErasureView(BaseModel):
    """How many payloads there were."""

    payloads: int


class LogView(BaseModel):
    """A year's log and the key that signs it."""

    year: int
    origin: str
    size: int
    signed_size: int
    verifier_key: str = Field(description="C2SP verifier key of the log")


class ConsistencyView(BaseModel):
    """That a smaller tree is the beginning of a larger one; hashes in base64."""

    origin: str
    from_size: int
    to_size: int
    proof: Sequence[str]
