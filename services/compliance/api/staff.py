"""The register of staff: members, courses, certificates, suspensions."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from services.compliance.api.staff_acts import acts_router
from services.compliance.api.staff_batches import batches_router
from services.compliance.api.staff_desk import StaffDesk
from services.compliance.api.staff_rotation import rotation_router
from services.compliance.api.staff_views import (
    CertificateView,
    CourseView,
    MemberView,
    StaffFileView,
    StaffRulesView,
    StandingView,
    SuspensionView,
)
from services.compliance.domain.staff.clearing import PairFile
from services.compliance.domain.staff.rules import Need
from services.compliance.settings import ComplianceSettings
from services.compliance.staff_gate import StaffedGate
from services.compliance.store import staff as store
from services.compliance.store import staff_pairs
from services.compliance.store.staff import Filters
from shared.contracts.staff import CertificateKind, StaffRole
from shared.contracts.vocabulary import Channel, Purpose
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, Unprocessable, problem_responses

StaffId = Annotated[str, Path(min_length=1, max_length=64)]
At = Annotated[AwareDatetime | None, Query(description="With its offset; none: now")]
_READS = [require("staff:read")]
_UNKNOWN = "There is no such member of staff."
_NO_PERSON = ""


def staff_routers(runtime: Runtime[ComplianceSettings], gate: StaffedGate) -> tuple[APIRouter, ...]:
    """All routes about staff: the register, what it is asked, uploads, rotation and ties."""
    desk = StaffDesk(runtime, gate)
    return register_router(desk), acts_router(desk), batches_router(desk), rotation_router(desk)


def register_router(desk: StaffDesk) -> APIRouter:
    """GET /staff and below, GET /certificates, /training-courses and /staff-rules."""
    router = APIRouter(tags=["staff"], dependencies=_READS)
    engine, clock, rules = desk.runtime.engine, desk.runtime.clock, desk.gate.staff_rules

    @router.get("/staff")
    async def members(
        page: Annotated[Paging, paging()],
        role: StaffRole | None = None,
        agency_id: Identifier | None = None,
        branch_id: Identifier | None = None,
        active: Annotated[bool | None, Query(description="Only those who work now")] = None,
    ) -> Page[MemberView]:
        """Members by id."""
        wanted = Filters(role, agency_id, branch_id, clock.now() if active else None)
        async with engine.connect() as connection:
            rows = await store.listed(connection, wanted, page.after(str), page.fetch)
        return page.of(rows, key=lambda row: (row.staff_id,), item=MemberView.of)

    @router.get("/staff/{staff_id}", responses=problem_responses(404))
    async def member(staff_id: StaffId) -> StaffFileView:
        """A member with all that was passed, and what keeps them from contacts now."""
        now = clock.now()
        file = await _file(staff_id, now)
        assert file.member is not None
        async with engine.connect() as connection:
            passed = (await store.certificates_of(connection, [staff_id]))[staff_id]
            suspended = await store.suspensions_of(connection, staff_id)
        return StaffFileView(
            **MemberView.of(file.member).model_dump(),
            certificates=[CertificateView.of(one) for one in passed],
            suspensions=[SuspensionView.of(one) for one in suspended],
            lacks=list(file.lacks(file.member.agency_id, rules.all_needs, now)),
        )

    @router.get("/staff/{staff_id}/standing", responses=problem_responses(404))
    async def standing(
        staff_id: StaffId,
        channel: Channel | None = None,
        purpose: Purpose = Purpose.COLLECT,
        at: At = None,
    ) -> StandingView:
        """What keeps a member from a contact by a channel, or from any, at an instant."""
        then = clock.now() if at is None else _utc(at)
        file = await _file(staff_id, then)
        assert file.member is not None
        needs: tuple[Need, ...] = rules.all_needs if channel is None else rules.needs_for(channel, purpose)
        lacks = file.lacks(file.member.agency_id, needs, then)
        return StandingView(staff_id=staff_id, at=then, may_contact=not lacks, lacks=list(lacks))

    @router.get("/certificates")
    async def certificates(
        page: Annotated[Paging, paging()],
        ends_before: Annotated[AwareDatetime, Query(description="With its offset")],
        kind: CertificateKind | None = None,
    ) -> Page[CertificateView]:
        """Certificates that end, the earliest first; revoked ones are left out."""
        async with engine.connect() as connection:
            rows = await store.listed_certificates(
                connection, kind, _utc(ends_before), page.after(datetime, str), page.fetch
            )
        return page.of(rows, key=lambda row: (row.valid_until, row.certificate_id), item=CertificateView.of)

    @router.get("/training-courses")
    async def courses(page: Annotated[Paging, paging()]) -> Page[CourseView]:
        """Courses by id."""
        async with engine.connect() as connection:
            rows = await store.listed_courses(connection, page.after(str), page.fetch)
        return page.of(rows, key=lambda row: (row.course_id,), item=CourseView.of)

    @router.get("/staff-rules")
    async def staff_rules() -> StaffRulesView:
        """The rules in force: what contacts need, and the limits of rotation."""
        return StaffRulesView.of(rules, msgspec.to_builtins(rules))

    async def _file(staff_id: str, at: datetime) -> PairFile:
        async with engine.connect() as connection:
            pair = (staff_id, _NO_PERSON)
            file = (await staff_pairs.files(connection, [pair], at))[pair]
        if file.member is None:
            raise NotFound(_UNKNOWN)
        return file

    return router


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, seen from another zone
        raise Unprocessable("No clock can show this instant.", slug="instant-unusable") from None
