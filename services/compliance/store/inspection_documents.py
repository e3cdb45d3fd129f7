"""Sampling plans and scoring forms in all their versions, and the samples that were drawn."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.inspection.forms import Form
from services.compliance.domain.inspection.plans import Plan
from services.compliance.store.inspection_rows import read
from services.compliance.tables import inspection_document, inspection_draw
from shared.database import sets


class Kind(StrEnum):
    """What a document is."""

    PLAN = "plan"
    FORM = "form"


D = TypeVar("D", Plan, Form)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a document; the fields are the columns of table `inspection_document`."""

    kind: Kind
    document_id: str
    version: int
    body: Any
    made_by: str
    made_at: datetime


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that was drawn; the fields are the columns of table `inspection_draw`."""

    plan_id: str
    first: date
    version: int
    starts_at: datetime
    ends_at: datetime
    population: int
    selected: int
    digest: str
    drawn_by: str
    drawn_at: datetime


async def add(connection: AsyncConnection, made: Document) -> bool:
    """Keep a version; False where somebody made one of that number at the same time."""
    return await sets.insert(connection, inspection_document, [made], skip_existing=True) == 1


async def next_version(connection: AsyncConnection, kind: Kind, document_id: str) -> int:
    """The number of the version that comes next."""
    columns = inspection_document.c
    query = select(func.coalesce(func.max(columns.version), 0) + 1)
    query = query.where(columns.kind == kind, columns.document_id == document_id)
    return int((await connection.execute(query)).scalar_one())


async def versions(connection: AsyncConnection, kind: Kind, document_id: str) -> list[Document]:
    """All versions of a document, the oldest first."""
    rows = await sets.fetch(
        connection, inspection_document, "document_id", [document_id], where=f"kind = '{kind}'"
    )
    return [read(row, Document) for row in rows]


async def form(connection: AsyncConnection, form_id: str, version: int) -> tuple[Form, bool] | None:
    """A version of a form, and whether it is the newest."""
    known = await versions(connection, Kind.FORM, form_id)
    found = [one for one in known if one.version == version]
    return (msgspec.convert(found[0].body, Form), found[0] is known[-1]) if found else None


async def plans(connection: AsyncConnection) -> dict[str, list[Plan]]:
    """All versions of all plans, the oldest first."""
    query = select(inspection_document).where(inspection_document.c.kind == Kind.PLAN)
    query = query.order_by(inspection_document.c.document_id, inspection_document.c.version)
    found: dict[str, list[Plan]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.document_id, []).append(msgspec.convert(row.body, Plan))
    return found


async def newest(connection: AsyncConnection, kind: Kind, after: str | None, limit: int) -> list[Document]:
    """The newest version of each document, by id."""
    columns = inspection_document.c
    name = columns.document_id.collate("C")
    query = select(inspection_document).ext(distinct_on(name)).where(columns.kind == kind)
    query = query.order_by(name, columns.version.desc()).limit(limit)
    if after is not None:
        query = query.where(name > after)
    return [read(row, Document) for row in await connection.execute(query)]


async def add_draw(connection: AsyncConnection, made: Draw) -> bool:
    """Keep a draw; False where the plan's sample of that period was drawn before. Waits for who draws it."""
    return await sets.insert(connection, inspection_draw, [made], skip_existing=True) == 1


async def drawn(connection: AsyncConnection, plan_ids: Collection[str], since: date) -> set[tuple[str, date]]:
    """The plans and first days of the periods, from `since` on, whose samples were drawn."""
    columns = inspection_draw.c
    query = select(columns.plan_id, columns.first).where(
        columns.plan_id.in_(sorted(plan_ids)), columns.first >= since
    )
    return {(row.plan_id, row.first) for row in await connection.execute(query)}


async def draws(
    connection: AsyncConnection, plan_id: str | None, after: tuple[date, str] | None, limit: int
) -> list[Draw]:
    """Samples that were drawn, the newest period first."""
    columns = inspection_draw.c
    name = columns.plan_id.collate("C")
    query = select(inspection_draw).order_by(columns.first.desc(), name.desc()).limit(limit)
    if plan_id is not None:
        query = query.where(columns.plan_id == plan_id)
    if after is not None:
        query = query.where(tuple_(columns.first, name) < after)
    return [read(row, Draw) for row in await connection.execute(query)]
