"""The evidence of decisions: the payloads of their leaves, as far as they are not erased."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.evidence import Evidence, decode

_JOINED = (
    " FROM decision AS d JOIN log_entry AS e ON e.event_id = d.decision_id"
    " LEFT JOIN payload AS p ON p.year = e.year AND p.leaf_index = e.leaf_index"
)
_OF_PERMITS = text(
    f"SELECT a.permit_id, d.decision_id, p.body{_JOINED}"
    " JOIN attempt AS a ON a.contact_id = d.contact_id AND a.permit_id = d.permit_id"
    " WHERE a.permit_id = ANY(CAST(:permits AS text[])) AND p.body IS NOT NULL"
)
_BETWEEN = text(
    f"SELECT d.decision_id, p.body{_JOINED}"
    " WHERE d.decided_at >= :first AND d.decided_at < :last ORDER BY d.decided_at, d.decision_id"
)
_CHUNK = 500


class Kept(NamedTuple):
    """A decision's evidence; None where it was erased."""

    decision_id: str
    evidence: Evidence | None


async def of_permits(connection: AsyncConnection, permit_ids: Iterable[str]) -> dict[str, Kept]:
    """What was decided when these permits were given, by permit, as far as it is not erased."""
    wanted = list(permit_ids)
    if not wanted:
        return {}
    rows = await connection.execute(_OF_PERMITS, {"permits": wanted})
    return {permit_id: Kept(decision_id, decode(body)) for permit_id, decision_id, body in rows}


async def between(connection: AsyncConnection, first: datetime, last: datetime) -> AsyncIterator[Kept]:
    """All decisions made in [first, last), oldest first, in bounded memory."""
    async with connection.stream(_BETWEEN, {"first": first, "last": last}) as rows:
        async for chunk in rows.partitions(_CHUNK):
            for decision_id, body in chunk:
                yield Kept(decision_id, None if body is None else decode(body))
