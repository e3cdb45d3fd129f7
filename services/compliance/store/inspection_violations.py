"""The violation register."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.inspection.acts import Step
from services.compliance.domain.inspection.violations import Violation
from services.compliance.domain.inspection.words import Appeal, ViolationState
from services.compliance.store.inspection_rows import read
from services.compliance.tables import inspection_act, violation
from shared.contracts.complaints import Severity
from shared.database import sets


class Filters(NamedTuple):
    """Which violations to list; None asks for nothing."""

    state: ViolationState | None = None
    severity: Severity | None = None
    rule_id: str | None = None
    person_id: str | None = None
    contact_id: str | None = None
    collector_id: str | None = None
    agency_id: str | None = None
    branch_id: str | None = None
    owner_id: str | None = None
    appeal: Appeal | None = None
    late: bool | None = None


async def save(connection: AsyncConnection, steps: Sequence[Step[Violation]]) -> None:
    """Write what acts on locked violations came to; new ones come into the register."""
    changed = {step.record.violation_id: step.record for step in steps}
    await sets.upsert(connection, violation, list(changed.values()))
    await sets.insert(connection, inspection_act, [step.act for step in steps])


async def locked(connection: AsyncConnection, violation_ids: Collection[str]) -> dict[str, Violation]:
    """These violations, as far as they exist, locked until the transaction ends."""
    rows = await sets.fetch(connection, violation, "violation_id", violation_ids, lock=True)
    return {row.violation_id: read(row, Violation) for row in rows}


async def known(connection: AsyncConnection, violation_ids: Collection[str]) -> set[str]:
    """Which of these are in the register."""
    return {
        row.violation_id for row in await sets.fetch(connection, violation, "violation_id", violation_ids)
    }


async def by_id(connection: AsyncConnection, violation_id: str) -> Violation | None:
    """A violation."""
    rows = await sets.fetch(connection, violation, "violation_id", [violation_id])
    return read(rows[0], Violation) if rows else None


async def of_inspection(connection: AsyncConnection, inspection_id: str, contact_id: str) -> list[Violation]:
    """What an inspection of a contact found."""
    rows = await sets.fetch(connection, violation, "contact_id", [contact_id])
    return [one for one in (read(row, Violation) for row in rows) if one.inspection_id == inspection_id]


async def listed(
    connection: AsyncConnection, wanted: Filters, after: tuple[datetime, str] | None, limit: int
) -> list[Violation]:
    """Violations in the order in which they were found."""
    columns = violation.c
    query = select(violation).order_by(columns.found_at, columns.violation_id).limit(limit)
    for name, value in wanted._asdict().items():
        if value is not None:
            query = query.where(columns[name] == value)
    if after is not None:
        query = query.where(tuple_(columns.found_at, columns.violation_id) > after)
    return [read(row, Violation) for row in await connection.execute(query)]
