"""What persons said that the gate has to heed: opt-outs, wrong numbers, and that they got in touch at all."""

from datetime import datetime
from functools import lru_cache

import msgspec

from services.compliance.domain.gate.facts import AttemptOutcome
from services.compliance.domain.keeping import MilestoneRow
from services.compliance.domain.outcomes import MET
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import SequenceRule
from services.compliance.domain.permit import AttemptState, Permit
from shared.contracts import contacts
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Purpose
from shared.ids import derive_id

ALL_CHANNELS = "all"
"""An opt-out of everything."""

INITIAL_COMMUNICATION = "initial_communication"
_ABOUT_THE_DEBT = frozenset({Purpose.COLLECT, Purpose.VALIDATION, Purpose.DEBTOR_REQUESTED})

UNKNOWN_POINT = "unknown"
"""Where a contact came from, when nobody says."""


class PlacedHold(msgspec.Struct):
    """A hold on a contact point, a debt, or a person; the fields are the columns of table `hold`."""

    hold_id: str
    person_id: str
    customer_id: str
    kind: HoldKind
    contact_point_id: str | None
    placed_at: datetime
    until: datetime | None = None
    released_at: datetime | None = None
    release_reason: str | None = None
    debt: str | None = None


class OptedOut(msgspec.Struct):
    """An opt-out; the fields are the columns of table `opt_out`."""

    person_id: str
    channel: str
    opted_out_at: datetime


class OptOutEnd(msgspec.Struct):
    """An opt-out that the person took back by consenting anew; the fields are those of `opt_out_end`."""

    person_id: str
    channel: str
    opted_out_at: datetime
    consented_at: datetime
    source: str
    reference: str
    recorded_at: datetime
    recorded_by: str


def hold_from(event: contacts.OutcomeRecorded, kind: HoldKind, point: str | None = None) -> PlacedHold:
    """The hold that an outcome brings about."""
    return PlacedHold(
        derive_id("hold", event.outcome_id),
        event.person_id,
        event.customer_id,
        kind,
        point,
        event.recorded_at,
    )


def opt_out(person_id: str, channel: Channel | None, at: datetime) -> OptedOut:
    """An opt-out of a channel, or of all: even one that names a contact point holds for the channel."""
    return OptedOut(person_id, channel or ALL_CHANNELS, at)


def received(event: contacts.OutcomeRecorded, answered: Permit | None) -> Permit:
    """The contact that the person made: a reply to the attempt `answered`, or of their own accord.

    It is about all debts: who gets in touch seldom says about which.
    """
    at = event.recorded_at
    attempt_id = derive_id("inbound", event.outcome_id)
    return Permit(
        permit_id=attempt_id,
        person_id=event.person_id,
        contact_id=event.contact_id or attempt_id,
        contact_point_id=answered.contact_point_id if answered else UNKNOWN_POINT,
        channel=event.channel,
        purpose=Purpose.DEBTOR_REQUESTED,
        state=AttemptState.RECEIVED,
        reserved_at=at,
        valid_until=at,
        left_at=at,
        outcome=AttemptOutcome.CONVERSATION,
        outcome_at=at,
        direction="in",
        party=answered.party if answered else PartyRole.DEBTOR,
    )


@lru_cache(maxsize=8)
def asked_in(library: Library) -> frozenset[str]:
    """The countries whose packs have a sequence that begins with the initial communication."""
    return frozenset(
        pack.jurisdiction.country
        for pack in library.packs
        for rule in pack.rules
        if isinstance(rule, SequenceRule) and rule.require.of == INITIAL_COMMUNICATION
    )


def first_communications(permit: Permit) -> list[MilestoneRow]:
    """What tells the debtor of the debts, one for each; the store keeps the first.

    A message does when it goes out, a call when it came to a conversation, and whatever the debtor sends or
    says of their own accord. Visits do not, for nobody knows who was met; nor do notices and pleadings
    (12 CFR 1006.34(b)(2)).
    """
    if permit.party is not PartyRole.DEBTOR or permit.purpose not in _ABOUT_THE_DEBT:
        return []
    spoken = permit.outcome == AttemptOutcome.CONVERSATION
    at = permit.outcome_at if permit.channel in MET else permit.left_at
    if at is None or (permit.channel in MET and not spoken):
        return []
    debts = permit.debts or ("",)
    return [MilestoneRow(permit.person_id, INITIAL_COMMUNICATION, debt, at, "outreach") for debt in debts]


def validations(permit: Permit) -> list[MilestoneRow]:
    """The validation notices that went out under this permit, one for each debt."""
    assert permit.left_at is not None
    return [
        MilestoneRow(permit.person_id, "validation_sent", debt, permit.left_at, "outreach")
        for debt in permit.debts
    ]
