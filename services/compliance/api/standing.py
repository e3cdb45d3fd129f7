"""Everything on file about a person, read."""

from fastapi import APIRouter

from services.compliance.api.access_log import ACCESSES, Seen
from services.compliance.api.person_desk import PersonId
from services.compliance.api.person_views import StandingView
from services.compliance.api.standing_views import standing_view
from services.compliance.gate import Gate
from services.compliance.settings import ComplianceSettings
from shared.runtime import Runtime
from shared.web.access_log import DataKind
from shared.web.auth import require


def standing_router(runtime: Runtime[ComplianceSettings], gate: Gate) -> APIRouter:
    """GET /persons/{id}/standing."""
    router = APIRouter(tags=["persons"])

    @router.get("/persons/{person_id}/standing", dependencies=[require("compliance:read")])
    async def standing(person_id: PersonId, access: Seen) -> StandingView:
        """Everything that the gate goes by for this person; empty for one that it has never heard of."""
        now = runtime.clock.now()
        async with runtime.engine.begin() as connection:
            view = await standing_view(connection, person_id, gate, now)
            seen = {person_id, *view.merged}
            await ACCESSES.note(connection, access, DataKind.STANDING, seen, now)
        return view

    return router
