"""Decisions and their proofs."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.compliance.api.access_log import ACCESSES, Seen
from services.compliance.api.views import DecisionView, LeafView
from services.compliance.settings import ComplianceSettings
from services.compliance.store import decisions as store
from services.compliance.store import log
from services.compliance.store.proofs import NotSignedYetError, proof_of
from shared.runtime import Runtime
from shared.web.access_log import DataKind
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import BadRequest, Conflict, NotFound, problem_responses

DecisionId = Annotated[str, Path(min_length=1, max_length=64)]
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
_UNKNOWN = "There is no such decision."


def decisions_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET /decisions and below."""
    router = APIRouter(prefix="/decisions", tags=["decisions"])
    reads = [require("compliance:read")]

    @router.get("", dependencies=reads)
    async def decisions(
        page: Annotated[Paging, paging()],
        access: Seen,
        person_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
        contact_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    ) -> Page[DecisionView]:
        """Decisions about a person or a contact, oldest first; one of the two is needed."""
        if person_id is None and contact_id is None:
            raise BadRequest("Give person_id or contact_id.", slug="filter-missing")
        async with runtime.engine.begin() as connection:
            rows = await store.listed(
                connection,
                person_id=person_id,
                contact_id=contact_id,
                after=page.after(datetime, str),
                limit=page.fetch,
            )
            seen = (row.person_id for row in rows[: page.limit])
            await ACCESSES.note(connection, access, DataKind.DECISIONS, seen, runtime.clock.now())
        return page.of(rows, key=lambda row: (row.decided_at, row.decision_id), item=DecisionView.of)

    @router.get("/{decision_id}", dependencies=reads, responses=problem_responses(404))
    async def decision(decision_id: DecisionId, access: Seen) -> DecisionView:
        """One decision with every reason and its place in the log."""
        async with runtime.engine.begin() as connection:
            found = await store.by_id(connection, decision_id)
            entry = await log.entry_of(connection, decision_id)
            if found is None or entry is None:
                raise NotFound(_UNKNOWN)
            now = runtime.clock.now()
            await ACCESSES.note(connection, access, DataKind.DECISIONS, [found.person_id], now)
        origin = runtime.settings.origin(entry.year)
        return DecisionView.of(found, LeafView(origin=origin, index=entry.leaf_index))

    @router.get(
        "/{decision_id}/proof",
        dependencies=reads,
        response_class=Response,
        responses=_TEXT | problem_responses(404, 409),
    )
    async def proof(decision_id: DecisionId) -> Response:
        """That the decision is in the log: a C2SP tlog-proof with the entry in its extra line.

        409 in the second before the next checkpoint is signed.
        """
        async with runtime.engine.connect() as connection:
            try:
                found = await proof_of(connection, decision_id)
            except NotSignedYetError:
                raise Conflict(
                    "The next checkpoint will cover it; try again in a second.", slug="not-signed-yet"
                ) from None
        if found is None:
            raise NotFound(_UNKNOWN)
        return Response(found.encode(), media_type="text/plain; charset=utf-8")

    return router
