"""Inbound messages and recorded outcomes."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.tables import contact_outcome
from shared.contracts.base import Day
from shared.contracts.vocabulary import OutcomeCode
from shared.database import sets

_ADD_MESSAGES = text(
    "INSERT INTO inbound_message (provider, message_id, contact_id, person_id, customer_id,"
    " contact_point_id, outcome, sealed_text, at, received_at)"
    " SELECT * FROM unnest(CAST(:providers AS text[]), CAST(:messages AS text[]), CAST(:contacts AS text[]),"
    " CAST(:persons AS text[]), CAST(:customers AS text[]), CAST(:points AS text[]),"
    " CAST(:outcomes AS text[]), CAST(:texts AS text[]), CAST(:instants AS timestamptz[]),"
    " CAST(:received AS timestamptz[]))"
    " ON CONFLICT (provider, message_id) DO NOTHING RETURNING message_id"
)
_PARAMETERS = (
    *("providers", "messages", "contacts", "persons", "customers", "points"),
    *("outcomes", "texts", "instants", "received"),
)
_OUTCOMES = text(
    "SELECT outcome_id, outcome, promised, promised_currency, promise_due, recorded_by, recorded_at"
    " FROM contact_outcome WHERE contact_id = :contact_id ORDER BY recorded_at, outcome_id LIMIT 200"
)


class InboundRow(msgspec.Struct, frozen=True):
    """A row of `inbound_message`."""

    provider: str
    message_id: str
    contact_id: str | None
    person_id: str | None
    customer_id: str | None
    contact_point_id: str | None
    outcome: OutcomeCode
    sealed_text: str
    at: datetime
    received_at: datetime


class OutcomeRow(msgspec.Struct, frozen=True):
    """A row of `contact_outcome`."""

    outcome_id: str
    contact_id: str
    outcome: OutcomeCode
    promised: Decimal | None
    promised_currency: str | None
    promise_due: Day | None
    recorded_by: str
    sealed_note: str | None
    recorded_at: datetime


async def add_messages(connection: AsyncConnection, rows: Sequence[InboundRow]) -> set[str]:
    """Keep the messages; returns the message ids of those that are new."""
    if not rows:
        return set()
    ordered = sorted(rows, key=lambda row: row.message_id)
    columns = zip(*(msgspec.structs.astuple(row) for row in ordered), strict=True)
    values = {name: list(column) for name, column in zip(_PARAMETERS, columns, strict=True)}
    return set((await connection.execute(_ADD_MESSAGES, values)).scalars())


async def add_outcomes(connection: AsyncConnection, rows: Sequence[OutcomeRow]) -> None:
    """Keep the outcomes; one recorded before stays as it is."""
    await sets.insert(connection, contact_outcome, rows, skip_existing=True)


async def outcomes_of(connection: AsyncConnection, contact_id: str) -> Sequence[Row[Any]]:
    """What a contact came to, oldest first."""
    return (await connection.execute(_OUTCOMES, {"contact_id": contact_id})).all()
