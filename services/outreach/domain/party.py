"""Who a person is to a customer's debts, as far as outreach needs it."""

from collections.abc import Iterable

import msgspec

from shared.contracts.parties import ContactPoint, PartyChanged, PartyRemoved
from shared.contracts.vocabulary import REACHED_THROUGH, Channel, PartyRole


class Party(msgspec.Struct, frozen=True):
    """The newest version of a person's tie to a customer; a removed one stays, to outrank late news."""

    person_id: str
    customer_id: str
    role: PartyRole
    language: str
    time_zone: str | None
    jurisdiction: str
    version: int
    removed: bool
    contact_points: list[ContactPoint]

    def point_for(self, channel: Channel) -> ContactPoint | None:
        """The first contact point of the kind that the channel needs."""
        kind = REACHED_THROUGH[channel]
        for point in self.contact_points:
            if point.kind == kind:
                return point
        return None

    def point(self, contact_point_id: str | None) -> ContactPoint | None:
        """The contact point of this id."""
        for point in self.contact_points:
            if point.contact_point_id == contact_point_id:
                return point
        return None


def party_from(event: PartyChanged | PartyRemoved) -> Party:
    """The party that an event describes; of a removed one only the tie and the version are left."""
    if isinstance(event, PartyRemoved):
        return Party(
            event.person_id, event.customer_id, PartyRole.CONTACT, "", None, "", event.version, True, []
        )
    return Party(
        event.person_id,
        event.customer_id,
        event.role,
        event.language,
        event.time_zone,
        event.jurisdiction,
        event.version,
        False,
        event.contact_points,
    )


def debtor_among(parties: Iterable[Party]) -> Party | None:
    """The customer's debtor: the customer in person where there are several, else the lowest id."""
    debtors = [party for party in parties if party.role == PartyRole.DEBTOR and not party.removed]
    return min(
        debtors, key=lambda party: (party.person_id != party.customer_id, party.person_id), default=None
    )
