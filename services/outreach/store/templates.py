"""Approved and retired texts. Every change has the table's next revision, so one number tells of all."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.outreach.domain.template import Template
from services.outreach.tables import template
from shared.database import sets

_REVISION = text("SELECT coalesce(max(revision), 0) FROM template")
# Readers go on; of those who change templates, one at a time, so that revisions are seen in their order.
_LOCK = text("LOCK TABLE template IN SHARE ROW EXCLUSIVE MODE")


async def lock(connection: AsyncConnection) -> None:
    """Keep others from changing templates until the transaction ends."""
    await connection.execute(_LOCK)


async def revision(connection: AsyncConnection) -> int:
    """The number of the last change; 0 while there is nothing."""
    return int((await connection.execute(_REVISION)).scalar_one())


async def everything(connection: AsyncConnection) -> list[Template]:
    """All versions that were ever told of."""
    query = select(template).order_by(template.c.template_id, template.c.version)
    return [msgspec.convert(row._mapping, Template) for row in await connection.execute(query)]


async def listed(
    connection: AsyncConnection, in_use: bool | None, after: tuple[str, int] | None, limit: int
) -> list[Template]:
    """Versions by template and number; with `in_use`, only those that are, or only the others."""
    table = template.c
    query = select(template).order_by(table.template_id, table.version).limit(limit)
    if in_use is not None:
        usable = table.approved_at.is_not(None) & table.retired_at.is_(None)
        query = query.where(usable if in_use else ~usable)
    if after is not None:
        query = query.where(tuple_(table.template_id, table.version) > after)
    return [msgspec.convert(row._mapping, Template) for row in await connection.execute(query)]


async def of_ids(connection: AsyncConnection, template_ids: Iterable[str]) -> dict[tuple[str, int], Template]:
    """All versions of these templates."""
    rows = await sets.fetch(connection, template, "template_id", template_ids)
    found = [msgspec.convert(row._mapping, Template) for row in rows]
    return {(one.template_id, one.version): one for one in found}


async def save(connection: AsyncConnection, templates: Sequence[Template]) -> None:
    """Put versions on file."""
    await sets.upsert(connection, template, templates)
