"""Status queries."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.strategy.api.views import CaseSummary, CaseView, EntryView, PolicyView
from services.strategy.domain.policy import Policy
from services.strategy.domain.records import CaseStatus
from services.strategy.policies_in_force import Policies, as_policies
from services.strategy.settings import StrategySettings
from services.strategy.store import queries
from shared.contracts.vocabulary import CaseStage
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, problem_responses

Id = Annotated[str, Path(min_length=1, max_length=64)]
NO_CASE = "There is no such case."


def router(
    runtime: Runtime[StrategySettings], policy: Policy | Policies, document: dict[str, Any] | None = None
) -> APIRouter:
    """Cases, their timelines, the running policy; scope `strategy:read`.

    `policy`, which `document` says, decides where no stored one is in force.
    """
    policies = as_policies(policy, document)
    routes = APIRouter(tags=["cases"], dependencies=[require("strategy:read")])

    @routes.get("/cases")
    async def cases(
        page: Annotated[Paging, paging()],
        status: Annotated[CaseStatus, Query(description="Open ones unless said otherwise")] = CaseStatus.OPEN,
        stage: Annotated[CaseStage | None, Query()] = None,
        segment: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
    ) -> Page[CaseSummary]:
        """Cases, the last opened first."""
        after = page.after(datetime, str)
        async with runtime.engine.connect() as connection:
            found = await queries.list_cases(connection, status, stage, segment, after, page.fetch)
        return page.of(found, key=lambda case: (case.opened_at, case.case_id), item=CaseSummary.of)

    @routes.get("/cases/{case_id}", responses=problem_responses(404))
    async def case(case_id: Id) -> CaseView:
        """A case: its segment, promises and holds, and when the next step is due."""
        return await _view(runtime, policies, case_id)

    @routes.get("/cases/{case_id}/timeline", responses=problem_responses(404))
    async def timeline(case_id: Id, page: Annotated[Paging, paging()]) -> Page[EntryView]:
        """What came and what was decided, in order."""
        after = page.after(int)
        async with runtime.engine.connect() as connection:
            if await queries.customer_of_case(connection, case_id) is None:
                raise NotFound(NO_CASE)
            found = await queries.timeline(connection, case_id, after[0] if after else None, page.fetch)
        return page.of(found, key=lambda entry: (entry.sequence,), item=EntryView.of)

    @routes.get("/customers/{customer_id}/case", responses=problem_responses(404))
    async def customer_case(customer_id: Id) -> CaseView:
        """The customer's latest case, open or closed."""
        async with runtime.engine.connect() as connection:
            customer = await queries.find_customer(connection, customer_id)
        case_id = None if customer is None else customer.latest_case_id
        if case_id is None:
            raise NotFound("The customer has had no case.")
        return await _view(runtime, policies, case_id)

    @routes.get("/policy", tags=["policy"])
    async def running_policy() -> PolicyView:
        """The policy in force."""
        async with runtime.engine.connect() as connection:
            await policies.follow_latest(connection)
        running = policies.running(runtime.clock.now())
        return PolicyView(policy=running.policy.tag, digest=running.policy.digest, document=running.document)

    return routes


async def _view(runtime: Runtime[StrategySettings], policies: Policies, case_id: str) -> CaseView:
    async with runtime.engine.connect() as connection:
        await policies.follow_latest(connection)
        file = await queries.find_file(connection, case_id)
    if file is None:
        raise NotFound(NO_CASE)
    now = runtime.clock.now()
    return CaseView.of_file(file, policies.at(now), now)
