"""`POST /events`: core-bank events by HTTP, in batches."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.intake import handlers
from services.intake.adapters import fineract
from services.intake.doors import envelopes
from services.intake.doors.applying import Taken, take
from services.intake.doors.envelopes import Batch, UnreadableBody, in_data
from services.intake.doors.findings import Finding, Refused
from services.intake.doors.fineract_batch import read_fineract
from services.intake.settings import IntakeSettings
from shared.runtime import Runtime
from shared.stream.work import Consumer, Work
from shared.web.auth import require
from shared.web.problems import BadRequest, Unprocessable

_BY_LINE = ("application/x-ndjson", "application/jsonl", "application/json-lines", "application/jsonlines")


class Mode(StrEnum):
    """What happens to the good ones where some are refused."""

    ALL_OR_NOTHING = "all_or_nothing"
    BEST_EFFORT = "best_effort"


AMode = Annotated[Mode, Query(description="What happens where some events are refused")]


class EventError(BaseModel):
    """What is wrong with one event."""

    index: int = Field(description="Its place in the batch, from 0")
    field: str
    code: Literal["event"] = "event"
    """As every problem names its invalid parts; what the rule is, the message says."""
    message: str
    remedy: str


class EventReceipt(BaseModel):
    """What became of a batch. What is counted as accepted or as a repeat is kept."""

    accepted: int
    repeats: int = Field(description="Applied before under the same source and id; nothing was done")
    ignored: int = Field(default=0, description="Of a kind that says nothing about a debt")
    refused: int
    errors: list[EventError] = []


def events_router(runtime: Runtime[IntakeSettings], products: fineract.Products | None = None) -> APIRouter:
    """The routes; scope `intake:write`. `products`: Fineract's loan products in our words."""
    routes = APIRouter(tags=["events"], dependencies=[require("intake:write")])
    rules = runtime.settings.rules
    consumer = handlers.consumer(rules, runtime.cipher.seal)

    @routes.post("/events", openapi_extra=_body("CloudEvents in structured form"))
    async def post_events(request: Request, mode: AMode = Mode.ALL_OR_NOTHING) -> EventReceipt:
        """Apply events of core banking. Each (source, id) is applied once, here or from the bank's topic."""
        found = await _parts(request)
        async with runtime.transactions.begin() as work:
            batch = envelopes.read(found, rules.moment(work.now), rules)
            return await _applied(consumer, batch, mode, work)

    @routes.post("/events/fineract", openapi_extra=_body("Messages of Apache Fineract, data as JSON"))
    async def post_fineract(request: Request, mode: AMode = Mode.BEST_EFFORT) -> EventReceipt:
        """Apply external events of Apache Fineract; those that say nothing about a debt are ignored."""
        found = await _parts(request)
        async with runtime.transactions.begin() as work:
            batch = await read_fineract(found, work, rules, products or fineract.Products())
            return await _applied(consumer, batch, mode, work)

    return routes


async def _parts(request: Request) -> list[bytes]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return envelopes.parts(await request.body(), kind in _BY_LINE)
    except UnreadableBody as error:
        raise BadRequest(str(error), slug="no-batch") from None


async def _applied(consumer: Consumer, batch: Batch, mode: Mode, work: Work) -> EventReceipt:
    """Apply what can be; Unprocessable, and nothing applied, where all were wanted and some cannot be."""
    taken = await take(consumer, batch.events, work)
    refused = {index: [in_data(each) for each in found] for index, found in taken.refused.items()}
    taken.refused = batch.refused | refused
    if taken.refused and mode is Mode.ALL_OR_NOTHING:
        raise refusal(Refused(taken.refused))
    return EventReceipt(
        accepted=taken.applied,
        repeats=taken.repeats,
        ignored=batch.ignored,
        refused=len(taken.refused),
        errors=_errors(taken),
    )


def refusal(refused: Refused) -> Unprocessable:
    """The problem of a batch of which nothing was applied."""
    errors = _errors(Taken(refused=refused.findings))
    return Unprocessable(
        f"{len(refused.findings)} events are refused, so nothing was applied. Correct them, or send with "
        "mode=best_effort.",
        slug="events-refused",
        errors=[error.model_dump() for error in errors],
    )


def _errors(taken: Taken) -> list[EventError]:
    ordered = sorted(taken.refused.items())
    return [_error(index, finding) for index, findings in ordered for finding in findings]


def _error(index: int, finding: Finding) -> EventError:
    return EventError(index=index, field=finding.field, message=finding.message, remedy=finding.remedy)


def _body(description: str) -> dict[str, object]:
    """The request body for the published document: it is read by hand, an event at a time."""
    batch = {"type": "array", "items": {"type": "object"}}
    return {
        "requestBody": {
            "required": True,
            "description": description,
            "content": {
                "application/json": {"schema": batch},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        }
    }
