"""What is done to a version of a template after it was written, each by a POST of its own."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance import templates
from services.compliance.api.template_desk import TemplateDesk, only
from services.compliance.api.template_views import Reason, TemplateView
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.problems import problem_responses

TemplateId = Annotated[str, Path(min_length=1, max_length=64)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Key = Annotated[IdempotentRequest, idempotent()]
Author = Annotated[Principal, require("templates:write")]
Approver = Annotated[Principal, require("templates:approve")]


def acts_router(desk: TemplateDesk) -> APIRouter:
    """POST /templates/{id}/versions/{n}/submit, approve, reject, retire."""
    router = APIRouter(
        prefix="/templates/{template_id}/versions/{version}",
        tags=["templates"],
        responses=problem_responses(403, 404, 409),
    )

    @router.post("/submit", response_model=TemplateView)
    async def submit(template_id: TemplateId, version: Number, who: Author, key: Key) -> Response:
        """Give a draft to a second person. Findings that deny are answered with 422; it stays a draft."""
        return await desk.act(who, key, lambda at: only(templates.submit([(template_id, version)], at)))

    @router.post("/approve", response_model=TemplateView)
    async def approve(template_id: TemplateId, version: Number, who: Approver, key: Key) -> Response:
        """Let it be used, by somebody else than who wrote or submitted it; it replaces the one in use."""
        return await desk.act(who, key, lambda at: only(templates.approve([(template_id, version)], at)))

    @router.post("/reject", response_model=TemplateView)
    async def reject(
        template_id: TemplateId, version: Number, body: Reason, who: Approver, key: Key
    ) -> Response:
        """Do not let it be used, by somebody else than who wrote or submitted it."""
        return await desk.act(who, key, lambda at: templates.reject(template_id, version, body.reason, at))

    @router.post("/retire", response_model=TemplateView)
    async def retire(
        template_id: TemplateId, version: Number, body: Reason, who: Approver, key: Key
    ) -> Response:
        """Let it be used no more."""
        return await desk.act(who, key, lambda at: templates.retire(template_id, version, body.reason, at))

    return router
