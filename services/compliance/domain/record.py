"""A decision as it is kept and shown."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.gate.facts import Attempt
from shared.contracts.decisions import Effect, Reason
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.ids import derive_id


class DecisionRecord(msgspec.Struct):
    """The answer to the `ask`-th request for a contact; the fields are the columns of table `decision`."""

    contact_id: str
    ask: int
    decision_id: str
    permit_id: str | None
    person_id: str
    customer_id: str
    channel: Channel
    purpose: Purpose
    effect: Effect
    reasons: Sequence[Reason]
    decided_at: datetime
    until: datetime | None
    valid_until: datetime | None
    obligations: Sequence[str] = ()
    packs: Sequence[str] = ()

    def answers(self, request: ContactRequested) -> bool:
        """Whether this is the decision on that request, and not on another one of the same name."""
        return (self.person_id, self.customer_id, self.channel, self.purpose) == (
            request.person_id,
            request.customer_id,
            request.channel,
            request.purpose,
        )


class Reserved(msgspec.Struct):
    """What a permit reserves, beside what its decision says; the fields are columns of table `attempt`."""

    permit_id: str
    contact_point_id: str
    collector_id: str
    debts: Sequence[str]
    party: PartyRole
    consented: bool

    @classmethod
    def of(cls, attempt: Attempt) -> "Reserved":
        """The same as an attempt among the person's facts."""
        return cls(
            attempt.attempt_id,
            attempt.contact_point_id,
            attempt.collector_id,
            attempt.debts,
            attempt.party,
            attempt.consented,
        )


def decision_id_of(contact_id: str, ask: int) -> str:
    """The name of the only decision on this pair."""
    return derive_id("decision", contact_id, ask)


def permit_id_of(contact_id: str, ask: int) -> str:
    """The name of the only permit that this pair can have."""
    return derive_id("permit", contact_id, ask)


def record(decision_id: str, request: ContactRequested, decision: Decision, now: datetime) -> DecisionRecord:
    """The record of a decision made at `now`."""
    return DecisionRecord(
        request.contact_id,
        request.ask,
        decision_id,
        permit_id_of(request.contact_id, request.ask) if decision.effect is Effect.ALLOW else None,
        request.person_id,
        request.customer_id,
        request.channel,
        request.purpose,
        decision.effect,
        decision.reasons,
        now,
        decision.until,
        decision.valid_until,
        decision.obligations,
        decision.packs,
    )
