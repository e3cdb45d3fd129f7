"""Drawing samples, and which were drawn."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from services.compliance.api.inspection_desk import InspectionDesk
from services.compliance.api.inspection_inputs import NewDraw
from services.compliance.api.inspection_plans import Key, Name, Planner
from services.compliance.domain.inspection import plans
from services.compliance.domain.inspection.periods import period_of
from services.compliance.inspection_sampling import draw_sample
from services.compliance.store import inspection_documents as store
from services.compliance.store.inspection_documents import Draw
from shared.web.auth import require
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, NotFound, problem_responses

_NONE = "There is no such plan."
_NOT_IN_FORCE = "No version of the plan holds for that period."
_NOT_OVER = "The period is not over yet."
_DRAWN = "The sample of that period was drawn before."


class DrawView(BaseModel):
    """A sample that was drawn; its contacts are the inspections that name plan and period."""

    plan_id: str
    first: date
    version: int
    starts_at: datetime
    ends_at: datetime
    population: int
    selected: int
    digest: str
    drawn_by: str
    drawn_at: datetime

    @classmethod
    def of(cls, made: Draw) -> "DrawView":
        """The view of a draw."""
        return cls(**{name: getattr(made, name) for name in cls.model_fields})


def draws_router(desk: InspectionDesk) -> APIRouter:
    """GET /inspection-draws, POST /inspection-plans/{id}/draws."""
    router = APIRouter(tags=["inspections"])
    engine = desk.runtime.engine

    @router.get("/inspection-draws", dependencies=[require("inspections:read")])
    async def draws(page: Annotated[Paging, paging()], plan_id: Identifier | None = None) -> Page[DrawView]:
        """Samples that were drawn, the newest period first."""
        async with engine.connect() as connection:
            rows = await store.draws(connection, plan_id, page.after(date, str), page.fetch)
        return page.of(rows, key=lambda row: (row.first, row.plan_id), item=DrawView.of)

    @router.post(
        "/inspection-plans/{plan_id}/draws",
        status_code=201,
        response_model=DrawView,
        responses=problem_responses(404, 409),
    )
    async def draw(plan_id: Name, body: NewDraw, who: Planner, key: Key) -> Response:
        """Draw the sample of a period that is over, once; the clock draws those that nobody asks for."""
        async with desk.command(key) as command:
            if command.stored is None:
                known = (await store.plans(command.work.connection)).get(plan_id)
                if not known:
                    raise NotFound(_NONE)
                period = period_of(known[0].span, body.day, known[0].zone)
                plan = plans.in_force(known, period.first)
                if plan is None:
                    raise Conflict(_NOT_IN_FORCE, slug="plan-not-in-force")
                if command.work.now < period.ends_at:
                    raise Conflict(_NOT_OVER, slug="period-not-over")
                made = await draw_sample(plan, period, who.subject, command.work, command.journal)
                if made is None:
                    raise Conflict(_DRAWN, slug="sample-drawn")
                await command.journal.write(command.work)
                await command.answer(201, DrawView.of(made))
        return command.response()

    return router
