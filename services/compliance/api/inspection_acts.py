"""What inspectors do to an inspection: one POST for each act, each with an Idempotency-Key."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance.api.inspection_desk import InspectionDesk
from services.compliance.api.inspection_inputs import NewResult, Note
from services.compliance.api.inspection_views import CompletedView, InspectionView
from services.compliance.api.violation_views import ViolationView
from services.compliance.domain.inspection import inspecting
from services.compliance.domain.inspection.completing import Result
from services.compliance.domain.inspection.inspecting import Inspection
from services.compliance.store import inspection_documents
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.problems import Conflict, NotFound, problem_responses

InspectionId = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
Inspector = Annotated[Principal, require("inspections:write")]

_UNKNOWN = "There is no such inspection."
_NO_FORM = "There is no such version of the form."
_OLD_FORM = "The form has a newer version; score by that one."
_ANSWERS = problem_responses(403, 404, 409, 422)


def acts_router(desk: InspectionDesk) -> APIRouter:
    """POST /inspections/{id}/…: claim, release, setting aside, result."""
    router = APIRouter(
        prefix="/inspections/{inspection_id}",
        tags=["inspections"],
        responses=_ANSWERS,
    )

    @router.post("/claim", response_model=InspectionView)
    async def claim(inspection_id: InspectionId, who: Inspector, key: Key) -> Response:
        """Take it in hand, or take it for longer."""
        async with desk.command(key) as command:
            if command.stored is None:
                act = partial(inspecting.claim, actor=who.subject, now=command.work.now, policy=desk.policy)
                made = await desk.queue(command).act(inspection_id, act)
                await command.answer(200, _shown(made))
        return command.response()

    @router.post("/release", response_model=InspectionView)
    async def release(inspection_id: InspectionId, body: Note, who: Inspector, key: Key) -> Response:
        """Give it back to the queue."""
        async with desk.command(key) as command:
            if command.stored is None:
                note = desk.sealed(body.note, inspection_id)
                act = partial(inspecting.release, note=note, actor=who.subject, now=command.work.now)
                made = await desk.queue(command).act(inspection_id, act)
                await command.answer(200, _shown(made))
        return command.response()

    @router.post("/setting-aside", response_model=InspectionView)
    async def set_aside(inspection_id: InspectionId, body: Note, who: Inspector, key: Key) -> Response:
        """There is nothing to inspect; it goes on counting as not inspected."""
        async with desk.command(key) as command:
            if command.stored is None:
                note = desk.sealed(body.note, inspection_id)
                act = partial(inspecting.set_aside, note=note, actor=who.subject, now=command.work.now)
                made = await desk.queue(command).act(inspection_id, act)
                await command.answer(200, _shown(made))
        return command.response()

    @router.post("/result", response_model=CompletedView)
    async def complete(inspection_id: InspectionId, body: NewResult, who: Inspector, key: Key) -> Response:
        """Hand in the marks, a verdict on each grave finding, and the violations."""
        async with desk.command(key) as command:
            if command.stored is None:
                found = await inspection_documents.form(
                    command.work.connection, body.form_id, body.form_version
                )
                if found is None:
                    raise NotFound(_NO_FORM)
                form, is_newest = found
                if not is_newest:
                    raise Conflict(_OLD_FORM, slug="form-outdated")
                result = Result(
                    form=form,
                    marks=body.marks,
                    breaches=[one.breach() for one in body.violations],
                    cleared=frozenset(body.cleared),
                    note=desk.sealed(body.note, inspection_id),
                )
                done = await desk.queue(command).complete(inspection_id, result, who.subject)
                if done is None:
                    raise NotFound(_UNKNOWN)
                view = CompletedView(
                    **_shown(done.inspection.record).model_dump(),
                    found=[ViolationView.of(step.record) for step in done.violations],
                )
                await command.answer(200, view)
        return command.response()

    return router


def _shown(made: Inspection | None) -> InspectionView:
    if made is None:
        raise NotFound(_UNKNOWN)
    return InspectionView.of(made)
