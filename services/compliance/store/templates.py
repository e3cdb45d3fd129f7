"""Templates: numbered, added, locked, saved, listed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.lint.template import TemplateState, TemplateVersion
from services.compliance.tables.templates import template, template_version
from shared.contracts.vocabulary import Channel
from shared.database import sets

_NUMBERS = text(
    "INSERT INTO template AS head (template_id, versions)"
    " SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:counts AS int[]))"
    " ON CONFLICT (template_id) DO UPDATE SET versions = head.versions + excluded.versions"
    " RETURNING template_id, versions"
)
_CHANGING = (
    "state",
    *("submitted_by", "submitted_at"),
    *("decided_by", "decided_at"),
    *("retired_by", "retired_at"),
    *("reason", "tags", "linter"),
)


class Filters(NamedTuple):
    """Which versions to list; None asks for nothing."""

    template_id: str | None = None
    state: TemplateState | None = None
    language: str | None = None
    channel: Channel | None = None


async def next_versions(connection: AsyncConnection, wanted: Mapping[str, int]) -> dict[str, int]:
    """The first number of so many new versions of each template; they stay locked until the commit."""
    ids = sorted(wanted)
    values = {"ids": ids, "counts": [wanted[name] for name in ids]}
    rows = await connection.execute(_NUMBERS, values)
    return {row.template_id: row.versions - wanted[row.template_id] + 1 for row in rows}


async def add(connection: AsyncConnection, versions: Sequence[TemplateVersion]) -> None:
    """Keep new versions of locked templates."""
    await sets.insert(connection, template_version, versions)


async def save(connection: AsyncConnection, versions: Sequence[TemplateVersion]) -> None:
    """Write what became of versions of locked templates; what they say stays."""
    await sets.update(connection, template_version, versions, _CHANGING)


async def locked(
    connection: AsyncConnection, template_ids: Collection[str]
) -> dict[tuple[str, int], TemplateVersion]:
    """All versions of these templates by id and number, the templates locked until the commit."""
    await sets.fetch(connection, template, "template_id", template_ids, lock=True)
    rows = await sets.fetch(connection, template_version, "template_id", template_ids)
    return {(row.template_id, row.version): _version(row) for row in rows}


async def one(connection: AsyncConnection, template_id: str, version: int) -> TemplateVersion | None:
    """One version."""
    table = template_version.c
    query = select(template_version).where(table.template_id == template_id, table.version == version)
    row = (await connection.execute(query)).first()
    return None if row is None else _version(row)


async def listed(
    connection: AsyncConnection, filters: Filters, after: tuple[str, int] | None, limit: int
) -> list[TemplateVersion]:
    """Versions by template and number."""
    table = template_version.c
    query = select(template_version).order_by(table.template_id, table.version).limit(limit)
    for name, wanted in filters._asdict().items():
        if wanted is not None:
            query = query.where(table[name] == wanted)
    if after is not None:
        query = query.where(tuple_(table.template_id, table.version) > after)
    return [_version(row) for row in await connection.execute(query)]


def _version(row: Row[Any]) -> TemplateVersion:
    return msgspec.convert(row._mapping, TemplateVersion)
