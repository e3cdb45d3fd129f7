"""Deleting what has to go: one statement a class. Leaves, decisions and counts stay."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.retention.judging import Item
from services.compliance.domain.retention.ledger import Ledger
from services.compliance.domain.retention.run import Run
from services.compliance.domain.retention.words import DataClass
from services.compliance.store.retention_items import payload_place
from services.compliance.tables import attempt, consent
from services.compliance.tables.access_log import personal_access
from shared.database import sets
from shared.web.access_log import AccessLog

_accesses = AccessLog(personal_access)

_PAYLOADS = text(
    "DELETE FROM payload USING unnest(CAST(:years AS integer[]), CAST(:indexes AS bigint[]))"
    "  AS gone(year, leaf_index)"
    " WHERE payload.year = gone.year AND payload.leaf_index = gone.leaf_index"
)
_COMPLAINTS = text(
    "UPDATE complaint SET sealed_text = NULL, sealed_findings = NULL, sealed_cause = NULL"
    " WHERE complaint_id = ANY(CAST(:gone AS text[]))"
)
_ACTS = text(
    "UPDATE complaint_act SET sealed_reason = NULL"
    " WHERE complaint_id = ANY(CAST(:gone AS text[])) AND sealed_reason IS NOT NULL"
)
_ACTIONS = text(
    "UPDATE rectification SET sealed_description = '' WHERE complaint_id = ANY(CAST(:gone AS text[]))"
)
_ORDERS = text(
    "INSERT INTO retention_order (document_id, contact_id, run_id, ordered_at)"
    " SELECT document_id, contact_id, :run, :at FROM document"
    " WHERE document_id = ANY(CAST(:gone AS text[])) ON CONFLICT DO NOTHING"
)


async def erase(connection: AsyncConnection, ledger: Ledger, run: Run, now: datetime) -> dict[str, int]:
    """Delete what the ledger says has to go, or order it deleted; how much of each class really went."""
    counts = dict.fromkeys(DataClass, 0)
    for kind in (DataClass.COLLECTION_RECORD, DataClass.TRANSCRIPT, DataClass.COMPLAINT):
        payloads = [item for item in ledger.due_of(kind) if "/" in item.key]
        counts[kind] += await _payloads(connection, payloads)
    texts = [item.key for item in ledger.due_of(DataClass.COMPLAINT) if "/" not in item.key]
    counts[DataClass.COMPLAINT] += await _texts(connection, texts)
    attempts = [item.key for item in ledger.due_of(DataClass.ATTEMPT)]
    counts[DataClass.ATTEMPT] = await sets.delete(connection, attempt, "permit_id", attempts)
    consents = [item.key for item in ledger.due_of(DataClass.CONSENT)]
    counts[DataClass.CONSENT] = await sets.delete(connection, consent, "consent_id", consents)
    recordings = [item.key for item in ledger.due_of(DataClass.RECORDING)]
    if recordings:
        values = {"gone": recordings, "run": run.run_id, "at": now}
        counts[DataClass.RECORDING] = (await connection.execute(_ORDERS, values)).rowcount
    accesses = [int(item.key) for item in ledger.due_of(DataClass.ACCESS_RECORD)]
    if accesses:
        counts[DataClass.ACCESS_RECORD] = await _accesses.forget(connection, accesses, now)
    return {kind.value: count for kind, count in counts.items() if count}


async def _payloads(connection: AsyncConnection, items: Sequence[Item]) -> int:
    if not items:
        return 0
    years, indexes = zip(*(payload_place(item.key) for item in items), strict=True)
    return (await connection.execute(_PAYLOADS, {"years": years, "indexes": indexes})).rowcount


async def _texts(connection: AsyncConnection, complaint_ids: Collection[str]) -> int:
    if not complaint_ids:
        return 0
    values = {"gone": list(complaint_ids)}
    await connection.execute(_ACTS, values)
    await connection.execute(_ACTIONS, values)
    return (await connection.execute(_COMPLAINTS, values)).rowcount
