"""What is done in the register of staff: one POST for each act, with an Idempotency-Key."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance.api.staff_checks import certificates_from
from services.compliance.api.staff_desk import Act, StaffDesk
from services.compliance.api.staff_inputs import (
    NewCertificate,
    NewCourse,
    NewMember,
    NewSuspension,
    Passed,
    Reason,
)
from services.compliance.api.staff_rows import Row
from services.compliance.api.staff_views import CertificateView, CourseView, MemberView, SuspensionView
from services.compliance.store import staff as store
from shared.ids import derive_id
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.problems import Conflict, Unprocessable, problem_responses

Id = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
Writer = Annotated[Principal, require("staff:write")]

_COURSE = "There is another course of this id; a course never changes."


def acts_router(desk: StaffDesk) -> APIRouter:
    """POST /staff and below, POST /training-courses."""
    router = APIRouter(tags=["staff"], responses=problem_responses(403, 404, 409))

    @router.post("/staff", response_model=MemberView)
    async def enrol(body: NewMember, who: Writer, key: Key) -> Response:
        """Register a member, or replace what is said of one."""

        async def do(act: Act) -> MemberView:
            await act.register.enrol([body.member(act.by, act.work.now)])
            known = await store.members(act.work.connection, [body.staff_id])
            return MemberView.of(known[body.staff_id])

        return await desk.act(who, key, do, bars=[body.staff_id])

    @router.post("/training-courses", status_code=201, response_model=CourseView)
    async def add_course(body: NewCourse, who: Writer, key: Key) -> Response:
        """Register something that staff can pass."""

        async def do(act: Act) -> CourseView:
            course = body.course(act.by, act.work.now)
            if not await act.register.add_course(course):
                raise Conflict(_COURSE, slug="course-taken")
            return CourseView.of(course)

        return await desk.act(who, key, do, 201)

    @router.post("/staff/{staff_id}/certificates", status_code=201, response_model=CertificateView)
    async def certify(staff_id: Id, body: Passed, who: Writer, key: Key) -> Response:
        """Record what a member passed; the same twice is recorded once."""
        said = NewCertificate.model_validate({**body.model_dump(), "staff_id": staff_id})

        async def do(act: Act) -> CertificateView:
            connection = act.work.connection
            passed, wrong = await certificates_from(connection, [Row(1, said)], act.by, act.work.now)
            if wrong:
                raise Unprocessable(
                    f"{wrong[0].message}. {wrong[0].remedy}.",
                    slug="certificate-unusable",
                    field=wrong[0].field,
                )
            await act.register.certify(passed)
            name = passed[0].certificate_id
            return CertificateView.of((await store.certificates(connection, [name]))[name])

        return await desk.act(who, key, do, 201)

    @router.post("/certificates/{certificate_id}/revocation", response_model=CertificateView)
    async def revoke(certificate_id: Id, body: Reason, who: Writer, key: Key) -> Response:
        """Take a certificate back; open permits that need it are withdrawn before the answer."""
        barred: list[str] = []

        async def do(act: Act) -> CertificateView:
            sealed = desk.seal(body.reason, f"certificate:{certificate_id}")
            revoked = await act.register.revoke(certificate_id, sealed)
            barred.append(revoked.staff_id)
            return CertificateView.of(revoked)

        return await desk.act(who, key, do, bars=barred)

    @router.post("/staff/{staff_id}/suspensions", status_code=201, response_model=SuspensionView)
    async def suspend(staff_id: Id, body: NewSuspension, who: Writer, key: Key) -> Response:
        """No contacts by the member from now on; open permits are withdrawn before the answer."""
        name = derive_id("suspension", staff_id, key.principal, key.key)

        async def do(act: Act) -> SuspensionView:
            if body.until is not None and body.until <= act.work.now:
                raise Unprocessable("until has passed.", slug="instant-unusable")
            sealed = desk.seal(body.reason, f"suspension:{name}")
            return SuspensionView.of(await act.register.suspend(name, staff_id, body.until, sealed))

        return await desk.act(who, key, do, 201, bars=[staff_id])

    @router.post("/staff/{staff_id}/suspensions/{suspension_id}/lifting", response_model=SuspensionView)
    async def lift(staff_id: Id, suspension_id: Id, body: Reason, who: Writer, key: Key) -> Response:
        """End a suspension, also one that follows from a sanction (by the sanction's id)."""

        async def do(act: Act) -> SuspensionView:
            sealed = desk.seal(body.reason, f"suspension:{suspension_id}")
            return SuspensionView.of(await act.register.lift(staff_id, suspension_id, sealed))

        return await desk.act(who, key, do)

    return router
