"""Customers as rows: their locks, their exposure, who is tied to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.account_facts import Profile
from services.intake.domain.customer import Customer, Exposure
from services.intake.tables import customer, party
from shared.contracts.vocabulary import PartyRole
from shared.database import sets

# The JSON comes as text and is decoded straight into its types, where there is any.
SELECT = (
    "SELECT customer_id, parties_version, overdue_accounts, oldest_unpaid, CAST(arrears AS text),"
    " CAST(profile AS text)"
    " FROM customer"
)
_LOCK = text(f"{SELECT} WHERE customer_id = ANY(CAST(:wanted AS text[])) ORDER BY customer_id FOR UPDATE")
_MAKE = text(
    "INSERT INTO customer (customer_id, parties_version, overdue_accounts, arrears)"
    " SELECT wanted, -1, 0, '{}' FROM unnest(CAST(:wanted AS text[])) AS wanted ON CONFLICT DO NOTHING"
)
_amounts = msgspec.json.Decoder(dict[str, Decimal])
_profile = msgspec.json.Decoder(Profile)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A row of `customer`."""

    customer_id: str
    parties_version: int
    overdue_accounts: int
    oldest_unpaid: date | None
    arrears: dict[str, Decimal]
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A row of `party`."""

    customer_id: str
    person_id: str
    role: PartyRole


async def lock(connection: AsyncConnection, customer_ids: Iterable[str]) -> dict[str, Customer]:
    """The customers, each made if it was not known, locked in sorted order until the transaction ends."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}
    await connection.execute(_MAKE, {"wanted": wanted})
    rows = (await connection.execute(_LOCK, {"wanted": wanted})).all()
    return {row[0]: customer_of(row) for row in rows}


def customer_of(row: Sequence[Any]) -> Customer:
    """The customer of a row of `SELECT`, without accounts and persons."""
    customer_id, parties_version, overdue_accounts, oldest_unpaid, arrears, profile = row
    found = Customer(customer_id, parties_version)
    if profile is not None:
        found.profile = _profile.decode(profile)
    if overdue_accounts:
        amounts = tuple(sorted(_amounts.decode(arrears).items()))
        found.exposure = Exposure(overdue_accounts, oldest_unpaid, amounts)
    return found


async def save(connection: AsyncConnection, customers: Iterable[Customer]) -> None:
    """Write the customers' version of parties, exposure and profile."""
    rows = [
        CustomerRow(
            each.customer_id,
            each.parties_version,
            each.exposure.overdue_accounts,
            each.exposure.oldest_unpaid,
            dict(each.exposure.arrears),
            each.profile,
        )
        for each in customers
    ]
    await sets.upsert(connection, customer, rows)


async def load_persons(connection: AsyncConnection, customers: Iterable[Customer]) -> None:
    """Fill in who is tied to the customers."""
    by_id = {each.customer_id: each for each in customers}
    for row in await sets.fetch(connection, party, "customer_id", by_id):
        by_id[row.customer_id].persons[row.person_id] = PartyRole(row.role)


async def replace_persons(connection: AsyncConnection, customers: Iterable[Customer]) -> None:
    """Write who is tied to the customers, forgetting who no longer is."""
    by_id = {each.customer_id: each for each in customers}
    await sets.delete(connection, party, "customer_id", by_id)
    rows = [
        PartyRow(each.customer_id, person_id, role)
        for each in by_id.values()
        for person_id, role in each.persons.items()
    ]
    await sets.insert(connection, party, rows)
