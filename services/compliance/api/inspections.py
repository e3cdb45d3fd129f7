"""Inspections: the queue, claiming, scoring, and the file of each."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance.api.access_log import Seen
from services.compliance.api.inspection_acts import acts_router
from services.compliance.api.inspection_coverage import coverage_router
from services.compliance.api.inspection_desk import InspectionDesk
from services.compliance.api.inspection_draws import draws_router
from services.compliance.api.inspection_inputs import ClaimNext, NewInspection
from services.compliance.api.inspection_plans import documents_router
from services.compliance.api.inspection_transcript_views import FindingView
from services.compliance.api.inspection_transcripts import transcripts_router
from services.compliance.api.inspection_views import InspectionFileView, InspectionView
from services.compliance.api.violation_views import ViolationView
from services.compliance.api.violations import violation_acts_router, violations_router
from services.compliance.domain.inspection.acts import Why
from services.compliance.domain.inspection.inspecting import Reason
from services.compliance.domain.inspection.words import Cause, State
from services.compliance.inspections import Wanted, enqueue
from services.compliance.settings import ComplianceSettings
from services.compliance.store import inspection_transcripts, inspection_violations
from services.compliance.store import inspections as store
from services.compliance.store.inspections import Filters
from shared.contracts.vocabulary import Channel
from shared.lint.linter import Linter
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, Forbidden, NotFound, problem_responses

InspectionId = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
Reader = Annotated[Principal, require("inspections:read")]
Inspector = Annotated[Principal, require("inspections:write")]

_UNKNOWN = "There is no such inspection."
_NO_CONTACT = "No contact of that name was permitted."
_NO_FORM = "There is no such version of the form."
_OLD_FORM = "The form has a newer version; score by that one."
_OWN = "Nobody sees the inspection of a contact that they made."
_NOTHING = "Nothing waits to be inspected by you."
_IN_HAND = "The contact waits to be inspected already."


def inspection_routers(runtime: Runtime[ComplianceSettings], linter: Linter) -> tuple[APIRouter, ...]:
    """All routes about inspection and violations."""
    desk = InspectionDesk(runtime, linter)
    return (
        transcripts_router(desk),
        documents_router(desk),
        draws_router(desk),
        queue_router(desk),
        acts_router(desk),
        coverage_router(desk),
        violations_router(desk),
        violation_acts_router(desk),
    )


def queue_router(desk: InspectionDesk) -> APIRouter:
    """GET and POST /inspections, POST /inspections/claims, GET /inspections/{id}."""
    router = APIRouter(prefix="/inspections", tags=["inspections"])
    engine = desk.runtime.engine

    @router.get("", dependencies=[require("inspections:read")])
    async def inspections(
        page: Annotated[Paging, paging()],
        access: Seen,
        state: State | None = None,
        contact_id: Identifier | None = None,
        person_id: Identifier | None = None,
        collector_id: Identifier | None = None,
        branch_id: Identifier | None = None,
        channel: Channel | None = None,
        claimed_by: Identifier | None = None,
        sampled: bool | None = None,
        passed: bool | None = None,
    ) -> Page[InspectionView]:
        """Inspections in the order in which they came into the queue."""
        wanted = Filters(
            state, contact_id, person_id, collector_id, branch_id, channel, claimed_by, sampled, passed
        )
        async with engine.begin() as connection:
            rows = await store.listed(connection, wanted, page.after(datetime, str), page.fetch)
            await desk.saw(connection, access, (row.person_id for row in rows[: page.limit]))
        return page.of(rows, key=lambda row: (row.queued_at, row.inspection_id), item=InspectionView.of)

    @router.post("", status_code=201, response_model=InspectionView, responses=problem_responses(404, 409))
    async def inspect(body: NewInspection, who: Inspector, key: Key) -> Response:
        """Have a contact inspected whatever the samples say; one that was is inspected again."""
        async with desk.command(key) as command:
            if command.stored is None:
                known = await inspection_transcripts.contacts(command.work.connection, [body.contact_id])
                if not known:
                    raise NotFound(_NO_CONTACT)
                wanted = {name: Wanted(one, [Reason(cause=Cause.MANUAL)]) for name, one in known.items()}
                made = await enqueue(wanted, who.subject, command.work, command.journal)
                if not made.changed:
                    raise Conflict(_IN_HAND, slug=Why.STATE)
                await command.journal.write(command.work)
                inspection = made.inspections[body.contact_id]
                location = f"/inspections/{inspection.inspection_id}"
                await command.answer(201, InspectionView.of(inspection), location)
        return command.response()

    @router.post("/claims", response_model=InspectionView, responses=problem_responses(404, 409))
    async def claim_next(body: ClaimNext, who: Inspector, key: Key) -> Response:
        """Take the gravest, then oldest, contact that waits and that the caller did not make."""
        async with desk.command(key) as command:
            if command.stored is None:
                made = await desk.queue(command).claim_next(who.subject, body.channel)
                if made is None:
                    raise NotFound(_NOTHING)
                await command.answer(200, InspectionView.of(made))
        return command.response()

    @router.get("/{inspection_id}", responses=problem_responses(403, 404))
    async def inspection(inspection_id: InspectionId, who: Reader, access: Seen) -> InspectionFileView:
        """An inspection with its history, findings and violations; not for who made the contact.

        Notes are for those with `personal:read` who state a purpose.
        """
        async with engine.begin() as connection:
            found = await store.by_id(connection, inspection_id)
            if found is None:
                raise NotFound(_UNKNOWN)
            if found.collector_id == who.subject:
                raise Forbidden(_OWN, slug=Why.RECUSED)
            await desk.saw(connection, access, [found.person_id], in_clear=access.in_clear)
            history = await desk.history(connection, inspection_id, access)
            findings = await inspection_transcripts.findings_of(connection, found.contact_id)
            broken = await inspection_violations.of_inspection(connection, inspection_id, found.contact_id)
        return InspectionFileView(
            **InspectionView.of(found).model_dump(),
            history=history,
            findings=[FindingView.of(one) for one in findings],
            found=[ViolationView.of(one) for one in broken],
        )

    return router
