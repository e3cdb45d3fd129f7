"""What persons said that the gate has to heed: complaints, opt-outs, wrong numbers."""

from datetime import datetime, timedelta

import msgspec

from services.compliance.domain.facts import ALL_CHANNELS
from shared.contracts import contacts
from shared.contracts.vocabulary import Channel, HoldKind
from shared.ids import derive_id


class PlacedHold(msgspec.Struct):
    """A hold; the fields are the columns of table `hold`."""

    hold_id: str
    person_id: str
    customer_id: str
    kind: HoldKind
    contact_point_id: str | None
    placed_at: datetime
    until: datetime | None = None
    released_at: datetime | None = None
    release_reason: str | None = None


class OptedOut(msgspec.Struct):
    """An opt-out; the fields are the columns of table `opt_out`."""

    person_id: str
    channel: str
    opted_out_at: datetime


class Complaint(msgspec.Struct):
    """A complaint; the fields are the columns of table `complaint`."""

    complaint_id: str
    person_id: str
    customer_id: str
    contact_id: str | None
    opened_at: datetime
    due_at: datetime


def complaint_from(event: contacts.OutcomeRecorded, term: timedelta) -> Complaint:
    """The complaint that an outcome is; it has to be answered within `term`."""
    return Complaint(
        derive_id("complaint", event.outcome_id),
        event.person_id,
        event.customer_id,
        event.contact_id,
        event.recorded_at,
        event.recorded_at + term,
    )


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
