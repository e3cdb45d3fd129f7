"""Several templates at once: a bank's whole set is written, submitted and approved in two requests."""

from fastapi import APIRouter
from starlette.responses import Response

from services.compliance import templates
from services.compliance.api.template_acts import Approver, Author, Key
from services.compliance.api.template_desk import TemplateDesk
from services.compliance.api.template_drafts import drafted
from services.compliance.api.template_views import TemplateSet, TemplateSetView, VersionSet
from services.compliance.domain.lint.template import TemplateVersion
from services.compliance.templates import Desk
from shared.web.problems import problem_responses


def sets_router(desk: TemplateDesk) -> APIRouter:
    """POST /template-submissions and POST /template-approvals: all of a set, or nothing."""
    router = APIRouter(tags=["templates"])

    @router.post("/template-submissions", response_model=TemplateSetView, responses=problem_responses(409))
    async def submit(body: TemplateSet, who: Author, key: Key) -> Response:
        """Write new versions and give them to a second person; findings that deny refuse them all."""
        new = [drafted(one, who, desk.runtime.clock.now()) for one in body.templates]

        async def submitted(at: Desk) -> list[TemplateVersion]:
            versions = await templates.draft(new, at)
            return await templates.submit([(one.template_id, one.version) for one in versions], at)

        return await desk.act_on_set(who, key, submitted)

    @router.post(
        "/template-approvals", response_model=TemplateSetView, responses=problem_responses(403, 404, 409)
    )
    async def approve(body: VersionSet, who: Approver, key: Key) -> Response:
        """Let versions be used, by somebody else than who wrote or submitted them."""
        return await desk.act_on_set(who, key, lambda at: templates.approve(body.names, at))

    return router
