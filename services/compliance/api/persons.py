"""Consents and preferences of persons: recorded, and withdrawn."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance.api.person_desk import Key, PersonDesk, PersonId, new_id, passed, to_come
from services.compliance.api.person_inputs import NewConsent, NewPreference, RenewedConsentSaid
from services.compliance.api.person_views import ConsentView, OptOutEndView, PreferenceView
from services.compliance.domain.conduct import ALL_CHANNELS
from services.compliance.domain.keeping import ConsentRow, PreferenceRow
from services.compliance.gate import Gate
from services.compliance.keeping import File, RenewedConsent
from services.compliance.settings import ComplianceSettings
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.problems import NotFound, Unprocessable, problem_responses

RowId = Annotated[str, Path(min_length=1, max_length=64)]
_HALF = "from_time and to_time are given together, or neither."


def persons_router(runtime: Runtime[ComplianceSettings], gate: Gate) -> APIRouter:
    """POST /persons/{id}/consents and /preferences, and below."""
    desk = PersonDesk(runtime, gate)
    router = APIRouter(
        prefix="/persons/{person_id}",
        tags=["persons"],
        dependencies=[require("compliance:write")],
        responses=problem_responses(409, 422),
    )

    @router.post("/consents", status_code=201, response_model=ConsentView)
    async def consent(person_id: PersonId, body: NewConsent, key: Key) -> Response:
        """The person agreed to something, until a time or until it is withdrawn."""

        async def record(file: File) -> ConsentView:
            now = file.work.now
            row = ConsentRow(
                consent_id=new_id("consent", key, now),
                person_id=person_id,
                kind=body.kind,
                channel=body.channel,
                contact_point_id=body.contact_point_id,
                given_at=passed(body.given_at, now),
                until=to_come(body.until, now),
                withdrawn_at=None,
                recorded_by=file.by,
            )
            await file.consent(row)
            return ConsentView.of(row)

        return await desk.act(person_id, key, record)

    @router.post(
        "/consents/{consent_id}/withdraw", response_model=ConsentView, responses=problem_responses(404)
    )
    async def withdraw_consent(person_id: PersonId, consent_id: RowId, key: Key) -> Response:
        """The person takes a consent back; permits that rest on it are refused from now on."""

        async def withdraw(file: File) -> ConsentView:
            row = await file.withdraw_consent(consent_id)
            if row is None:
                raise NotFound("There is no such consent in force.")
            return ConsentView.of(row)

        return await desk.act(person_id, key, withdraw, 200)

    @router.post("/preferences", status_code=201, response_model=PreferenceView)
    async def preference(person_id: PersonId, body: NewPreference, key: Key) -> Response:
        """The person asked for something; permits that go against it are refused from now on."""
        if not body.is_whole():
            raise Unprocessable(_HALF, slug="hours-unusable")

        async def record(file: File) -> PreferenceView:
            now = file.work.now
            row = PreferenceRow(
                preference_id=new_id("preference", key, now),
                person_id=person_id,
                kind=body.kind,
                channel=body.channel,
                contact_point_id=body.contact_point_id,
                weekdays=sorted(set(body.weekdays)),
                from_time=body.from_time,
                to_time=body.to_time,
                since=now,
                withdrawn_at=None,
                recorded_by=file.by,
            )
            await file.preference(row)
            return PreferenceView.of(row)

        return await desk.act(person_id, key, record)

    @router.post(
        "/preferences/{preference_id}/withdraw",
        response_model=PreferenceView,
        responses=problem_responses(404),
    )
    async def withdraw_preference(person_id: PersonId, preference_id: RowId, key: Key) -> Response:
        """The person asks for it no more."""

        async def withdraw(file: File) -> PreferenceView:
            row = await file.withdraw_preference(preference_id)
            if row is None:
                raise NotFound("There is no such preference in force.")
            return PreferenceView.of(row)

        return await desk.act(person_id, key, withdraw, 200)

    @router.post("/opt-outs/take-back", response_model=OptOutEndView, responses=problem_responses(404))
    async def take_back(person_id: PersonId, body: RenewedConsentSaid, key: Key) -> Response:
        """The person consents anew to messages that they had opted out of; nobody else can take that back."""

        async def record(file: File) -> OptOutEndView:
            given_at = passed(body.given_at, file.work.now)
            consent = RenewedConsent(given_at, body.source, body.reference)
            end = await file.end_opt_out(body.channel or ALL_CHANNELS, consent)
            if end is None:
                raise NotFound("There is no such opt-out of this record from before the consent.")
            return OptOutEndView.of(end)

        return await desk.act(person_id, key, record, 200)

    return router
