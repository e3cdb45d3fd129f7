"""Joint-liability groups as rows, and what their members' accounts add up to."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.group import Group, GroupTold, Share
from services.intake.tables_book import liability_group
from shared.contracts.corebank_book import GroupGiven
from shared.database import sets

# Of several versions the highest stays; the event's id decides between equal ones.
_KEEP = text(
    "INSERT INTO liability_group AS known (group_id, version, event_id, members, told)"
    " VALUES (:group_id, :version, :event_id, CAST(:members AS jsonb), '{}')"
    " ON CONFLICT (group_id) DO UPDATE SET version = excluded.version, event_id = excluded.event_id,"
    " members = excluded.members"
    " WHERE (excluded.version, excluded.event_id) > (known.version, known.event_id)"
)
_MAKE = text(
    "INSERT INTO liability_group (group_id, version, event_id, members, told)"
    " SELECT wanted, -1, '', '[]', '{}' FROM unnest(CAST(:wanted AS text[])) AS wanted ON CONFLICT DO NOTHING"
)
_LOCK = text(
    "SELECT group_id, version, event_id, CAST(members AS text), CAST(told AS text) FROM liability_group"
    " WHERE group_id = ANY(CAST(:wanted AS text[])) ORDER BY group_id FOR UPDATE"
)
_SHARES = text(
    "SELECT group_id, customer_id, coalesce(snapshot ->> 'currency', ''), count(*) FILTER (WHERE overdue),"
    " min(oldest_unpaid) FILTER (WHERE overdue), coalesce(sum(arrears) FILTER (WHERE overdue), 0),"
    " sum(outstanding) FROM account WHERE group_id = ANY(CAST(:wanted AS text[])) AND snapshot IS NOT NULL"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
_members = msgspec.json.Decoder(list[str])
_told = msgspec.json.Decoder(dict[str, GroupTold])


async def keep(connection: AsyncConnection, event: GroupGiven, event_id: str) -> None:
    """Write the group's members where this is their highest version."""
    values = {
        "group_id": event.group_id,
        "version": event.version,
        "event_id": event_id,
        "members": msgspec.json.encode(sorted(set(event.members))).decode(),
    }
    await connection.execute(_KEEP, values)


async def lock(connection: AsyncConnection, group_ids: Iterable[str]) -> list[Group]:
    """The groups, each made if only accounts named it, locked in sorted order until the transaction ends."""
    wanted = sorted(set(group_ids))
    await connection.execute(_MAKE, {"wanted": wanted})
    rows = (await connection.execute(_LOCK, {"wanted": wanted})).all()
    return [Group(row[0], row[1], row[2], _members.decode(row[3]), _told.decode(row[4])) for row in rows]


async def shares(connection: AsyncConnection, groups: Iterable[Group]) -> dict[str, list[Share]]:
    """What customers owe on accounts whose terms name the groups, by group."""
    wanted = [group.group_id for group in groups]
    found: dict[str, list[Share]] = {name: [] for name in wanted}
    for group_id, *share in (await connection.execute(_SHARES, {"wanted": wanted})).all():
        found[group_id].append(Share(*share))
    return found


async def save(connection: AsyncConnection, groups: list[Group]) -> None:
    """Write what was told."""
    await sets.update(connection, liability_group, groups, ("told",))
