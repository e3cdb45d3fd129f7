"""Retention: runs of the job, and what it goes by that nobody else tells: legal holds, ends of debts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from services.compliance import retention
from services.compliance.api.person_desk import new_id
from services.compliance.api.retention_views import (
    DebtEndView,
    LegalHoldView,
    NewDebtEnd,
    NewLegalHold,
    NewRun,
    OrderView,
    RunView,
)
from services.compliance.domain.retention.run import DebtEnd, LegalHold
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import people
from services.compliance.store import retention_runs as store
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.runtime import Runtime
from shared.stream.work import Work
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, NotFound, Unprocessable, problem_responses

Id = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
Listed = Annotated[Paging, paging()]
_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_READS = [require("retention:read")]
_RUNS = [require("retention:run")]
_HOLDS = [require("retention:hold")]
_ENDED = "ended_at has an offset and is not in the future."


def retention_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET and POST /retention/runs, GET /retention/orders."""
    router = APIRouter(prefix="/retention", tags=["retention"])

    @router.get("/runs", dependencies=_READS)
    async def runs(page: Listed) -> Page[RunView]:
        """Runs, oldest first."""
        async with runtime.engine.connect() as connection:
            rows = await store.runs(connection, page.after(datetime, str), page.fetch)
        return page.of(rows, key=lambda row: (row.started_at, row.run_id), item=RunView.model_validate)

    @router.get("/runs/{run_id}", dependencies=_READS, responses=problem_responses(404))
    async def run(run_id: Id) -> RunView:
        """How far a run is, and what it found."""
        async with runtime.engine.connect() as connection:
            found = await store.by_id(connection, run_id)
        if found is None:
            raise NotFound("There is no such run.")
        return RunView.model_validate(found)

    @router.post(
        "/runs",
        status_code=201,
        response_model=RunView,
        dependencies=_RUNS,
        responses=problem_responses(409),
    )
    async def begin(body: NewRun, key: Key) -> Response:
        """Begin a run, which the worker carries out; one that deletes needs a dry run of the last 7 days."""

        async def act(work: Work) -> RunView:
            try:
                made = await retention.start(
                    body.mode, key.principal, new_id("retention", key, work.now), work
                )
            except retention.RunningError:
                raise Conflict("A run goes on already.", slug="retention-running") from None
            except retention.NoDryRunError:
                raise Conflict(
                    "Look at a dry run first: there is none of the last 7 days that is done.",
                    slug="dry-run-missing",
                ) from None
            return RunView.model_validate(made)

        return await _once(runtime, key, act, 201)

    @router.get("/orders", dependencies=_READS)
    async def orders(page: Listed) -> Page[OrderView]:
        """Recordings that their keeper has to delete, oldest order first."""
        async with runtime.engine.connect() as connection:
            rows = await store.orders(connection, page.after(datetime, str), page.fetch)
        return page.of(rows, key=lambda row: (row.ordered_at, row.document_id), item=OrderView.model_validate)

    return router


def retention_facts_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET and POST /legal-holds, POST /legal-holds/{id}/release and /debt-ends."""
    router = APIRouter(tags=["retention"])

    @router.get("/legal-holds", dependencies=_READS)
    async def legal_holds(
        page: Listed, person_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None
    ) -> Page[LegalHoldView]:
        """Legal holds, oldest first."""
        async with runtime.engine.connect() as connection:
            rows = await store.legal_holds(connection, person_id, page.after(datetime, str), page.fetch)
        return page.of(
            rows, key=lambda row: (row.placed_at, row.legal_hold_id), item=LegalHoldView.model_validate
        )

    @router.post("/legal-holds", status_code=201, response_model=LegalHoldView, dependencies=_HOLDS)
    async def place(body: NewLegalHold, key: Key) -> Response:
        """Let nothing about a person be deleted; contact goes on."""

        async def act(work: Work) -> LegalHoldView:
            hold = LegalHold(
                legal_hold_id=new_id("legal_hold", key, work.now),
                person_id=body.person_id,
                reason=body.reason,
                placed_by=key.principal,
                placed_at=work.now,
            )
            await people.lock(work.connection, [hold.person_id])
            await store.place(work.connection, hold)
            await _tell("legal_hold_placed", hold, runtime, work)
            return LegalHoldView.model_validate(hold)

        return await _once(runtime, key, act, 201)

    @router.post(
        "/legal-holds/{legal_hold_id}/release",
        response_model=LegalHoldView,
        dependencies=_HOLDS,
        responses=problem_responses(404),
    )
    async def release(legal_hold_id: Id, key: Key) -> Response:
        """The reason is gone: what has to go goes with the next run."""

        async def act(work: Work) -> LegalHoldView:
            hold = await store.release(work.connection, legal_hold_id, key.principal, work.now)
            if hold is None:
                raise NotFound("There is no such legal hold in force.")
            await _tell("legal_hold_released", hold, runtime, work)
            return LegalHoldView.model_validate(hold)

        return await _once(runtime, key, act, 200)

    @router.post(
        "/debt-ends", status_code=201, response_model=DebtEndView, dependencies=[require("compliance:write")]
    )
    async def end_debts(body: NewDebtEnd, key: Key) -> Response:
        """The last debt of a customer ended: what was collected for it is not needed any more."""

        async def act(work: Work) -> DebtEndView:
            if body.ended_at.tzinfo is None or body.ended_at > work.now:
                raise Unprocessable(_ENDED, slug="instant-unusable")
            ended = DebtEnd(
                customer_id=body.customer_id,
                ended_at=body.ended_at.astimezone(UTC),
                how=body.how,
                recorded_by=key.principal,
                recorded_at=work.now,
            )
            await store.end_debts(work.connection, [ended])
            name = new_id("debt_end", key, work.now)
            journal = Journal(runtime.settings.pseudonyms)
            # The leaf is about the customer, whose debts they were.
            journal.add(f"debt_ended:{name}", "debt_ended", ended.customer_id, work.now, payload=ended)
            await journal.write(work)
            return DebtEndView.model_validate(ended)

        return await _once(runtime, key, act, 201)

    return router


async def _tell(kind: str, hold: LegalHold, runtime: Runtime[ComplianceSettings], work: Work) -> None:
    journal = Journal(runtime.settings.pseudonyms)
    journal.add(f"{kind}:{hold.legal_hold_id}", kind, hold.person_id, work.now, payload=hold)
    await journal.write(work)


async def _once(
    runtime: Runtime[ComplianceSettings],
    key: IdempotentRequest,
    act: Callable[[Work], Awaitable[BaseModel]],
    code: int,
) -> Response:
    async with runtime.transactions.begin() as work:
        if stored := await _keys.claim(work.connection, key, work.now):
            return stored.response()
        stored = await _keys.complete(work.connection, key, code, await act(work))
    return stored.response()
