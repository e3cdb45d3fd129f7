"""The action plan of a case: what is planned, what was done."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.strategy.api.cases import NO_CASE, Id
from services.strategy.domain.plan import PlannedStep, plan_of
from services.strategy.domain.policy import Owner
from services.strategy.policies_in_force import Policies
from services.strategy.settings import StrategySettings
from services.strategy.store import queries
from shared.contracts.vocabulary import Channel, Purpose
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.problems import NotFound, problem_responses


class StepView(BaseModel):
    """A step of the plan."""

    step: int
    channel: Channel
    purpose: Purpose
    template: str
    owner: Owner
    planned_at: datetime = Field(description="By the ladder, from the entry into the segment")
    due_by: datetime | None = Field(description="By when it should be carried out, where limited")
    taken_at: datetime | None = Field(description="null: not yet, or skipped")

    @classmethod
    def of(cls, step: PlannedStep) -> StepView:
        return cls(**step._asdict())


class PlanView(BaseModel):
    """The plan of a case."""

    case_id: str
    segment: str
    owner: Owner | None
    priority: int | None = Field(description="Of the segment, 0 to 100")
    policy: str = Field(description="The policy in force, by which this is planned")
    steps: list[StepView]


def router(runtime: Runtime[StrategySettings], policies: Policies) -> APIRouter:
    """Plans; scope `strategy:read`."""
    routes = APIRouter(tags=["cases"], dependencies=[require("strategy:read")])

    @routes.get("/cases/{case_id}/plan", responses=problem_responses(404))
    async def plan(case_id: Id) -> PlanView:
        """What the case's segment plans, and what was done of it so far."""
        async with runtime.engine.connect() as connection:
            await policies.follow_latest(connection)
            file = await queries.find_file(connection, case_id)
            if file is None or file.case is None:
                raise NotFound(NO_CASE)
            taken = await queries.steps_taken(connection, file.case)
        policy = policies.at(runtime.clock.now())
        segment = policy.segments.get(file.case.segment)
        return PlanView(
            case_id=case_id,
            segment=file.case.segment,
            owner=None if segment is None else segment.owner,
            priority=None if segment is None else segment.priority,
            policy=policy.tag,
            steps=[StepView.of(step) for step in plan_of(file.case, policy, taken)],
        )

    return routes
