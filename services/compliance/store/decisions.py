"""Decisions: written once, read by id, person and contact."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.record import DecisionRecord, Reserved
from services.compliance.store.log import entry_of
from services.compliance.tables import decision
from shared.contracts.decisions import Reason

_KNOWN = text("SELECT decision_id FROM decision WHERE contact_id = ANY(CAST(:contacts AS text[]))")
# Decisions and the reservations of those that allow, from one document.
_KEEP = text(
    "WITH new AS MATERIALIZED (SELECT * FROM json_to_recordset(CAST(:records AS json)) AS new("
    "  contact_id text, ask integer, decision_id text, permit_id text, person_id text, customer_id text,"
    "  channel text, purpose text, effect text, reasons jsonb, decided_at timestamptz, until timestamptz,"
    "  valid_until timestamptz, obligations text[], packs text[])"
    "), reserved AS ("
    " INSERT INTO attempt (permit_id, person_id, contact_id, contact_point_id, channel, purpose, state,"
    "  reserved_at, valid_until, collector_id, debts, party, consented)"
    " SELECT new.permit_id, person_id, contact_id, contact_point_id, channel, purpose, 'reserved',"
    "  decided_at, valid_until, collector_id, debts, party, consented"
    "  FROM new JOIN json_to_recordset(CAST(:attempts AS json)) AS attempt(permit_id text,"
    "   contact_point_id text, collector_id text, debts text[], party text, consented boolean)"
    "  ON attempt.permit_id = new.permit_id ON CONFLICT DO NOTHING"
    ") INSERT INTO decision (contact_id, ask, decision_id, permit_id, person_id, customer_id, channel,"
    "  purpose, effect, reasons, decided_at, until, valid_until, obligations, packs)"
    " SELECT contact_id, ask, decision_id, permit_id, person_id, customer_id, channel, purpose, effect,"
    "  reasons, decided_at, until, valid_until, obligations, packs FROM new ON CONFLICT DO NOTHING"
)
_encode = msgspec.json.Encoder().encode


class _Named(msgspec.Struct):
    contact: str = ""
    ask: int = -1


async def known(connection: AsyncConnection, contact_ids: Collection[str]) -> set[str]:
    """The ids of all decisions on these contacts."""
    rows = await connection.execute(_KNOWN, {"contacts": list(contact_ids)})
    return set(rows.scalars().all())


async def keep(
    connection: AsyncConnection, records: Sequence[DecisionRecord], reserved: Sequence[Reserved]
) -> None:
    """Keep new decisions, and reserve what those that allow may use.

    ValueError where another transaction decided the same pair for another person at the same time.
    """
    document = {"records": _encode(records).decode(), "attempts": _encode(reserved).decode()}
    if (await connection.execute(_KEEP, document)).rowcount != len(records):
        raise ValueError("this contact_id and ask name a request about somebody else")


async def by_id(connection: AsyncConnection, decision_id: str) -> DecisionRecord | None:
    """One decision."""
    leaf = await entry_of(connection, decision_id)
    if leaf is None:
        return None
    named = msgspec.json.decode(leaf.entry, type=_Named)
    same = (decision.c.contact_id == named.contact) & (decision.c.ask == named.ask)
    row = (await connection.execute(select(decision).where(same))).first()
    return None if row is None else _record(row)


async def by_pair(connection: AsyncConnection, contact_id: str, ask: int) -> DecisionRecord | None:
    """The decision on the `ask`-th request for a contact."""
    same = (decision.c.contact_id == contact_id) & (decision.c.ask == ask)
    row = (await connection.execute(select(decision).where(same))).first()
    return None if row is None else _record(row)


async def listed(
    connection: AsyncConnection,
    *,
    person_id: str | None,
    contact_id: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[DecisionRecord]:
    """Decisions about a person or a contact, oldest first."""
    key = tuple_(decision.c.decided_at, decision.c.decision_id)
    query = select(decision).order_by(decision.c.decided_at, decision.c.decision_id).limit(limit)
    if person_id is not None:
        query = query.where(decision.c.person_id == person_id)
    if contact_id is not None:
        query = query.where(decision.c.contact_id == contact_id)
    if after is not None:
        query = query.where(key > after)
    return [_record(row) for row in await connection.execute(query)]


def _record(row: Row[Any]) -> DecisionRecord:
    found = DecisionRecord(*tuple(row))
    found.reasons = msgspec.convert(found.reasons, list[Reason])
    return found
