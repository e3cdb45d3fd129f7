"""Counts of complaints by month, and the points of collectors and agencies."""

from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.complaints.words import OPEN, State
from services.compliance.tables import complaint, sanction
from shared.contracts.complaints import ComplaintFinding

By = Literal["branch", "agency", "collector", "category", "source"]
Role = Literal["collector", "agency"]

_GROUPS: dict[str, Any] = {
    "branch": complaint.c.branch_id,
    "agency": complaint.c.agency_id,
    "collector": complaint.c.collector_id,
    "category": complaint.c.category,
    "source": complaint.c.source,
}


class MonthCount(NamedTuple):
    """Complaints received in a local month about one branch (agency …); an empty `key`: about none."""

    month: str
    key: str
    received: int
    upheld: int
    partly_upheld: int
    rejected: int
    withdrawn: int
    open: int
    late_to_acknowledge: int
    late_to_decide: int


class Score(NamedTuple):
    """What a month's upheld complaints mean for a collector or an agency."""

    subject: str
    sanctions: int
    points: int
    vetoes_incentive: bool


async def by_month(
    connection: AsyncConnection, by: By, first: date, end: date, after: tuple[str, str] | None, limit: int
) -> list[MonthCount]:
    """Complaints received on the local dates [first, end), counted by month and `by`."""
    columns = complaint.c
    month = func.to_char(columns.received_on, "YYYY-MM")
    # By bytes, as cursors are compared, whatever the database's collation is.
    key = func.coalesce(_GROUPS[by], "").collate("C")
    query = (
        select(
            month,
            key,
            func.count(),
            _count(columns.finding == ComplaintFinding.UPHELD),
            _count(columns.finding == ComplaintFinding.PARTLY_UPHELD),
            _count(columns.finding == ComplaintFinding.REJECTED),
            _count(columns.state == State.WITHDRAWN),
            _count(columns.state.in_(sorted(OPEN))),
            _count(columns.late_to_acknowledge),
            _count(columns.late_to_decide),
        )
        .where(columns.received_on >= first, columns.received_on < end)
        .group_by(month, key)
        .order_by(month, key)
        .limit(limit)
    )
    if after is not None:
        query = query.having(tuple_(month, key) > after)
    return [MonthCount(*row) for row in await connection.execute(query)]


async def scores(
    connection: AsyncConnection, role: Role, first: date, end: date, after: str | None, limit: int
) -> list[Score]:
    """Points by collector or agency of the sanctions on the local dates [first, end)."""
    subject = (sanction.c.collector_id if role == "collector" else sanction.c.agency_id).collate("C")
    within = and_(sanction.c.sanctioned_on >= first, sanction.c.sanctioned_on < end, subject.is_not(None))
    query = (
        select(subject, func.count(), func.sum(sanction.c.points), func.bool_or(sanction.c.vetoes_incentive))
        .where(within)
        .group_by(subject)
        .order_by(subject)
        .limit(limit)
    )
    if after is not None:
        query = query.where(subject > after)
    return [Score(*row) for row in await connection.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
