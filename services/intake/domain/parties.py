"""Who is tied to a customer's debts; names and contact points leave sealed."""

from collections.abc import Callable

from services.intake.domain.customer import Customer
from shared.contracts.corebank import CustomerChanged, PersonGiven
from shared.contracts.parties import ContactPoint, PartyChanged, PartyRemoved

Seal = Callable[[str, str], str]
"""Encrypts (value, context)."""


def decide(customer: Customer, event: CustomerChanged, seal: Seal) -> list[PartyChanged | PartyRemoved]:
    """Replace the persons if the version is higher; the customer changes in place."""
    if event.version <= customer.parties_version:
        return []
    gone = customer.persons.keys() - {person.person_id for person in event.persons}
    customer.parties_version = event.version
    customer.persons = {person.person_id: person.role for person in event.persons}
    removed = [
        PartyRemoved(person_id=person_id, customer_id=customer.customer_id, version=event.version)
        for person_id in sorted(gone)
    ]
    return [*(_changed(event, person, seal) for person in event.persons), *removed]


def _changed(event: CustomerChanged, person: PersonGiven, seal: Seal) -> PartyChanged:
    return PartyChanged(
        person_id=person.person_id,
        customer_id=event.customer_id,
        version=event.version,
        role=person.role,
        jurisdiction=event.jurisdiction,
        language=person.language,
        time_zone=person.time_zone,
        sealed_name=seal(person.name, person.person_id),
        contact_points=[
            ContactPoint(
                contact_point_id=point.contact_point_id,
                kind=point.kind,
                sealed=seal(point.value, point.contact_point_id),
            )
            for point in person.contact_points
        ],
    )
