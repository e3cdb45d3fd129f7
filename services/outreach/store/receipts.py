"""Delivery receipts: kept once each, waiting where their dispatch is not on record yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.domain.facts import ReceiptStatus

_ADD = text(
    "INSERT INTO receipt (receipt_id, provider, idempotency_key, provider_id, status, at, reason,"
    " contact_id, applied_at)"
    " SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:providers AS text[]), CAST(:permits AS text[]),"
    " CAST(:references AS text[]), CAST(:statuses AS text[]), CAST(:instants AS timestamptz[]),"
    " CAST(:reasons AS text[]), CAST(:contacts AS text[]), CAST(:applied AS timestamptz[]))"
    " ON CONFLICT (receipt_id) DO NOTHING RETURNING receipt_id"
)
# There are none nearly always: one look then spares one for each message.
_WAITING = text(
    "SELECT receipt_id, provider, idempotency_key, provider_id, status, at, reason, contact_id, applied_at"
    " FROM receipt WHERE applied_at IS NULL AND idempotency_key = ANY(CAST(:permits AS text[]))"
    " AND EXISTS (SELECT 1 FROM receipt WHERE applied_at IS NULL)"
    " UNION ALL"
    " SELECT receipt_id, provider, idempotency_key, provider_id, status, at, reason, contact_id, applied_at"
    " FROM receipt WHERE applied_at IS NULL AND idempotency_key IS NULL AND provider = :provider"
    " AND provider_id = ANY(CAST(:references AS text[]))"
    " AND EXISTS (SELECT 1 FROM receipt WHERE applied_at IS NULL)"
    " ORDER BY at, receipt_id"
)
_APPLIED = text(
    "UPDATE receipt SET applied_at = :now, contact_id = done.contact_id"
    " FROM unnest(CAST(:ids AS text[]), CAST(:contacts AS text[])) AS done(receipt_id, contact_id)"
    " WHERE receipt.receipt_id = done.receipt_id"
)
_PARAMETERS = (
    *("ids", "providers", "permits", "references", "statuses", "instants", "reasons", "contacts"),
    "applied",
)
# A receipt that named only the provider's reference may have come while the dispatch that makes the
# reference known was being committed: neither saw the other. That takes seconds at most.
_PASSED_BY = text(
    "SELECT contact.contact_id FROM receipt JOIN contact"
    " ON contact.provider_reference = receipt.provider_id AND contact.provider = receipt.provider"
    " WHERE receipt.applied_at IS NULL AND receipt.received_at > clock_timestamp() - interval '10 minutes'"
    " LIMIT 500"
)


class Receipt(msgspec.Struct, frozen=True):
    """A row of the table; exactly one of `idempotency_key` and `provider_id` is needed."""

    receipt_id: str
    provider: str
    idempotency_key: str | None
    provider_id: str | None
    status: ReceiptStatus
    at: datetime
    reason: str | None
    contact_id: str | None = None
    applied_at: datetime | None = None


async def add(connection: AsyncConnection, receipts: Sequence[Receipt]) -> set[str]:
    """Keep the receipts; returns the ids of those that are new."""
    if not receipts:
        return set()
    # In one order for everyone: two requests with the same receipts cannot dead-lock.
    rows = sorted(receipts, key=lambda receipt: receipt.receipt_id)
    columns = zip(*(msgspec.structs.astuple(row) for row in rows), strict=True)
    values = {name: list(column) for name, column in zip(_PARAMETERS, columns, strict=True)}
    return set((await connection.execute(_ADD, values)).scalars())


async def waiting(
    connection: AsyncConnection, provider: str, permits: Sequence[str], references: Sequence[str]
) -> list[Receipt]:
    """Receipts that came before their dispatch was on record, oldest first."""
    values = {"provider": provider, "permits": list(permits), "references": list(references)}
    return [_receipt_of(row) for row in await connection.execute(_WAITING, values)]


async def mark_applied(
    connection: AsyncConnection, applied: Sequence[tuple[str, str]], now: datetime
) -> None:
    """These receipts (pairs of receipt and contact) wait no longer."""
    if applied:
        receipts, contacts = zip(*applied, strict=True)
        values = {"now": now, "ids": list(receipts), "contacts": list(contacts)}
        await connection.execute(_APPLIED, values)


async def passed_by(connection: AsyncConnection) -> list[str]:
    """Contacts whose receipt and dispatch were committed at the same moment."""
    return list((await connection.execute(_PASSED_BY)).scalars())


def _receipt_of(row: Row[Any]) -> Receipt:
    values: list[Any] = list(row)
    values[4] = ReceiptStatus(values[4])
    return Receipt(*values)
