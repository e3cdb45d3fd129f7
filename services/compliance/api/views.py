"""What callers send and get."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.compliance.domain.conduct import PlacedHold
from services.compliance.domain.gate.request import Collector, CollectorRole
from services.compliance.domain.record import DecisionRecord
from shared.contracts.decisions import Effect, Force, Reason
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Product, Purpose
from shared.web.inputs import Count, Input, ShortText

Id = Field(min_length=1, max_length=64)
Name = Annotated[str, Field(min_length=1, max_length=64)]


class CollectorSaid(Input):
    """Who will make the contact. Facts that the bank itself vouches for are in its configuration."""

    collector_id: str = Id
    role: CollectorRole = CollectorRole.BANK
    staff_id: str | None = Field(
        default=None, min_length=1, max_length=64, description="Which of its people, where that is settled"
    )
    staff: int = Field(default=1, ge=1, le=100, strict=True, description="How many go")
    facts: list[Name] = Field(default=[], max_length=50, description="Known to be true of this contact")

    def collector(self) -> Collector:
        """The same for the gate."""
        return Collector(
            collector_id=self.collector_id, role=self.role, staff=self.staff, facts=frozenset(self.facts)
        )


class ContentSaid(Input):
    """What the linter of this version found in the words."""

    tags: list[Name] = Field(default=[], max_length=100)
    linter: str = Field(default="", max_length=64)


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
    debts: list[Name] = Field(default=[], max_length=50, description="None: the customer's debts are one")
    product: Product | None = None
    collector: CollectorSaid | None = Field(default=None, description="None: the bank's own desk")
    content: ContentSaid | None = Field(default=None, description="None: no words are known yet")

    def event(self, now: datetime) -> ContactRequested:
        """The same as it comes through the other door."""
        values = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in ("collector", "content")
        }
        return ContactRequested(
            **values,
            requested_at=now,
            collector_id=self.collector.collector_id if self.collector else None,
            staff_id=self.collector.staff_id if self.collector else None,
            content_tags=self.content.tags if self.content else None,
            linter=self.content.linter if self.content else "",
        )

    def making(self) -> Collector | None:
        """Who will make the contact, where the caller tells."""
        return self.collector.collector() if self.collector else None


class ReasonView(BaseModel):
    """One rule that applied, and the numbers it used."""

    rule_id: str
    effect: Effect
    force: Force
    citation: str
    numbers: dict[str, str]
    confidence: str | None = Field(
        description="How well the rule is sourced: A the text was read, B told, C from memory"
    )

    @classmethod
    def of(cls, reason: Reason) -> "ReasonView":
        """The view of a reason."""
        return cls(
            rule_id=reason.rule_id,
            effect=reason.effect,
            force=reason.force,
            citation=reason.citation,
            numbers=reason.numbers,
            confidence=reason.confidence,
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
    obligations: list[str] = Field(description="What an allowed contact has to hold or do")
    packs: list[str] = Field(description="id@version of the rule packs and calendars that decided")
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
            obligations=list(record.obligations),
            packs=list(record.packs),
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
    """Collection stops for a person, about one debt, or at one contact point."""

    person_id: str = Id
    customer_id: str = Id
    kind: HoldKind
    contact_point_id: str | None = Field(default=None, min_length=1, max_length=64)
    debt: str | None = Field(default=None, min_length=1, max_length=64, description="None: about every debt")
    until: datetime | None = Field(
        default=None,
        description="With its offset; None: until released, or as long as the rule pack lets this kind last",
    )


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
    debt: str | None
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
