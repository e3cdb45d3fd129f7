"""Rotation and ties: who has been with whom for too long, exceptions, and conflicts of interest."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.compliance.api.staff_desk import Act, StaffDesk
from services.compliance.api.staff_inputs import NewConflict, NewException, Reason
from services.compliance.api.staff_views import ConflictView, ExceptionView, TenureView
from services.compliance.domain.staff.records import Conflict, ExceptionState, RotationException
from services.compliance.staff_rotation import tenures
from services.compliance.store import staff_rotation as store
from shared.ids import derive_id
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Unprocessable, problem_responses

Id = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
Writer = Annotated[Principal, require("staff:write")]
_READS = [require("staff:read")]
_UNTIL = "until has to lie in the future."


def rotation_router(desk: StaffDesk) -> APIRouter:
    """/rotation/tenures, /rotation/exceptions, /conflicts and POST /staff/{id}/conflicts."""
    router = APIRouter(tags=["rotation"], responses=problem_responses(403, 404, 409))
    router.include_router(_lists(desk))
    router.include_router(_exceptions(desk))
    router.include_router(_conflicts(desk))
    return router


def _lists(desk: StaffDesk) -> APIRouter:
    router = APIRouter(dependencies=_READS)
    engine, clock = desk.runtime.engine, desk.runtime.clock

    @router.get("/rotation/tenures")
    async def near(
        page: Annotated[Paging, paging()],
        near_days: Annotated[int, Query(ge=0, le=3660, description="This long before the limit")] = 30,
    ) -> Page[TenureView]:
        """Who has reached the limit with a person, or nearly; by their ids."""
        now, rows = clock.now(), []
        after = page.after(str, str)
        async with engine.connect() as connection:
            async for found in tenures(connection, desk.gate.staff_rules, now, near_days, after):
                rows.append(found)
                if len(rows) >= page.fetch:
                    break
        return page.of(
            rows,
            key=lambda row: (row[0].staff_id, row[0].person_id),
            item=lambda row: TenureView.of(*row, now),
        )

    @router.get("/rotation/exceptions")
    async def exceptions(
        page: Annotated[Paging, paging()],
        state: ExceptionState | None = None,
        staff_id: Identifier | None = None,
        person_id: Identifier | None = None,
    ) -> Page[ExceptionView]:
        """Exceptions, the latest asked for first."""
        async with engine.connect() as connection:
            rows = await store.listed_exceptions(
                connection, state, staff_id, person_id, page.after(datetime, str), page.fetch
            )
        return page.of(
            rows,
            key=lambda row: (row.asked_at, row.exception_id),
            item=lambda row: ExceptionView.of(row, desk.opened),
        )

    @router.get("/conflicts")
    async def conflicts(
        page: Annotated[Paging, paging()],
        staff_id: Identifier | None = None,
        person_id: Identifier | None = None,
    ) -> Page[ConflictView]:
        """Declared ties, the latest first."""
        async with engine.connect() as connection:
            rows = await store.listed_conflicts(
                connection, staff_id, person_id, page.after(datetime, str), page.fetch
            )
        return page.of(
            rows,
            key=lambda row: (row.declared_at, row.conflict_id),
            item=lambda row: ConflictView.of(row, desk.opened),
        )

    return router


def _exceptions(desk: StaffDesk) -> APIRouter:
    router = APIRouter(prefix="/rotation/exceptions")

    def view(one: RotationException) -> ExceptionView:
        return ExceptionView.of(one, desk.opened)

    def sealed(exception_id: str, body: Reason) -> str:
        return desk.seal(body.reason, f"exception:{exception_id}")

    @router.post("", status_code=201, response_model=ExceptionView)
    async def ask(body: NewException, who: Writer, key: Key) -> Response:
        """Ask that a member may stay with a person; somebody else approves it."""
        name = derive_id("exception", key.principal, key.key, body.staff_id, body.person_id)

        async def do(act: Act) -> ExceptionView:
            if body.until <= act.work.now:
                raise Unprocessable(_UNTIL, slug="instant-unusable")
            reason = sealed(name, body)
            return view(await act.ties.ask(name, body.staff_id, body.person_id, body.until, reason))

        return await desk.act(who, key, do, 201)

    @router.post("/{exception_id}/approval", response_model=ExceptionView)
    async def approve(exception_id: Id, body: Reason, who: Writer, key: Key) -> Response:
        """Let the member stay; for somebody else than who asked, and not for the member."""

        async def do(act: Act) -> ExceptionView:
            return view(await act.ties.approve(exception_id, sealed(exception_id, body)))

        return await desk.act(who, key, do)

    @router.post("/{exception_id}/refusal", response_model=ExceptionView)
    async def refuse(exception_id: Id, body: Reason, who: Writer, key: Key) -> Response:
        """Do not let the member stay; for somebody else than who asked, and not for the member."""

        async def do(act: Act) -> ExceptionView:
            return view(await act.ties.refuse(exception_id, sealed(exception_id, body)))

        return await desk.act(who, key, do)

    @router.post("/{exception_id}/ending", response_model=ExceptionView)
    async def end(exception_id: Id, body: Reason, who: Writer, key: Key) -> Response:
        """Take it back; open permits that need it are withdrawn before the answer."""
        barred: list[str] = []

        async def do(act: Act) -> ExceptionView:
            ended = await act.ties.end(exception_id, sealed(exception_id, body))
            barred.append(ended.staff_id)
            return view(ended)

        return await desk.act(who, key, do, bars=barred)

    return router


def _conflicts(desk: StaffDesk) -> APIRouter:
    router = APIRouter()

    def view(one: Conflict) -> ConflictView:
        return ConflictView.of(one, desk.opened)

    @router.post("/staff/{staff_id}/conflicts", status_code=201, response_model=ConflictView)
    async def declare(staff_id: Id, body: NewConflict, who: Writer, key: Key) -> Response:
        """Declare a tie: the person goes to somebody else, contacts of the member are denied at once."""
        name = derive_id("conflict", staff_id, key.principal, key.key)

        async def do(act: Act) -> ConflictView:
            sealed = None if body.reason is None else desk.seal(body.reason, f"conflict:{name}")
            return view(await act.ties.declare(name, staff_id, body.person_id, body.relation, sealed))

        return await desk.act(who, key, do, 201, bars=[staff_id])

    @router.post("/conflicts/{conflict_id}/ending", response_model=ConflictView)
    async def end(conflict_id: Id, body: Reason, who: Writer, key: Key) -> Response:
        """The tie is gone; for somebody else than who declared it, and not for the member."""

        async def do(act: Act) -> ConflictView:
            sealed = desk.seal(body.reason, f"conflict:{conflict_id}")
            return view(await act.ties.end_conflict(conflict_id, sealed))

        return await desk.act(who, key, do)

    return router
