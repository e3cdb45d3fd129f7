"""Rotation: who has been with whom for long, exceptions, ties, and what was told."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Row, Table, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.staff.records import (
    Conflict,
    ExceptionState,
    RotationException,
    RotationTold,
)
from services.compliance.tables.staff import rotation_exception, rotation_told, staff_conflict
from shared.contracts.staff import StaffRole
from shared.database import sets

T = TypeVar("T")

_CLAIM = text(
    "INSERT INTO rotation_sweep (day, swept_at, told) VALUES (:day, :now, 0) ON CONFLICT DO NOTHING"
)
_SWEPT = text("SELECT EXISTS (SELECT FROM rotation_sweep WHERE day = :day)")
_COUNTED = text("UPDATE rotation_sweep SET told = :told WHERE day = :day")
# Who was heard of within a break and first long enough ago; whether without a break is told by the instants.
_LONG = text(
    "WITH lately AS (SELECT DISTINCT t.staff_id, coalesce(l.into_id, t.person_id) AS root"
    "  FROM staff_contact AS t LEFT JOIN person_link AS l ON l.member_id = t.person_id"
    "  WHERE t.at > :ended_after"
    '   AND (t.staff_id COLLATE "C", coalesce(l.into_id, t.person_id) COLLATE "C")'
    "    > (:staff_id, :person_id)),"
    " record AS (SELECT staff_id, root, root AS person_id FROM lately"
    "  UNION SELECT staff_id, root, member_id FROM lately JOIN person_link ON into_id = root)"
    " SELECT r.staff_id, r.root, m.role, array_agg(t.at),"
    "  (array_agg(t.customer_id ORDER BY t.at DESC))[1], (array_agg(t.case_id ORDER BY t.at DESC))[1],"
    "  EXISTS (SELECT FROM rotation_exception AS e JOIN record AS other ON other.staff_id = e.staff_id"
    "   AND other.person_id = e.person_id WHERE (other.staff_id, other.root) = (r.staff_id, r.root)"
    "   AND e.state = 'approved' AND e.until > :now),"
    "  (SELECT max(d.told_at) FROM rotation_told AS d"
    "   WHERE (d.staff_id, d.person_id) = (r.staff_id, r.root))"
    " FROM record AS r JOIN staff_contact AS t ON t.staff_id = r.staff_id AND t.person_id = r.person_id"
    "  LEFT JOIN attempt AS a ON a.permit_id = t.permit_id"
    "  LEFT JOIN staff_member AS m ON m.staff_id = r.staff_id"
    " WHERE coalesce(a.state, 'left') <> 'free'"
    " GROUP BY r.staff_id, r.root, m.role"
    " HAVING min(t.at) <= :began_before AND max(t.at) > :ended_after"
    ' ORDER BY r.staff_id COLLATE "C", r.root COLLATE "C" LIMIT :most'
)
_CUSTOMERS = text(
    "SELECT customer_id, max(case_id) FROM ("
    " SELECT customer_id, NULL AS case_id FROM party WHERE person_id = :person_id AND NOT removed"
    " UNION ALL SELECT customer_id, case_id FROM staff_contact"
    "  WHERE staff_id = :staff_id AND person_id = :person_id"
    ") AS known GROUP BY customer_id ORDER BY customer_id"
)
CHUNK = 500


class Long(NamedTuple):
    """A member and a person, by the root of their records, who have known each other for some time."""

    staff_id: str
    person_id: str
    role: StaffRole | None
    contacts: Sequence[datetime]
    customer_id: str
    case_id: str
    excepted: bool
    told_at: datetime | None


async def swept(connection: AsyncConnection, day: date) -> bool:
    """Whether the sweep of a day was done."""
    return bool((await connection.execute(_SWEPT, {"day": day})).scalar_one())


async def claim(connection: AsyncConnection, day: date, now: datetime) -> bool:
    """Take the sweep of a day; False where somebody did it. Waits for who is at it."""
    return (await connection.execute(_CLAIM, {"day": day, "now": now})).rowcount == 1


async def counted(connection: AsyncConnection, day: date, told: int) -> None:
    """Note what the sweep of a day found."""
    await connection.execute(_COUNTED, {"day": day, "told": told})


async def long_known(
    connection: AsyncConnection,
    now: datetime,
    began_before: datetime,
    ended_after: datetime,
    after: tuple[str, str] | None = None,
) -> AsyncIterator[Long]:
    """Pairs whose first contact was by `began_before` and whose last after `ended_after`, by their ids."""
    while True:
        staff_id, person_id = after or ("", "")
        values = {
            "now": now,
            "began_before": began_before,
            "ended_after": ended_after,
            "staff_id": staff_id,
            "person_id": person_id,
            "most": CHUNK,
        }
        rows = (await connection.execute(_LONG, values)).all()
        for row in rows:
            found = Long(*row)
            yield found._replace(role=None if found.role is None else StaffRole(found.role))
        if len(rows) < CHUNK:
            return
        after = rows[-1][0], rows[-1][1]


async def tell(connection: AsyncConnection, told: Sequence[RotationTold]) -> None:
    """Keep that these stretches were told."""
    await sets.insert(connection, rotation_told, told, skip_existing=True)


async def customers_of(
    connection: AsyncConnection, staff_id: str, person_id: str
) -> list[tuple[str, str | None]]:
    """The customers whose debts the person is tied to, with a case that the member knows."""
    values = {"staff_id": staff_id, "person_id": person_id}
    return [(customer, case) for customer, case in await connection.execute(_CUSTOMERS, values)]


async def exception(
    connection: AsyncConnection, exception_id: str, *, lock: bool = False
) -> RotationException | None:
    """One exception."""
    rows = await sets.fetch(connection, rotation_exception, "exception_id", [exception_id], lock=lock)
    return next((_read(row, RotationException) for row in rows), None)


async def open_exceptions(
    connection: AsyncConnection, staff_id: str, person_id: str
) -> list[RotationException]:
    """Those asked or approved for a pair."""
    rows = await sets.fetch(
        connection, rotation_exception, "staff_id", [staff_id], where="state IN ('asked', 'approved')"
    )
    return [_read(row, RotationException) for row in rows if row.person_id == person_id]


async def save_exception(connection: AsyncConnection, one: RotationException) -> None:
    """Write an exception, new or changed."""
    await sets.upsert(connection, rotation_exception, [one])


async def listed_exceptions(
    connection: AsyncConnection,
    state: ExceptionState | None,
    staff_id: str | None,
    person_id: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[RotationException]:
    """Exceptions, the latest asked for first."""
    wanted = {"state": state, "staff_id": staff_id, "person_id": person_id}
    rows = await _latest(connection, rotation_exception, "asked_at", "exception_id", wanted, after, limit)
    return [_read(row, RotationException) for row in rows]


async def conflict(connection: AsyncConnection, conflict_id: str) -> Conflict | None:
    """One declared tie."""
    rows = await sets.fetch(connection, staff_conflict, "conflict_id", [conflict_id])
    return next((_read(row, Conflict) for row in rows), None)


async def save_conflict(connection: AsyncConnection, one: Conflict) -> None:
    """Write a tie, new or changed."""
    await sets.upsert(connection, staff_conflict, [one])


async def listed_conflicts(
    connection: AsyncConnection,
    staff_id: str | None,
    person_id: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Conflict]:
    """Declared ties, the latest first."""
    wanted = {"staff_id": staff_id, "person_id": person_id}
    rows = await _latest(connection, staff_conflict, "declared_at", "conflict_id", wanted, after, limit)
    return [_read(row, Conflict) for row in rows]


async def _latest(
    connection: AsyncConnection,
    table: Table,
    at: str,
    name: str,
    wanted: dict[str, Any],
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    by_id = table.c[name].collate("C")
    query = select(table).order_by(table.c[at].desc(), by_id.desc()).limit(limit)
    for column, value in wanted.items():
        if value is not None:
            query = query.where(table.c[column] == value)
    if after is not None:
        query = query.where(tuple_(table.c[at], by_id) < after)
    return (await connection.execute(query)).all()


def _read(row: Row[Any], kind: type[T]) -> T:
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)
