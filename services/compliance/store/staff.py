"""The register of staff: members, courses, certificates, suspensions."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Row, and_, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.staff.records import Certificate, Course, Member, Suspension
from services.compliance.tables.staff import (
    staff_certificate,
    staff_member,
    staff_suspension,
    training_course,
)
from shared.contracts.staff import CertificateKind, StaffRole
from shared.database import sets

T = TypeVar("T")

_CHANGING_OF_CERTIFICATE = ("revoked_at", "revoked_by", "sealed_reason")
_BY_SANCTION = text(
    "SELECT sanction_id, collector_id, sanctioned_at FROM sanction"
    " WHERE collector_id = :staff_id AND measure = ANY(CAST(:measures AS text[])) AND NOT EXISTS"
    "  (SELECT FROM staff_suspension WHERE suspension_id = sanction_id)"
    " ORDER BY sanctioned_at, sanction_id"
)
BARRING = ("suspension", "removal")
"""The measures after an upheld complaint that stop a collector until they are lifted."""


class Filters(NamedTuple):
    """Which members to list; None asks for nothing. `active_at`: who works then."""

    role: StaffRole | None = None
    agency_id: str | None = None
    branch_id: str | None = None
    active_at: datetime | None = None


async def locked(connection: AsyncConnection, staff_ids: Iterable[str]) -> dict[str, Member]:
    """These members, as far as they are registered, locked until the transaction ends."""
    rows = await sets.fetch(connection, staff_member, "staff_id", staff_ids, lock=True)
    return {row.staff_id: _read(row, Member) for row in rows}


async def members(connection: AsyncConnection, staff_ids: Iterable[str]) -> dict[str, Member]:
    """These members, as far as they are registered."""
    rows = await sets.fetch(connection, staff_member, "staff_id", staff_ids)
    return {row.staff_id: _read(row, Member) for row in rows}


async def save_members(connection: AsyncConnection, said: Sequence[Member]) -> None:
    """Write what the register says of these members; each is named once."""
    await sets.upsert(connection, staff_member, said)


async def listed(
    connection: AsyncConnection, wanted: Filters, after: tuple[str] | None, limit: int
) -> list[Member]:
    """Members by id."""
    columns = staff_member.c
    # By bytes, as cursors are compared, whatever the database's collation is.
    by_id = columns.staff_id.collate("C")
    query = select(staff_member).order_by(by_id).limit(limit)
    for name in ("role", "agency_id", "branch_id"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(columns[name] == value)
    if wanted.active_at is not None:
        until = columns.active_until
        query = query.where(
            columns.active_from <= wanted.active_at, or_(until.is_(None), until > wanted.active_at)
        )
    if after is not None:
        query = query.where(by_id > after[0])
    return [_read(row, Member) for row in await connection.execute(query)]


async def courses(connection: AsyncConnection, course_ids: Iterable[str]) -> dict[str, Course]:
    """These courses, as far as they are registered."""
    rows = await sets.fetch(connection, training_course, "course_id", course_ids)
    return {row.course_id: _read(row, Course) for row in rows}


async def add_course(connection: AsyncConnection, course: Course) -> bool:
    """Keep a new course; False where there is one of that id."""
    return await sets.insert(connection, training_course, [course], skip_existing=True) == 1


async def listed_courses(connection: AsyncConnection, after: tuple[str] | None, limit: int) -> list[Course]:
    """Courses by id."""
    by_id = training_course.c.course_id.collate("C")
    query = select(training_course).order_by(by_id).limit(limit)
    if after is not None:
        query = query.where(by_id > after[0])
    return [_read(row, Course) for row in await connection.execute(query)]


async def certificates(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Certificate]:
    """These certificates, as far as they are on file."""
    rows = await sets.fetch(connection, staff_certificate, "certificate_id", ids)
    return {row.certificate_id: _read(row, Certificate) for row in rows}


async def certificates_of(
    connection: AsyncConnection, staff_ids: Collection[str]
) -> dict[str, list[Certificate]]:
    """All that these members ever passed."""
    found: dict[str, list[Certificate]] = {staff_id: [] for staff_id in staff_ids}
    for row in await sets.fetch(connection, staff_certificate, "staff_id", staff_ids):
        found[row.staff_id].append(_read(row, Certificate))
    return found


async def add_certificates(connection: AsyncConnection, passed: Sequence[Certificate]) -> None:
    """Keep new certificates."""
    await sets.insert(connection, staff_certificate, passed)


async def save_revoked(connection: AsyncConnection, revoked: Certificate) -> None:
    """Write that a certificate was revoked."""
    await sets.update(connection, staff_certificate, [revoked], _CHANGING_OF_CERTIFICATE)


async def listed_certificates(
    connection: AsyncConnection,
    kind: CertificateKind | None,
    ends_before: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Certificate]:
    """Certificates with an end before an instant that are not revoked, the earliest first."""
    columns = staff_certificate.c
    by_id = columns.certificate_id.collate("C")
    query = (
        select(staff_certificate)
        .where(and_(columns.revoked_at.is_(None), columns.valid_until < ends_before))
        .order_by(columns.valid_until, by_id)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(columns.kind == kind)
    if after is not None:
        query = query.where(tuple_(columns.valid_until, by_id) > after)
    return [_read(row, Certificate) for row in await connection.execute(query)]


async def suspensions_of(connection: AsyncConnection, staff_id: str) -> list[Suspension]:
    """All suspensions of a member, those that follow from sanctions after complaints among them."""
    rows = await sets.fetch(connection, staff_suspension, "staff_id", [staff_id])
    values = {"staff_id": staff_id, "measures": list(BARRING)}
    by_sanction = await connection.execute(_BY_SANCTION, values)
    return [_read(row, Suspension) for row in rows] + [
        Suspension(suspension_id=name, staff_id=staff, since=since, suspended_by="complaints")
        for name, staff, since in by_sanction
    ]


async def save_suspension(connection: AsyncConnection, suspension: Suspension) -> None:
    """Write a suspension, new or changed."""
    await sets.upsert(connection, staff_suspension, [suspension])


def _read(row: Row[Any], kind: type[T]) -> T:
    # Names of columns may be of a subclass of str, which msgspec takes for something else.
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)
