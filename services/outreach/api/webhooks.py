"""What providers tell us: delivery receipts and inbound messages, proven by their signature."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.outreach import inbound, receipts
from services.outreach.api.reports import (
    InboundReport,
    ReceiptsReport,
    messages_of,
    receipts_of,
    request_body,
)
from services.outreach.api.views import Taken
from services.outreach.settings import OutreachSettings
from shared.runtime import Runtime
from shared.web.problems import NotFound, problem_responses
from shared.web.webhooks import signed_body

Body = Annotated[bytes, signed_body()]


def router(runtime: Runtime[OutreachSettings]) -> APIRouter:
    """No credential but the signature."""
    routes = APIRouter(tags=["providers"])
    settings = runtime.settings
    known = frozenset({settings.sms_provider, settings.email_provider})
    named = {"enum": sorted(known)}
    provider_path = Path(min_length=1, max_length=32, json_schema_extra=named)

    @routes.post(
        "/receipts/{provider}",
        responses=problem_responses(401, 404, 413, 422),
        openapi_extra=request_body(ReceiptsReport),
    )
    async def take_receipts(provider: Annotated[str, provider_path], body: Body) -> Taken:
        """Delivery receipts, up to 1,000; sending one again changes nothing."""
        _require(provider, known)
        reported = receipts_of(provider, body)
        async with runtime.transactions.begin() as work:
            counts = await receipts.take(work, provider, reported)
        return Taken(**counts)

    @routes.post(
        "/inbound/{provider}",
        responses=problem_responses(401, 404, 413, 422),
        openapi_extra=request_body(InboundReport),
    )
    async def take_inbound(provider: Annotated[str, provider_path], body: Body) -> Taken:
        """Messages from outside, up to 1,000; sending one again changes nothing."""
        _require(provider, known)
        messages = messages_of(body)
        async with runtime.transactions.begin() as work:
            counts = await inbound.take(work, provider, messages, runtime.cipher, settings.currency)
        return Taken(applied=counts["applied"], kept=counts["unmatched"], repeated=counts["repeated"])

    return routes


def _require(provider: str, known: frozenset[str]) -> None:
    if provider not in known:
        raise NotFound("There is no such provider.")
