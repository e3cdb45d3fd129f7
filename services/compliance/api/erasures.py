"""Forgetting a person's payloads, as the law on personal information asks for."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from services.compliance.api.views import Erasure, ErasureView
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import log, people
from services.compliance.store.retention_facts import legally_held
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.problems import Conflict, problem_responses

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)


def erasures_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """POST /erasures."""
    router = APIRouter(tags=["erasures"])

    @router.post(
        "/erasures",
        status_code=201,
        response_model=ErasureView,
        dependencies=[require("compliance:erase")],
        responses=problem_responses(409),
    )
    async def erase(body: Erasure, key: Annotated[IdempotentRequest, idempotent()]) -> Response:
        """Erase the payloads of everything logged about a person; leaves and proofs stay valid.

        Not while a legal hold is on the person.
        """
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            await people.lock(work.connection, [body.person_id])
            if await legally_held(work.connection, body.person_id):
                raise Conflict("A legal hold is on the person; nothing is erased.", slug="legal-hold")
            erased = await log.erase_payloads(work.connection, body.person_id)
            journal = Journal(runtime.settings.pseudonyms)
            moment = f"{key.principal}/{key.key}/{work.now.isoformat()}"
            journal.add(f"erased:{moment}", "payloads_erased", body.person_id, work.now)
            await journal.write(work)
            stored = await _keys.complete(work.connection, key, 201, ErasureView(payloads=erased))
        return stored.response()

    return router
