"""Where providers' records and the log differ."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.completeness.finding import Finding
from services.compliance.domain.completeness.rules import Rule, Settlement
from services.compliance.tables import completeness_finding
from shared.contracts.vocabulary import Channel
from shared.database import sets

_SETTLING = ("settled_at", "settlement", "settled_by")
_COLUMNS = tuple(completeness_finding.columns.keys())
_ROWS = sets.unfolded(completeness_finding, _COLUMNS)
_ADD = text(
    f"INSERT INTO completeness_finding SELECT new.* FROM {_ROWS} ORDER BY finding_id"  # noqa: S608  # our columns
    " ON CONFLICT (finding_id) DO NOTHING RETURNING finding_id"
)
_FOUND_LATER = text(
    "SELECT f.* FROM completeness_finding f WHERE f.rule_id = :rule AND f.settled_at IS NULL"
    " AND EXISTS (SELECT 1 FROM provider_record r WHERE r.permit_id = f.permit_id)"
    " ORDER BY f.finding_id LIMIT :most FOR UPDATE OF f"
).columns(*completeness_finding.columns)


class FindingFilters(NamedTuple):
    """Which findings to list; None asks for nothing."""

    provider: str | None = None
    is_open: bool | None = None
    is_violation: bool | None = None
    rule: Rule | None = None


async def add(connection: AsyncConnection, findings: Sequence[Finding]) -> list[Finding]:
    """Keep findings; returns those that were not on file yet."""
    if not findings:
        return []
    document = sets.document(_COLUMNS, findings)
    new = set((await connection.execute(_ADD, document)).scalars())
    return [one for one in findings if one.finding_id in new]


async def settle(connection: AsyncConnection, findings: Sequence[Finding]) -> None:
    """Write how locked findings were settled."""
    await sets.update(connection, completeness_finding, findings, _SETTLING)


async def locked(connection: AsyncConnection, finding_id: str) -> Finding | None:
    """A finding, locked until the transaction ends."""
    rows = await sets.fetch(connection, completeness_finding, "finding_id", [finding_id], lock=True)
    return _finding(rows[0]) if rows else None


async def found_later(connection: AsyncConnection, most: int) -> list[Finding]:
    """Contacts that no provider knew and one knows by now, not settled yet, locked."""
    rows = await connection.execute(_FOUND_LATER, {"rule": Rule.NOT_AT_PROVIDER, "most": most})
    return [_finding(row) for row in rows]


async def listed(
    connection: AsyncConnection, wanted: FindingFilters, after: tuple[datetime, str] | None, limit: int
) -> list[Finding]:
    """Findings, the oldest first."""
    columns = completeness_finding.c
    query = select(completeness_finding).order_by(columns.found_at, columns.finding_id).limit(limit)
    if wanted.provider is not None:
        query = query.where(columns.provider == wanted.provider)
    if wanted.rule is not None:
        query = query.where(columns.rule_id == wanted.rule)
    if wanted.is_violation is not None:
        query = query.where(columns.is_violation == wanted.is_violation)
    if wanted.is_open is not None:
        settled = columns.settled_at.is_not(None)
        query = query.where(~settled if wanted.is_open else settled)
    if after is not None:
        query = query.where(tuple_(columns.found_at, columns.finding_id) > after)
    return [_finding(row) for row in await connection.execute(query)]


def _finding(row: Row[Any]) -> Finding:
    values = {str(name): value for name, value in row._mapping.items()}
    values |= {"rule_id": Rule(row.rule_id), "channel": Channel(row.channel)}
    values["settlement"] = None if row.settlement is None else Settlement(row.settlement)
    return Finding(**values)
