"""The violation register: second opinion, putting right, checking, appeal."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance.api.access_log import Seen
from services.compliance.api.inspection_desk import InspectionDesk
from services.compliance.api.inspection_inputs import AppealDecision, NewRectification, Note
from services.compliance.api.violation_views import ViolationFileView, ViolationView
from services.compliance.domain.inspection import remedying
from services.compliance.domain.inspection.acts import Step
from services.compliance.domain.inspection.violations import Violation
from services.compliance.domain.inspection.words import Appeal, ViolationState
from services.compliance.store import inspection_violations as store
from services.compliance.store.inspection_violations import Filters
from services.compliance.violation_register import ViolationRegister
from shared.contracts.complaints import Severity
from shared.security.principals import Principal
from shared.web.access_log import Access
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, Unprocessable, problem_responses

ViolationId = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
Inspector = Annotated[Principal, require("inspections:write")]
Concerned = Annotated[Principal, require("inspections:appeal")]
Act = Callable[..., Step[Violation]]

_UNKNOWN = "There is no such violation."
_DUE = "due_at is no instant that any clock can show."
_ANSWERS = problem_responses(403, 404, 409, 422)


def violations_router(desk: InspectionDesk) -> APIRouter:
    """GET /violations, /own-violations and /violations/{id}."""
    router = APIRouter(tags=["violations"])
    engine = desk.runtime.engine

    async def listed(wanted: Filters, page: Paging, access: Access) -> Page[ViolationView]:
        async with engine.begin() as connection:
            rows = await store.listed(connection, wanted, page.after(datetime, str), page.fetch)
            await desk.saw(connection, access, (row.person_id for row in rows[: page.limit]))
        return page.of(rows, key=lambda row: (row.found_at, row.violation_id), item=ViolationView.of)

    @router.get("/violations", dependencies=[require("inspections:read")])
    async def register(
        page: Annotated[Paging, paging()],
        access: Seen,
        state: ViolationState | None = None,
        severity: Severity | None = None,
        rule_id: Identifier | None = None,
        person_id: Identifier | None = None,
        contact_id: Identifier | None = None,
        collector_id: Identifier | None = None,
        agency_id: Identifier | None = None,
        branch_id: Identifier | None = None,
        owner_id: Identifier | None = None,
        appeal: Appeal | None = None,
        late: bool | None = None,
    ) -> Page[ViolationView]:
        """Violations in the order in which they were found."""
        wanted = Filters(
            state,
            severity,
            rule_id,
            person_id,
            contact_id,
            collector_id,
            agency_id,
            branch_id,
            owner_id,
            appeal,
            late,
        )
        return await listed(wanted, page, access)

    @router.get("/own-violations")
    async def own(page: Annotated[Paging, paging()], access: Seen, who: Concerned) -> Page[ViolationView]:
        """What the caller is said to have broken: what they may appeal against."""
        return await listed(Filters(collector_id=who.subject), page, access)

    @router.get(
        "/violations/{violation_id}",
        dependencies=[require("inspections:read")],
        responses=problem_responses(404),
    )
    async def violation(violation_id: ViolationId, access: Seen) -> ViolationFileView:
        """A violation with its history; notes are for those with `personal:read` who state a purpose."""
        async with engine.begin() as connection:
            found = await store.by_id(connection, violation_id)
            if found is None:
                raise NotFound(_UNKNOWN)
            await desk.saw(connection, access, [found.person_id], in_clear=access.in_clear)
            history = await desk.history(connection, violation_id, access)
        return ViolationFileView(**ViolationView.of(found).model_dump(), history=history)

    return router


def violation_acts_router(desk: InspectionDesk) -> APIRouter:
    """POST /violations/{id}/…: each act with its note and an Idempotency-Key."""
    router = APIRouter(prefix="/violations/{violation_id}", tags=["violations"], responses=_ANSWERS)

    @router.post("/confirmation", response_model=ViolationView)
    async def confirm(violation_id: ViolationId, body: Note, who: Inspector, key: Key) -> Response:
        """It is so; for somebody else than who found it."""
        return await _do(desk, violation_id, remedying.confirm, body, who, key)

    @router.post("/dismissal", response_model=ViolationView)
    async def dismiss(violation_id: ViolationId, body: Note, who: Inspector, key: Key) -> Response:
        """It is not; for somebody else than who found it."""
        return await _do(desk, violation_id, remedying.dismiss, body, who, key)

    @router.post("/rectification", response_model=ViolationView)
    async def rectification(
        violation_id: ViolationId, body: NewRectification, who: Inspector, key: Key
    ) -> Response:
        """Say what has to be put right, by whom and until when."""
        try:
            due_at = body.due_at.astimezone(UTC)
        except OverflowError:  # the first or last hours of the calendar, seen from another zone
            raise Unprocessable(_DUE, slug="due-at-unusable") from None
        act = partial(remedying.set_rectification, owner_id=body.owner_id, due_at=due_at)
        return await _do(desk, violation_id, act, body, who, key)

    @router.post("/rectification/completion", response_model=ViolationView)
    async def rectify(violation_id: ViolationId, body: Note, who: Inspector, key: Key) -> Response:
        """It was put right."""
        return await _do(desk, violation_id, remedying.rectify, body, who, key)

    @router.post("/rectification/verification", response_model=ViolationView)
    async def verify(violation_id: ViolationId, body: Note, who: Inspector, key: Key) -> Response:
        """It is put right indeed; for somebody else than those who did it."""
        return await _do(desk, violation_id, remedying.verify, body, who, key)

    @router.post("/rectification/return", response_model=ViolationView)
    async def send_back(violation_id: ViolationId, body: Note, who: Inspector, key: Key) -> Response:
        """It is not put right yet; for somebody else than those who did it."""
        return await _do(desk, violation_id, remedying.send_back, body, who, key)

    @router.post("/appeal", response_model=ViolationView)
    async def appeal(violation_id: ViolationId, body: Note, who: Concerned, key: Key) -> Response:
        """Say that it is wrong; for the collector concerned, once."""
        act = partial(remedying.appeal, policy=desk.policy)
        return await _do(desk, violation_id, act, body, who, key)

    @router.post("/appeal/decision", response_model=ViolationView)
    async def decide(violation_id: ViolationId, body: AppealDecision, who: Inspector, key: Key) -> Response:
        """Decide the appeal; for somebody who neither found nor confirmed it."""
        act = partial(remedying.decide_appeal, upheld=body.upheld)
        return await _do(desk, violation_id, act, body, who, key)

    return router


async def _do(
    desk: InspectionDesk, violation_id: str, act: Act, body: Note, who: Principal, key: IdempotentRequest
) -> Response:
    """Do it once for the key and answer with the violation after it."""
    async with desk.command(key) as command:
        if command.stored is None:
            note = desk.sealed(body.note, violation_id)
            decide = partial(act, note=note, actor=who.subject, now=command.work.now)
            made = await ViolationRegister(command.work, command.journal).act(violation_id, decide)
            if made is None:
                raise NotFound(_UNKNOWN)
            await command.answer(200, ViolationView.of(made))
    return command.response()
