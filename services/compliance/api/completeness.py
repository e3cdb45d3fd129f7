"""The comparison of providers' records with the log: how it stands, what it found, asking for it."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.compliance import completeness_telling as telling
from services.compliance.api.completeness_views import (
    FindingView,
    NewRun,
    NewSettlement,
    ProviderName,
    RunView,
)
from services.compliance.api.provider_days import configured, require_day
from services.compliance.api.provider_records import provider_records_router
from services.compliance.domain.completeness.rules import Rule, Settlement
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import completeness as store
from services.compliance.store import completeness_findings as findings
from services.compliance.store.completeness import Counts, RunFilters
from services.compliance.store.completeness_findings import FindingFilters
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, NotFound, problem_responses

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_reads, _writes = [require("completeness:read")], [require("completeness:write")]


def completeness_routers(runtime: Runtime[ComplianceSettings]) -> tuple[APIRouter, ...]:
    """All routes about completeness."""
    return runs_router(runtime), findings_router(runtime), provider_records_router(runtime)


def runs_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET /completeness and POST /completeness/runs."""
    router = APIRouter(prefix="/completeness", tags=["completeness"])

    @router.get("", dependencies=_reads)
    async def runs(
        page: Annotated[Paging, paging()],
        provider: ProviderName | None = None,
        first: Annotated[date | None, Query(alias="from")] = None,
        last: Annotated[date | None, Query(alias="to", description="Inclusive")] = None,
    ) -> Page[RunView]:
        """Providers' days, the newest first, with what was found on each."""
        wanted = RunFilters(provider, first, last)
        async with runtime.engine.connect() as connection:
            rows = await store.listed(connection, wanted, page.after(date, str), page.fetch)
            counts = await store.counts_of(connection, rows)
        return page.of(
            rows,
            key=lambda run: (run.day, run.provider),
            item=lambda run: RunView.of(run, counts.get((run.provider, run.day), Counts())),
        )

    @router.post(
        "/runs",
        status_code=202,
        response_model=RunView,
        dependencies=_writes,
        responses=problem_responses(404, 409),
    )
    async def ask(body: NewRun, key: Annotated[IdempotentRequest, idempotent()]) -> Response:
        """Have a provider's day compared by the worker now; one that is not over, as far as it is."""
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            provider = configured(runtime.settings.comparing, body.provider)
            require_day(body.day, provider, work.now)
            run = await store.ask(work.connection, provider.run(body.day), work.now)
            counts = await store.counts_of(work.connection, [run])
            view = RunView.of(run, counts.get((run.provider, run.day), Counts()))
            stored = await _keys.complete(work.connection, key, 202, view)
        return stored.response()

    return router


def findings_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET /completeness/findings and POST /completeness/findings/{id}/settlement."""
    router = APIRouter(prefix="/completeness/findings", tags=["completeness"])

    @router.get("", dependencies=_reads)
    async def found(
        page: Annotated[Paging, paging()],
        provider: ProviderName | None = None,
        is_open: Annotated[bool | None, Query(alias="open", description="Not settled yet")] = None,
        violation: Annotated[bool | None, Query(description="Somebody was contacted against rules")] = None,
        rule: Rule | None = None,
    ) -> Page[FindingView]:
        """Where providers' records and the log differ, the oldest first."""
        wanted = FindingFilters(provider, is_open, violation, rule)
        async with runtime.engine.connect() as connection:
            rows = await findings.listed(connection, wanted, page.after(datetime, str), page.fetch)
        return page.of(rows, key=lambda row: (row.found_at, row.finding_id), item=FindingView.of)

    @router.post(
        "/{finding_id}/settlement",
        response_model=FindingView,
        dependencies=_writes,
        responses=problem_responses(404, 409),
    )
    async def settle(
        finding_id: Annotated[str, Path(min_length=1, max_length=64)],
        body: NewSettlement,
        key: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """Say how a finding was settled; it stays on file and in the log."""
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            finding = await findings.locked(work.connection, finding_id)
            if finding is None:
                raise NotFound("There is no such finding.")
            if finding.settled_at is not None:
                raise Conflict("The finding has been settled already.", slug="finding-settled")
            journal = Journal(runtime.settings.pseudonyms)
            how = Settlement(body.settlement)
            (settled,) = await telling.settle([finding], how, key.principal, work, journal)
            stored = await _keys.complete(work.connection, key, 200, FindingView.of(settled))
            await journal.write(work)
        return stored.response()

    return router
