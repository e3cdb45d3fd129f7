"""Templates of messages, and the linter for any words."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.compliance import templates
from services.compliance.api.template_acts import Author, Key, Number, TemplateId, acts_router
from services.compliance.api.template_desk import TemplateDesk, only
from services.compliance.api.template_drafts import drafted
from services.compliance.api.template_sets import sets_router
from services.compliance.api.template_views import LintRequest, LintView, NewTemplate, TemplateView
from services.compliance.domain.lint.template import TemplateState
from services.compliance.settings import ComplianceSettings
from services.compliance.store import templates as store
from shared.contracts.vocabulary import Channel
from shared.lint.linter import Linter
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import problem_responses

_READS = [require("compliance:read")]


def templates_router(
    runtime: Runtime[ComplianceSettings], linter: Linter, institutions: Sequence[str] = ()
) -> APIRouter:
    """/templates and below, and POST /lint; `institutions` are names that need no variable."""
    desk = TemplateDesk(runtime, linter, institutions)
    router = APIRouter(tags=["templates"])
    router.include_router(acts_router(desk))
    router.include_router(sets_router(desk))

    @router.get("/templates", dependencies=_READS)
    async def listed(
        page: Annotated[Paging, paging()],
        template_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
        state: TemplateState | None = None,
        language: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
        channel: Channel | None = None,
    ) -> Page[TemplateView]:
        """Versions, by template and number."""
        filters = store.Filters(template_id, state, language, channel)
        async with runtime.engine.connect() as connection:
            rows = await store.listed(connection, filters, page.after(str, int), page.fetch)
        return page.of(rows, key=lambda row: (row.template_id, row.version), item=TemplateView.of)

    @router.post("/templates", status_code=201, response_model=TemplateView, responses=problem_responses(409))
    async def draft(body: NewTemplate, who: Author, key: Key) -> Response:
        """Write a new version. Its variables must be known, declared and used."""
        new = drafted(body, who, runtime.clock.now())
        return await desk.act(who, key, lambda at: only(templates.draft([new], at)), 201)

    @router.get(
        "/templates/{template_id}/versions/{version}", dependencies=_READS, responses=problem_responses(404)
    )
    async def shown(template_id: TemplateId, version: Number) -> TemplateView:
        """One version."""
        return TemplateView.of(await desk.found(template_id, version))

    @router.get(
        "/templates/{template_id}/versions/{version}/preview",
        dependencies=_READS,
        responses=problem_responses(404),
    )
    async def previewed(template_id: TemplateId, version: Number) -> LintView:
        """The text with sample values, and what the linter says of it today."""
        return LintView.of_reading(desk.read(await desk.found(template_id, version)))

    @router.post("/lint", dependencies=_READS)
    async def lint(body: LintRequest) -> LintView:
        """What the linter says of any words; nothing is kept."""
        return LintView.of(body.parts, linter.lint(body.parts, body.setting))

    return router
