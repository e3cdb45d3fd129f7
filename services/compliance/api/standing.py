"""Everything on file about a person, read."""

from fastapi import APIRouter

from services.compliance.api.person_desk import PersonId
from services.compliance.api.person_views import StandingView
from services.compliance.api.standing_views import standing_view
from services.compliance.gate import Gate
from services.compliance.settings import ComplianceSettings
from shared.runtime import Runtime
from shared.web.auth import require


def standing_router(runtime: Runtime[ComplianceSettings], gate: Gate) -> APIRouter:
    """GET /persons/{id}/standing."""
    router = APIRouter(tags=["persons"])

    @router.get("/persons/{person_id}/standing", dependencies=[require("compliance:read")])
    async def standing(person_id: PersonId) -> StandingView:
        """Everything that the gate goes by for this person; empty for one that it has never heard of."""
        async with runtime.engine.connect() as connection:
            return await standing_view(connection, person_id, gate, runtime.clock.now())

    return router
