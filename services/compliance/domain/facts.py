"""What the gate knows of a person when it decides; a snapshot of it goes into the evidence."""

from datetime import datetime
from enum import StrEnum

import msgspec

from shared.contracts.vocabulary import Channel, HoldKind, PartyRole

ALL_CHANNELS = "all"
"""An opt-out of everything."""


class AttemptState(StrEnum):
    """What became of a reservation."""

    RESERVED = "reserved"
    REDEEMED = "redeemed"
    LEFT = "left"
    FREE = "free"


COUNTED = frozenset({AttemptState.RESERVED, AttemptState.REDEEMED, AttemptState.LEFT})
"""All but what provably never went out."""


class Party(msgspec.Struct, frozen=True):
    """Who the person is to a customer's debts."""

    customer_id: str
    role: PartyRole
    jurisdiction: str
    time_zone: str | None
    removed: bool


class Hold(msgspec.Struct, frozen=True):
    """A hold that is not released; with `contact_point_id` it is about that point only."""

    hold_id: str
    kind: HoldKind
    contact_point_id: str | None
    until: datetime | None

    def in_force(self, now: datetime) -> bool:
        """Whether it still stops anything."""
        return self.until is None or now < self.until


class OptOut(msgspec.Struct, frozen=True):
    """The person wants nothing more on `channel`, or on ALL_CHANNELS."""

    channel: str
    opted_out_at: datetime

    def covers(self, channel: Channel) -> bool:
        """Whether a message on `channel` is unwanted."""
        return self.channel in (channel, ALL_CHANNELS)


class Attempt(msgspec.Struct, frozen=True):
    """A contact that counts: reserved, redeemed or gone out, at that instant."""

    at: datetime
    state: AttemptState
    channel: Channel
    contact_point_id: str


class PersonFacts(msgspec.Struct):
    """Everything on file about one person; `attempts` grows while a batch is decided."""

    parties: list[Party] = []
    holds: list[Hold] = []
    opt_outs: list[OptOut] = []
    attempts: list[Attempt] = []
