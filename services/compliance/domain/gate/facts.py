"""What the gate knows of a person when it decides; a snapshot of it goes into the evidence.

Instants are UTC. What is not known is left out: a missing fact never means yes.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Purpose


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A part of the facts; a field that is not known here is an error."""


class AttemptOutcome(StrEnum):
    """What became of an attempt. One that is not resolved counts as everything that it may still become."""

    RESERVED = "reserved"
    """Permitted; whether it goes out is not known yet."""
    DISPATCHED = "dispatched"
    """Went out; its outcome is still to come."""
    PLACED = "placed"
    """Went out, and no more will be known of it."""
    BUSY = "busy"
    NOT_IN_SERVICE = "not_in_service"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    ANSWERED = "answered"
    CONVERSATION = "conversation"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    VISITED = "visited"
    FREE = "free"
    """Provably never went out: counts as nothing."""


class Attempt(Known, frozen=True, kw_only=True):
    """A contact made, received or reserved. `consented`: with consent given directly within seven days."""

    attempt_id: str = ""
    at: datetime
    channel: Channel
    outcome: AttemptOutcome
    direction: Literal["out", "in"] = "out"
    creditor: str = "bank"
    collector_id: str = "bank"
    person_id: str = "person"
    debts: tuple[str, ...] = ("debt",)
    contact_point_id: str = "contact_point"
    party: PartyRole = PartyRole.DEBTOR
    purpose: Purpose = Purpose.COLLECT
    consented: bool = False


class Consent(Known, frozen=True, kw_only=True):
    """What the person agreed to: `time`, `frequency`, `call_frequency_7d` … ; half-open [given_at, until)."""

    kind: str
    given_at: datetime
    until: datetime | None = None
    channel: Channel | None = None
    contact_point_id: str | None = None


class Preference(Known, frozen=True, kw_only=True):
    """What the person asked for.

    `medium_opt_out` names a channel, a contact point, or neither (everything). `inconvenient` names local
    hours [from, to) ("22:00" to "06:00" goes over midnight) and weekdays (1 Monday … 7 Sunday), or a
    contact point as a place; neither means at all times. `refuses_contact` is for good.
    """

    kind: Literal["medium_opt_out", "inconvenient", "refuses_contact"]
    since: datetime
    channel: Channel | None = None
    contact_point_id: str | None = None
    weekdays: tuple[int, ...] = ()
    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None


class Hold(Known, frozen=True, kw_only=True):
    """A hold that is not released, half-open [placed_at, until). What it is about depends on its scope."""

    hold_id: str = ""
    kind: HoldKind
    placed_at: datetime
    until: datetime | None = None
    debt: str | None = None
    """None: every debt."""
    contact_point_id: str | None = None
    """None: every contact point."""


class ZoneEvidence(Known, frozen=True, kw_only=True):
    """An IANA time zone that the person may be in, and what says so."""

    zone: str
    source: Literal["declared", "address", "phone_prefix"]


class Event(Known, frozen=True, kw_only=True):
    """Something that a sequence rule looks for: `validation_sent`, `initial_communication` …"""

    kind: str
    at: datetime
    debt: str | None = None


class Place(Known, frozen=True, kw_only=True):
    """Where the person lives, as far as known: chooses the packs."""

    country: str
    state: str | None = None
    city: str | None = None


class PersonFacts(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Everything on file about one person and its merged records.

    `known` are named facts: true, false, or not there. `attempts` grows while a batch is decided.
    `more_places` are other places that the person may live in: their packs apply as well. `merged` are the
    ids of other records of the same human: attempts under them count as the person's own.
    """

    place: Place
    more_places: tuple[Place, ...] = ()
    zones: tuple[ZoneEvidence, ...] = ()
    attempts: list[Attempt] = []
    consents: tuple[Consent, ...] = ()
    preferences: tuple[Preference, ...] = ()
    holds: tuple[Hold, ...] = ()
    events: tuple[Event, ...] = ()
    known: dict[str, bool] = {}
    merged: tuple[str, ...] = ()
