"""The complaint register: files are loaded whole and saved act by act."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Row, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.complaints.draft import Step
from services.compliance.domain.complaints.file import (
    Act,
    Complaint,
    Evidence,
    File,
    Rectification,
    Sanction,
)
from services.compliance.domain.complaints.terms import Place
from services.compliance.domain.complaints.words import OPEN, State
from services.compliance.tables import (
    complaint,
    complaint_act,
    complaint_evidence,
    party,
    rectification,
    sanction,
)
from shared.database import sets

T = TypeVar("T")

_OF_ACTIONS = text(
    "SELECT DISTINCT complaint_id FROM rectification WHERE action_id = ANY(CAST(:wanted AS text[]))"
)


class Filters(NamedTuple):
    """Which complaints to list; None asks for nothing."""

    state: State | None = None
    is_open: bool | None = None
    late: bool | None = None
    due_before: datetime | None = None
    person_id: str | None = None
    collector_id: str | None = None
    agency_id: str | None = None
    assignee_id: str | None = None


async def save(connection: AsyncConnection, steps: Sequence[Step]) -> None:
    """Write what acts on locked complaints came to, in their order; new complaints come on file."""
    complaints = {step.complaint.complaint_id: step.complaint for step in steps}
    actions = {action.action_id: action for step in steps for action in step.actions}
    await sets.upsert(connection, complaint, list(complaints.values()))
    await sets.insert(connection, complaint_act, [step.act for step in steps])
    await sets.upsert(connection, rectification, list(actions.values()))
    await sets.insert(connection, sanction, [one for step in steps for one in step.sanctions])
    evidence = {(one.complaint_id, one.kind, one.reference): one for step in steps for one in step.evidence}
    await sets.insert(connection, complaint_evidence, list(evidence.values()), skip_existing=True)


async def by_ids(connection: AsyncConnection, complaint_ids: Collection[str]) -> list[Complaint]:
    """These complaints, as far as they exist."""
    rows = await sets.fetch(connection, complaint, "complaint_id", complaint_ids)
    return [_read(row, Complaint) for row in rows]


async def locked(connection: AsyncConnection, complaint_ids: Collection[str]) -> dict[str, File]:
    """The files of these complaints, locked until the transaction ends; their persons are locked before."""
    rows = await sets.fetch(connection, complaint, "complaint_id", complaint_ids, lock=True)
    found = {row.complaint_id: _read(row, Complaint) for row in rows}
    actions: dict[str, list[Rectification]] = {complaint_id: [] for complaint_id in found}
    for row in await sets.fetch(connection, rectification, "complaint_id", found):
        actions[row.complaint_id].append(_read(row, Rectification))
    return {name: File(one, tuple(actions[name])) for name, one in found.items()}


async def of_actions(connection: AsyncConnection, action_ids: Collection[str]) -> list[str]:
    """The ids of the complaints that these actions belong to."""
    rows = await connection.execute(_OF_ACTIONS, {"wanted": list(action_ids)})
    return list(rows.scalars().all())


async def acts_of(connection: AsyncConnection, complaint_id: str) -> list[Act]:
    """The history, in order."""
    rows = await sets.fetch(connection, complaint_act, "complaint_id", [complaint_id])
    return [_read(row, Act) for row in rows]


async def evidence_of(connection: AsyncConnection, complaint_id: str) -> list[Evidence]:
    """What shows what happened."""
    rows = await sets.fetch(connection, complaint_evidence, "complaint_id", [complaint_id])
    return [_read(row, Evidence) for row in rows]


async def actions_of(connection: AsyncConnection, complaint_id: str) -> list[Rectification]:
    """What has to be put right."""
    rows = await sets.fetch(connection, rectification, "complaint_id", [complaint_id])
    return [_read(row, Rectification) for row in rows]


async def sanctions_of(connection: AsyncConnection, complaint_id: str) -> list[Sanction]:
    """What followed for collectors and agencies."""
    rows = await sets.fetch(connection, sanction, "complaint_id", [complaint_id])
    return [_read(row, Sanction) for row in rows]


async def listed(
    connection: AsyncConnection, wanted: Filters, after: tuple[datetime, str] | None, limit: int
) -> list[Complaint]:
    """Complaints by the end of their term, the earliest first."""
    columns = complaint.c
    query = select(complaint).order_by(columns.due_at, columns.complaint_id).limit(limit)
    for name in ("state", "person_id", "collector_id", "agency_id", "assignee_id"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(columns[name] == value)
    if wanted.is_open is not None:
        is_open = columns.state.in_(sorted(OPEN))
        query = query.where(is_open if wanted.is_open else ~is_open)
    if wanted.late is not None:
        late = columns.late_to_decide | columns.late_to_acknowledge
        query = query.where(late if wanted.late else ~late)
    if wanted.due_before is not None:
        query = query.where(columns.due_at < wanted.due_before)
    if after is not None:
        query = query.where(tuple_(columns.due_at, columns.complaint_id) > after)
    return [_read(row, Complaint) for row in await connection.execute(query)]


async def places_of(
    connection: AsyncConnection, persons: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Place]:
    """Where these persons live, by (person, customer), as far as parties say; the zone may be empty."""
    rows = await sets.fetch(connection, party, "person_id", {person_id for person_id, _ in persons})
    found = {(row.person_id, row.customer_id): Place(row.jurisdiction, row.time_zone or "") for row in rows}
    return {pair: place for pair, place in found.items() if pair in persons}


def _read(row: Row[Any], kind: type[T]) -> T:
    # Names of columns may be of a subclass of str, which msgspec takes for something else.
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)
