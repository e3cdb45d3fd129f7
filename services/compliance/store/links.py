"""Which records are of one human."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_GROUPS = text(
    "WITH roots AS (SELECT unnest(CAST(:wanted AS text[])) AS root_id"
    "  EXCEPT SELECT member_id FROM person_link"
    "  UNION SELECT into_id FROM person_link WHERE member_id = ANY(CAST(:wanted AS text[])))"
    " SELECT root_id, root_id FROM roots"
    " UNION ALL SELECT into_id, member_id FROM person_link WHERE into_id IN (SELECT root_id FROM roots)"
    " ORDER BY 1, 2"
)
_LINK = text(
    "INSERT INTO person_link (member_id, into_id, linked_at, linked_by)"
    " SELECT member_id, :root, :at, :by FROM unnest(CAST(:members AS text[])) AS new(member_id)"
    " ON CONFLICT (member_id) DO UPDATE SET into_id = excluded.into_id"
)


_CLOSE = text(
    "WITH gone AS (DELETE FROM person_link WHERE member_id = ANY(CAST(:members AS text[])) RETURNING *)"
    " INSERT INTO person_unlink (member_id, linked_at, into_id, linked_by, unlinked_at, unlinked_by, reason)"
    " SELECT member_id, linked_at, into_id, linked_by, :at, :by, :reason FROM gone"
)


async def groups_of(connection: AsyncConnection, person_ids: Collection[str]) -> dict[str, list[str]]:
    """The records of each human whom one of these persons is, by the root among them, sorted."""
    groups: dict[str, list[str]] = {}
    if person_ids:
        for root, member in await connection.execute(_GROUPS, {"wanted": list(person_ids)}):
            groups.setdefault(root, []).append(member)
    return groups


async def link(
    connection: AsyncConnection, root: str, members: Collection[str], at: datetime, by: str
) -> None:
    """From now on these records are of the human of `root`; all of both groups are locked."""
    values = {"root": root, "members": sorted(members), "at": at, "by": by}
    await connection.execute(_LINK, values)


async def unlink(
    connection: AsyncConnection, members: Collection[str], at: datetime, by: str, reason: str
) -> None:
    """From now on these are linked to nobody; that they were stays on file. Their group is locked."""
    values = {"members": sorted(members), "at": at, "by": by, "reason": reason}
    await connection.execute(_CLOSE, values)
