"""Holds: placing, releasing, listing."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.compliance import holding
from services.compliance.api.access_log import ACCESSES, Seen
from services.compliance.api.views import HoldView, NewHold, Release
from services.compliance.domain.conduct import PlacedHold
from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import holds as store
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.contracts.vocabulary import HoldKind
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.web.access_log import DataKind
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, NotFound, Unprocessable, problem_responses

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
LONGEST = timedelta(days=36_525)
_UNTIL = "until has an offset and lies in the future, at most a hundred years from now."


def holds_router(runtime: Runtime[ComplianceSettings], gate: Gate) -> APIRouter:
    """GET and POST /holds and below."""
    router = APIRouter(prefix="/holds", tags=["holds"])
    writes = [require("compliance:write")]

    @router.get("", dependencies=[require("compliance:read")])
    async def holds(
        page: Annotated[Paging, paging()],
        access: Seen,
        person_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
        kind: HoldKind | None = None,
        active: Annotated[bool | None, Query(description="Neither released nor over")] = None,
    ) -> Page[HoldView]:
        """Holds, oldest first."""
        now = runtime.clock.now()
        async with runtime.engine.begin() as connection:
            rows = await store.listed(
                connection,
                person_id=person_id,
                kind=kind,
                active=active,
                now=now,
                after=page.after(datetime, str),
                limit=page.fetch,
            )
            seen = (row.person_id for row in rows[: page.limit])
            await ACCESSES.note(connection, access, DataKind.STANDING, seen, now)
        return page.of(rows, key=lambda row: (row.placed_at, row.hold_id), item=HoldView.of)

    @router.post(
        "",
        status_code=201,
        response_model=HoldView,
        dependencies=writes,
        responses=problem_responses(409),
    )
    async def place(body: NewHold, key: Annotated[IdempotentRequest, idempotent()]) -> Response:
        """Stop collection from now on; permits that are out are refused at redemption."""
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            if body.until is not None and not _is_usable(body.until, work.now):
                raise Unprocessable(_UNTIL, slug="until-unusable")
            until = await holding.end_of(body.person_id, body.kind, body.until, gate, work)
            hold = PlacedHold(
                derive_id("hold", key.principal, key.key, work.now.isoformat()),
                body.person_id,
                body.customer_id,
                body.kind,
                body.contact_point_id,
                work.now,
                until,
                debt=body.debt,
            )
            await holding.place(hold, work, Journal(runtime.settings.pseudonyms))
            stored = await _keys.complete(
                work.connection, key, 201, HoldView.of(hold), location=f"/holds/{hold.hold_id}"
            )
        return stored.response()

    @router.post(
        "/{hold_id}/release",
        response_model=HoldView,
        dependencies=writes,
        responses=problem_responses(404, 409),
    )
    async def release(
        hold_id: Annotated[str, Path(min_length=1, max_length=64)],
        body: Release,
        key: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """End a hold because its reason is gone."""
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            journal = Journal(runtime.settings.pseudonyms)
            try:
                hold = await holding.release(hold_id, body.reason, work, journal)
            except holding.AlreadyReleasedError:
                raise Conflict("The hold has ended already.", slug="hold-released") from None
            if hold is None:
                raise NotFound("There is no such hold.")
            stored = await _keys.complete(work.connection, key, 200, HoldView.of(hold))
        return stored.response()

    return router


def _is_usable(until: datetime, now: datetime) -> bool:
    return until.tzinfo is not None and now < until <= now + LONGEST
