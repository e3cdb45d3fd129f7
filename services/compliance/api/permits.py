"""The synchronous door: permits and redemptions."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from sqlalchemy.exc import IntegrityError
from starlette.responses import Response

from services.compliance.api.views import (
    DecisionView,
    LeafView,
    PermitRequest,
    RedemptionBatch,
    RedemptionResults,
)
from services.compliance.domain.gate.request import Collector
from services.compliance.domain.record import DecisionRecord, decision_id_of
from services.compliance.gate import Gate
from services.compliance.handlers import decide_now
from services.compliance.journal import Journal
from services.compliance.redeeming import Redemption, redeem
from services.compliance.settings import ComplianceSettings
from services.compliance.store import decisions, log
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.contracts.requests import ContactRequested
from shared.runtime import Runtime
from shared.stream.work import Work
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.problems import Conflict, problem_responses

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_encode = msgspec.json.Encoder().encode
_BEFORE: dict[int | str, dict[str, Any]] = {200: {"model": DecisionView, "description": "Decided before"}}
_TAKEN = "This contact_id and ask name a request about somebody or something else."


def permits_router(runtime: Runtime[ComplianceSettings], gate: Gate) -> APIRouter:
    """POST /permits and POST /redemptions."""
    router = APIRouter(tags=["permits"])
    settings = runtime.settings

    @router.post(
        "/permits",
        status_code=201,
        response_model=DecisionView,
        dependencies=[require("permits:write")],
        responses=_BEFORE | problem_responses(409),
    )
    async def permit(body: PermitRequest, key: Annotated[IdempotentRequest, idempotent()]) -> Response:
        """Decide one request; a permit reserves an attempt under the person's cap."""
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            made, is_new = await _decided(body.event(work.now), body.making(), work)
            view = DecisionView.of(made, await _leaf(work, made))
            stored = await _keys.complete(
                work.connection,
                key,
                201 if is_new else 200,
                view,
                location=f"/decisions/{made.decision_id}",
            )
        return stored.response()

    async def _decided(
        request: ContactRequested, making: Collector | None, work: Work
    ) -> tuple[DecisionRecord, bool]:
        try:
            fresh = await decide_now(request, making, work, gate, Journal(settings.pseudonyms))
        except (ValueError, IntegrityError):
            raise Conflict(_TAKEN, slug="ask-taken") from None
        made = fresh or await decisions.by_pair(work.connection, request.contact_id, request.ask)
        if made is None or not made.answers(request):
            raise Conflict(_TAKEN, slug="ask-taken")
        return made, fresh is not None

    async def _leaf(work: Work, made: DecisionRecord) -> LeafView | None:
        entry = await log.entry_of(work.connection, decision_id_of(made.contact_id, made.ask))
        return LeafView(origin=settings.origin(entry.year), index=entry.leaf_index) if entry else None

    @router.post("/redemptions", response_model=RedemptionResults, dependencies=[require("permits:redeem")])
    async def redemptions(body: RedemptionBatch) -> Response:
        """Use permits, each once. What changed about the person since may refuse them."""
        asked = [Redemption(item.permit_id, item.contact_id, item.dispatch_id) for item in body.redemptions]
        async with runtime.transactions.begin() as work:
            results = await redeem(asked, gate, work, Journal(settings.pseudonyms))
        return Response(_encode({"results": results}), media_type="application/json")

    return router
