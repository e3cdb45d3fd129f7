"""Policies: drafted, submitted, approved by somebody else, retired; listed and compared."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.strategy import policy_acts
from services.strategy.api.policy_views import (
    DiffView,
    NewPolicy,
    PolicySummary,
    PolicyVersionView,
    Reason,
)
from services.strategy.domain import policy_version
from services.strategy.domain.policy_version import (
    PolicyState,
    PolicyVersion,
    SamePersonError,
    WrongStateError,
)
from services.strategy.policies_in_force import Policies
from services.strategy.policy.diff import changes
from services.strategy.policy.problems import PolicyError
from services.strategy.settings import StrategySettings
from services.strategy.store import policies as store
from services.strategy.tables import idempotency_key
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.stream.work import Work
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, Forbidden, NotFound, Unprocessable, problem_responses

Name = Annotated[str, Path(min_length=1, max_length=40)]
Number = Annotated[int, Path(ge=1, le=1000)]
Key = Annotated[IdempotentRequest, idempotent()]
Author = Annotated[Principal, require("policies:write")]
Approver = Annotated[Principal, require("policies:approve")]
_READS = [require("strategy:read")]
_ONE = "/policies/{name}/versions/{version}"
_NONE = "There is no such version of a policy."


def router(runtime: Runtime[StrategySettings], policies: Policies) -> APIRouter:
    """/policies and below; `policies` are those that the process decides by."""
    routes = APIRouter(tags=["policy"])
    routes.include_router(_acts(runtime, policies))

    @routes.get("/policies", dependencies=_READS)
    async def listed(
        page: Annotated[Paging, paging()], state: Annotated[PolicyState | None, Query()] = None
    ) -> Page[PolicySummary]:
        """Versions, by name and number."""
        async with runtime.engine.connect() as connection:
            found = await store.listed(connection, state, page.after(str, int), page.fetch)
            await policies.follow_latest(connection)
        running = policies.at(runtime.clock.now()).tag
        return page.of(
            found,
            key=lambda each: (each.name, each.version),
            item=lambda each: PolicySummary.of(each, running),
        )

    @routes.get(_ONE, dependencies=_READS, responses=problem_responses(404))
    async def shown(name: Name, version: Number) -> PolicyVersionView:
        """One version, as it was written and with its parts."""
        found = await _found(runtime, policies, name, version)
        return PolicyVersionView.of(found, policies.at(runtime.clock.now()).tag)

    @routes.get(f"{_ONE}/diff", dependencies=_READS, responses=problem_responses(404))
    async def compared(
        name: Name,
        version: Number,
        against: Annotated[
            str | None,
            Query(
                pattern="^[a-z][a-z0-9_]{0,39}-[0-9]{1,4}$", description="A tag; the policy in force if not"
            ),
        ] = None,
    ) -> DiffView:
        """What a version changes, against another or the one in force."""
        after = await _found(runtime, policies, name, version)
        running = policies.running(runtime.clock.now())
        if against is None or against == running.policy.tag:
            return DiffView.of(running.policy.tag, after.tag, changes(running.document, after.document))
        other, _, number = against.rpartition("-")
        before = await _found(runtime, policies, other, int(number))
        return DiffView.of(before.tag, after.tag, changes(before.document, after.document))

    return routes


def _acts(runtime: Runtime[StrategySettings], policies: Policies) -> APIRouter:
    routes = APIRouter()
    keys = IdempotencyKeys(idempotency_key)

    async def once(key: IdempotentRequest, act: _Act, code: int = 200) -> Response:
        # Not in the transaction: if that fails, what it would have changed must not be remembered.
        async with runtime.engine.connect() as connection:
            await policies.follow_latest(connection)
        async with _as_problems(), runtime.transactions.begin() as work:
            if stored := await keys.claim(work.connection, key, work.now):
                return stored.response()
            version = await act(work)
            view = PolicyVersionView.of(version, policies.at(work.now).tag)
            where = f"/policies/{version.name}/versions/{version.version}" if code == 201 else None
            stored = await keys.complete(work.connection, key, code, view, where)
        return stored.response()

    @routes.post(
        "/policies", status_code=201, response_model=PolicyVersionView, responses=problem_responses(409)
    )
    async def draft(body: NewPolicy, who: Author, key: Key) -> Response:
        """Write a new version. One that cannot be used is answered with its problems, line by line."""
        base = policies.base.policy
        return await once(key, lambda work: policy_acts.draft(body.source, who.subject, base, work), 201)

    @routes.post(f"{_ONE}/submit", response_model=PolicyVersionView, responses=problem_responses(404, 409))
    async def submit(name: Name, version: Number, who: Author, key: Key) -> Response:
        """Give a draft to a second person."""
        return await once(
            key,
            lambda work: policy_acts.change(
                name, version, lambda draft: policy_version.submitted(draft, who.subject, work.now), work
            ),
        )

    @routes.post(
        f"{_ONE}/approve", response_model=PolicyVersionView, responses=problem_responses(403, 404, 409)
    )
    async def approve(name: Name, version: Number, who: Approver, key: Key) -> Response:
        """Let it decide from the instant that it names, by somebody else than who wrote or submitted it."""
        return await once(
            key,
            lambda work: policy_acts.change(
                name, version, lambda given: policy_version.approved(given, who.subject, work.now), work
            ),
        )

    @routes.post(
        f"{_ONE}/reject", response_model=PolicyVersionView, responses=problem_responses(403, 404, 409)
    )
    async def reject(name: Name, version: Number, body: Reason, who: Approver, key: Key) -> Response:
        """Do not let it decide, by somebody else than who wrote or submitted it."""
        return await once(
            key,
            lambda work: policy_acts.change(
                name,
                version,
                lambda given: policy_version.rejected(given, who.subject, body.reason, work.now),
                work,
            ),
        )

    @routes.post(f"{_ONE}/retire", response_model=PolicyVersionView, responses=problem_responses(404, 409))
    async def retire(name: Name, version: Number, body: Reason, who: Approver, key: Key) -> Response:
        """Let it decide no more; the one in force before it does again."""
        return await once(
            key,
            lambda work: policy_acts.change(
                name,
                version,
                lambda given: policy_version.retired(given, who.subject, body.reason, work.now),
                work,
            ),
        )

    return routes


_Act = Callable[[Work], Awaitable[PolicyVersion]]


async def _found(
    runtime: Runtime[StrategySettings], policies: Policies, name: str, version: int
) -> PolicyVersion:
    async with runtime.engine.connect() as connection:
        found = await store.one(connection, name, version)
        await policies.follow_latest(connection)
    if found is None:
        raise NotFound(_NONE)
    return found


@asynccontextmanager
async def _as_problems() -> AsyncIterator[None]:
    try:
        yield
    except policy_acts.NoSuchPolicyError:
        raise NotFound(_NONE) from None
    except policy_acts.TakenError:
        raise Conflict("There is a version of that name and number.", slug="policy-taken") from None
    except WrongStateError as error:
        raise Conflict(f"The version is {error}.", slug="policy-state") from None
    except SamePersonError:
        detail = "Somebody else than who wrote or submitted it decides."
        raise Forbidden(detail, slug="second-person-needed") from None
    except PolicyError as error:
        found = [asdict(problem) for problem in error.problems]
        detail = "The policy cannot be used; each problem names line, field and remedy."
        raise Unprocessable(detail, slug="policy-invalid", problems=found) from None
