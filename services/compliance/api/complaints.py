"""Complaints: taking them in, listing them, showing their files, counting them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from services.compliance.api.access_log import ACCESSES, Seen, SeenInClear
from services.compliance.api.complaint_commands import commands_router, endings_router
from services.compliance.api.complaint_desk import ComplaintDesk, complaint_id_of
from services.compliance.api.complaint_figures import figures_router
from services.compliance.api.complaint_inputs import NewComplaint
from services.compliance.api.complaint_views import ComplaintFileView, ComplaintTexts, ComplaintView
from services.compliance.domain.complaints.words import State
from services.compliance.settings import ComplianceSettings
from services.compliance.store import complaints as store
from services.compliance.store.complaints import Filters
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.web.access_log import DataKind
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Unprocessable, problem_responses

ComplaintId = Annotated[str, Path(min_length=1, max_length=64)]
_OLDEST = timedelta(days=3_660)
_RECEIVED = "received_at is not in the future and at most ten years ago."
_DUE = "due_before is no instant that any clock can show."


def register_router(desk: ComplaintDesk) -> APIRouter:
    """GET and POST /complaints, GET /complaints/{id} and /complaints/{id}/texts."""
    router = APIRouter(prefix="/complaints", tags=["complaints"])
    engine, clock = desk.runtime.engine, desk.runtime.clock

    @router.get("", dependencies=[require("complaint:read")])
    async def complaints(
        page: Annotated[Paging, paging()],
        access: Seen,
        state: State | None = None,
        is_open: Annotated[
            bool | None, Query(alias="open", description="Neither closed nor withdrawn")
        ] = None,
        late: Annotated[bool | None, Query(description="A term ran out before it was kept")] = None,
        due_before: Annotated[AwareDatetime | None, Query(description="With its offset")] = None,
        person_id: Identifier | None = None,
        collector_id: Identifier | None = None,
        agency_id: Identifier | None = None,
        assignee_id: Identifier | None = None,
    ) -> Page[ComplaintView]:
        """Complaints by the end of their term, the earliest first."""
        before = None if due_before is None else _utc(due_before)
        wanted = Filters(state, is_open, late, before, person_id, collector_id, agency_id, assignee_id)
        async with engine.begin() as connection:
            rows = await store.listed(connection, wanted, page.after(datetime, str), page.fetch)
            seen = (row.person_id for row in rows[: page.limit])
            await ACCESSES.note(connection, access, DataKind.COMPLAINT, seen, clock.now())
        return page.of(rows, key=lambda row: (row.due_at, row.complaint_id), item=ComplaintView.of)

    @router.post("", status_code=201, response_model=ComplaintView, responses=problem_responses(409))
    async def register(
        body: NewComplaint,
        principal: Annotated[Principal, require("complaint:write")],
        key: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """Take in a complaint: its clock starts, collection stops by the bank's policy."""
        async with desk.command(key) as command:
            if command.stored is not None:
                return command.response()
            received_at = body.received_at or command.work.now
            if not command.work.now - _OLDEST <= received_at <= command.work.now:
                raise Unprocessable(_RECEIVED, slug="received-at-unusable")
            complaint_id = complaint_id_of(key, command.work)
            intake = body.intake(complaint_id, received_at, desk.sealer(complaint_id))
            made = await command.register.open(intake, principal.subject)
            await command.answer(201, ComplaintView.of(made), f"/complaints/{complaint_id}")
        return command.response()

    @router.get("/{complaint_id}", responses=problem_responses(403, 404))
    async def complaint(
        complaint_id: ComplaintId,
        principal: Annotated[Principal, require("complaint:read")],
        access: Seen,
    ) -> ComplaintFileView:
        """A complaint with its history, evidence, actions and sanctions; not for the recused.

        Reasons and descriptions are for those with `personal:read` who state a purpose.
        """
        async with engine.begin() as connection:
            view = await desk.shown(connection, complaint_id, principal, access)
            await ACCESSES.note(
                connection,
                access,
                DataKind.COMPLAINT,
                [view.person_id],
                clock.now(),
                in_clear=access.in_clear,
            )
        return view

    @router.get("/{complaint_id}/texts", responses=problem_responses(403, 404))
    async def texts(
        complaint_id: ComplaintId,
        principal: Annotated[Principal, require("complaint:write")],
        access: SeenInClear,
    ) -> ComplaintTexts:
        """What complainant and investigator wrote; for those who handle complaints, not for the recused.

        They have `personal:read` as well and state a purpose.
        """
        async with engine.begin() as connection:
            found = await desk.readable(connection, complaint_id, principal)
            await ACCESSES.note(
                connection, access, DataKind.COMPLAINT_TEXT, [found.person_id], clock.now(), in_clear=True
            )
        opened = desk.opener(complaint_id)
        return ComplaintTexts(
            text=opened(found.sealed_text, "text"),
            findings=opened(found.sealed_findings, "findings"),
            cause=opened(found.sealed_cause, "cause"),
        )

    return router


def complaint_routers(runtime: Runtime[ComplianceSettings]) -> tuple[APIRouter, ...]:
    """All routes about complaints."""
    desk = ComplaintDesk(runtime, runtime.settings.complaint_policy)
    return register_router(desk), commands_router(desk), endings_router(desk), figures_router(desk)


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, seen from another zone
        raise Unprocessable(_DUE, slug="due-before-unusable") from None
