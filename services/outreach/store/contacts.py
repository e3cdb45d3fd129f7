"""Contacts and their history: found, locked, added, saved; always in sets."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.domain.contact import Contact, ContactState, HistoryEntry
from services.outreach.tables import contact, contact_history, new_contact
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.database import sets

_ROLE, _CHANNEL, _PURPOSE, _STATE = (
    Contact.__struct_fields__.index(name) for name in ("role", "channel", "purpose", "state")
)
_ROLES = {role.value: role for role in PartyRole}
_CHANNELS = {channel.value: channel for channel in Channel}
_PURPOSES = {purpose.value: purpose for purpose in Purpose}
_STATES = {state.value: state for state in ContactState}

_OPEN_OF_CASES = text(
    "SELECT contact_id FROM contact WHERE case_id = ANY(CAST(:cases AS text[]))"
    " AND state IN ('awaiting_party', 'requested', 'deferred', 'permitted', 'dispatching')"
)
_AWAITING = text(
    "SELECT contact_id FROM contact WHERE customer_id = ANY(CAST(:customers AS text[]))"
    " AND state = 'awaiting_party'"
)
_BY_PERMIT_OR_REFERENCE = text(
    "SELECT contact_id FROM contact WHERE permit_id = ANY(CAST(:permits AS text[]))"
    " UNION SELECT contact_id FROM contact"
    " WHERE provider_reference = ANY(CAST(:references AS text[])) AND provider = :provider"
)


def contact_of(row: Row[Any]) -> Contact:
    """The contact of a row of its table."""
    values = list(row)
    values[_ROLE] = _ROLES[values[_ROLE]]
    values[_CHANNEL] = _CHANNELS[values[_CHANNEL]]
    values[_PURPOSE] = _PURPOSES[values[_PURPOSE]]
    values[_STATE] = _STATES[values[_STATE]]
    return Contact(*values)


async def locked(connection: AsyncConnection, contact_ids: Iterable[str]) -> dict[str, Contact]:
    """The contacts on file of these ids, locked until the transaction ends."""
    rows = await sets.fetch(connection, contact, "contact_id", contact_ids, lock=True)
    return {row[0]: contact_of(row) for row in rows}


async def open_of_cases(connection: AsyncConnection, cases: Iterable[str]) -> list[str]:
    """The contacts of these cases that have not left the bank."""
    return await _ids(connection, _OPEN_OF_CASES, cases=list(cases))


async def awaiting(connection: AsyncConnection, customers: Iterable[str]) -> list[str]:
    """The contacts that wait for the debtor of one of these customers."""
    return await _ids(connection, _AWAITING, customers=list(customers))


async def named_by(
    connection: AsyncConnection, provider: str, permits: Sequence[str], references: Sequence[str]
) -> list[str]:
    """The contacts that a provider means: by our permit, or by its own reference once we know it."""
    if not permits and not references:
        return []
    return await _ids(
        connection,
        _BY_PERMIT_OR_REFERENCE,
        permits=list(permits),
        references=list(references),
        provider=provider,
    )


async def add(connection: AsyncConnection, contacts: Sequence[Contact]) -> None:
    """Put new contacts on file, as far as contacts are filled when they are new."""
    await sets.insert(connection, new_contact, contacts)


async def save(connection: AsyncConnection, contacts: Sequence[Contact], columns: Sequence[str]) -> None:
    """Write these columns of contacts on file."""
    await sets.update(connection, contact, contacts, columns)


async def add_history(connection: AsyncConnection, entries: Sequence[HistoryEntry]) -> None:
    """Append to the histories."""
    await sets.insert(connection, contact_history, entries)


async def _ids(connection: AsyncConnection, statement: Any, **parameters: Any) -> list[str]:
    return list((await connection.execute(statement, parameters)).scalars())
