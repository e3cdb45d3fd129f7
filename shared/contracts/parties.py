"""`intake.parties.v1`, keyed by person: who a person is to a debt and how to reach them, sealed."""

from shared.contracts.base import Event, Id, Part
from shared.contracts.vocabulary import ContactPointKind, PartyRole


class ContactPoint(Part, frozen=True, kw_only=True):
    """A way to reach a person; `sealed` opens with the field key and the context `contact_point_id`."""

    contact_point_id: Id
    kind: ContactPointKind
    sealed: str


class PartyChanged(Event, frozen=True, kw_only=True):
    """A person's tie to a customer's debts, whole; a higher `version` replaces a lower one.

    `sealed_name` opens with the field key and the context `person_id`. `time_zone` is an IANA name, or
    None where none is known: the gate then refers the contact to a human.
    """

    type_ = "party.changed.v1"
    person_id: Id
    customer_id: Id
    version: int
    role: PartyRole
    jurisdiction: str
    language: str
    time_zone: str | None
    sealed_name: str
    contact_points: list[ContactPoint]


class PartyRemoved(Event, frozen=True, kw_only=True):
    """A person is no longer tied to the customer's debts."""

    type_ = "party.removed.v1"
    person_id: Id
    customer_id: Id
    version: int


EVENTS: tuple[type[Event], ...] = (PartyChanged, PartyRemoved)
