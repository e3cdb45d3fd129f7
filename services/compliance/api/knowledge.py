"""What is known of persons: facts, zones, places, events, and other records of the same human."""

from fastapi import APIRouter
from starlette.responses import Response

from services.compliance import merging, reading
from services.compliance.api.person_desk import Key, PersonDesk, PersonId, passed, to_come
from services.compliance.api.person_inputs import (
    EventSaid,
    FactSaid,
    FactsSaid,
    MergeSaid,
    PlacesSaid,
    SeparationSaid,
    ZonesSaid,
)
from services.compliance.api.person_views import EventView, FactsView, MergedView, WhereView
from services.compliance.api.standing_views import facts_view, where_view
from services.compliance.domain.keeping import FactRow, MilestoneRow, ResidenceRow
from services.compliance.gate import Gate
from services.compliance.keeping import File
from services.compliance.settings import ComplianceSettings
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.problems import Conflict, Unprocessable, problem_responses

_TWICE = "Each fact is said once."


def knowledge_router(runtime: Runtime[ComplianceSettings], gate: Gate) -> APIRouter:
    """POST /persons/{id}/facts, /zones, /places, /events, /merge, /separate."""
    desk = PersonDesk(runtime, gate)
    router = APIRouter(
        prefix="/persons/{person_id}",
        tags=["persons"],
        dependencies=[require("compliance:write")],
        responses=problem_responses(409, 422),
    )

    @router.post("/facts", response_model=FactsView)
    async def facts(person_id: PersonId, body: FactsSaid, key: Key) -> Response:
        """Say of named facts that they are true, false, or not known any more."""
        if len({(one.name, one.debt, one.contact_point_id) for one in body.facts}) < len(body.facts):
            raise Unprocessable(_TWICE, slug="fact-twice")

        async def record(file: File) -> FactsView:
            known = [_fact(one, file) for one in body.facts if one.value is not None]
            await file.facts(known, [_fact(one, file) for one in body.facts if one.value is None])
            return await facts_view(file.work.connection, person_id)

        return await desk.act(person_id, key, record, 200)

    @router.post("/zones", response_model=WhereView)
    async def zones(person_id: PersonId, body: ZonesSaid, key: Key) -> Response:
        """Say in which time zones the person may be; those named before count for some days longer."""

        async def record(file: File) -> WhereView:
            await file.zones(body.source, body.zones)
            return where_view(await reading.dossier_of(file.work.connection, person_id, gate, file.work.now))

        return await desk.act(person_id, key, record, 200)

    @router.post("/places", response_model=WhereView)
    async def places(person_id: PersonId, body: PlacesSaid, key: Key) -> Response:
        """Say where the person may live: the rule packs of all these places apply."""

        async def record(file: File) -> WhereView:
            now = file.work.now
            said = {(place.country, place.state or "", place.city or "") for place in body.places}
            rows = [ResidenceRow(person_id, *place, now, None, file.by) for place in sorted(said)]
            await file.places(rows)
            return where_view(await reading.dossier_of(file.work.connection, person_id, gate, now))

        return await desk.act(person_id, key, record, 200)

    @router.post("/events", status_code=201, response_model=EventView)
    async def event(person_id: PersonId, body: EventSaid, key: Key) -> Response:
        """Say that something happened that sequence rules look for."""

        async def record(file: File) -> EventView:
            at = passed(body.at, file.work.now)
            await file.milestone(MilestoneRow(person_id, body.kind, body.debt or "", at, file.by))
            return EventView(kind=body.kind, at=at, debt=body.debt)

        return await desk.act(person_id, key, record)

    @router.post("/merge", response_model=MergedView)
    async def merge(person_id: PersonId, body: MergeSaid, key: Key) -> Response:
        """Say that two records are of one human: attempts and holds of both count together from now on.

        Open permits that this makes too many are withdrawn.
        """

        async def record(file: File) -> MergedView:
            try:
                made = await merging.merge(person_id, body.into, file.by, gate, file.work, file.journal)
            except merging.AlreadyMergedError:
                raise Conflict("They are records of one human already.", slug="already-merged") from None
            return MergedView(root=made.root, members=list(made.members), withdrawn=list(made.withdrawn))

        return await desk.act(person_id, key, record, 200)

    @router.post("/separate", response_model=MergedView)
    async def separate(person_id: PersonId, body: SeparationSaid, key: Key) -> Response:
        """Say that the record is not of the human that it was merged with: it counts for itself from now on.

        Answers with the group that is left, and the open permits that are withdrawn on either side.
        """

        async def record(file: File) -> MergedView:
            try:
                left = await merging.separate(person_id, body.reason, file.by, gate, file.work, file.journal)
            except merging.NotMergedError:
                raise Conflict("It is merged with no other record.", slug="not-merged") from None
            return MergedView(root=left.root, members=list(left.members), withdrawn=list(left.withdrawn))

        return await desk.act(person_id, key, record, 200)

    return router


def _fact(said: FactSaid, file: File) -> FactRow:
    return FactRow(
        person_id=file.person_id,
        name=said.name,
        debt=said.debt or "",
        contact_point_id=said.contact_point_id or "",
        value=bool(said.value),
        set_at=file.work.now,
        until=to_come(said.until, file.work.now),
        set_by=file.by,
    )
