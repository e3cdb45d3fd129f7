"""The persons of a batch's customers, with what the batch itself says about them."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.batch import Batch
from services.outreach.domain.party import Party, debtor_among, party_from
from services.outreach.store import parties as store

People = dict[str, dict[str, Party]]
"""By customer and person."""


async def people_of(batch: Batch, connection: AsyncConnection) -> People:
    """Everyone tied to the batch's customers; newer versions in the batch are saved.

    A treatment that finds no debtor and a debtor that finds no waiting contact must not pass each other
    unseen: both lock the customer and look again.
    """
    treated = {plan.customer_id for plan in batch.plans}
    arrived = {event.customer_id for event in batch.parties}
    people = await store.of_customers(connection, treated - arrived)
    missing = {customer for customer in treated - arrived if debtor_of(people, customer) is None}
    if arrived or missing:
        await store.lock_customers(connection, arrived | missing)
        people |= await store.of_customers(connection, arrived | missing)
    await store.save(connection, _newer(batch, people))
    return people


def debtor_of(people: People, customer_id: str) -> Party | None:
    """The customer's debtor, if on file."""
    known = people.get(customer_id)
    return debtor_among(known.values()) if known else None


def debtors_of(people: People, customers: Iterable[str]) -> dict[str, Party]:
    """The debtors of those customers that have one."""
    found = ((customer, debtor_of(people, customer)) for customer in set(customers))
    return {customer: party for customer, party in found if party is not None}


def _newer(batch: Batch, people: People) -> list[Party]:
    """The parties of the batch that outrank what is on file, put among the people as well."""
    newest: dict[tuple[str, str], Party] = {}
    for event in batch.parties:
        party = party_from(event)
        known = people.setdefault(party.customer_id, {})
        before = known.get(party.person_id)
        if before is None or party.version > before.version:
            known[party.person_id] = newest[party.person_id, party.customer_id] = party
    return [newest[key] for key in sorted(newest)]
