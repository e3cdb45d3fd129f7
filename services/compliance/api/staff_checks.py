"""Whether certificates can be recorded: the member is known, the course is, and it was passed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.api.staff_inputs import NewCertificate
from services.compliance.api.staff_rows import Row, RowError
from services.compliance.domain.staff.records import Certificate, Course
from services.compliance.store import staff as store

_SOON = timedelta(days=1)


async def certificates_from(
    connection: AsyncConnection, rows: Sequence[Row[NewCertificate]], by: str, at: datetime
) -> tuple[list[Certificate], list[RowError]]:
    """The certificates that can be recorded, each once, and what is wrong with the others."""
    known = await store.members(connection, [row.said.staff_id for row in rows])
    courses = await store.courses(connection, [row.said.course_id for row in rows if row.said.course_id])
    good: dict[str, Certificate] = {}
    bad = []
    for line, said in rows:
        course = courses.get(said.course_id or "")
        wrong = _wrong(said, said.staff_id in known, course, at)
        if wrong is not None:
            field, message, remedy = wrong
            bad.append(RowError(line=line, field=field, message=message, remedy=remedy))
            continue
        one = said.certificate(_end(said, course), by, at)
        good[one.certificate_id] = one
    return list(good.values()), bad


def _wrong(
    said: NewCertificate, is_known: bool, course: Course | None, at: datetime
) -> tuple[str, str, str] | None:
    """The field, what is wrong with it, and what to do about it."""
    if not is_known:
        return "staff_id", "The register does not know this member of staff", "Register the member first"
    if said.passed_at > at + _SOON:
        return "passed_at", "It lies in the future", "Record it when it was passed"
    if said.valid_until is not None and said.valid_until <= said.passed_at:
        return "valid_until", "It is not after passed_at", "Give the first instant at which it counts no more"
    if said.course_id is None:
        return None
    if course is None:
        return "course_id", "There is no such course", "Register the course first, or leave it out"
    if course.kind is not said.kind:
        return "kind", f"The course is a {course.kind}", "Give the kind of the course"
    if course.passing_score is not None and (said.score is None or said.score < course.passing_score):
        return "score", f"The course is passed with {course.passing_score}", "Record it when it was passed"
    return None


def _end(said: NewCertificate, course: Course | None) -> datetime | None:
    """When it counts no more: never later than the course says."""
    if course is None or course.valid_days is None:
        return said.valid_until
    latest = said.passed_at + timedelta(days=course.valid_days)
    return latest if said.valid_until is None else min(said.valid_until, latest)
