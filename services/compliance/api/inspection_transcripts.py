"""Transcripts and what the phrase lists found in them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance.api.access_log import Seen, SeenInClear
from services.compliance.api.inspection_desk import InspectionDesk
from services.compliance.api.inspection_inputs import NewTranscript
from services.compliance.api.inspection_transcript_views import (
    FindingView,
    TakenView,
    TextView,
    TranscriptView,
    TurnView,
)
from services.compliance.domain.inspection.words import Verdict
from services.compliance.inspection_transcripts import (
    AlreadyTranscribedError,
    Delivered,
    NoSuchContactError,
    Recording,
)
from services.compliance.store import inspection_transcripts as store
from services.compliance.store.inspection_transcripts import Filters
from shared.contracts.complaints import Severity
from shared.lint.tags import Tag
from shared.security.principals import Principal
from shared.web.access_log import DataKind
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.inputs import Identifier
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, NotFound, Problem, Unprocessable, problem_responses

ContactId = Annotated[str, Path(min_length=1, max_length=64)]
_OLDEST = timedelta(days=3_660)
_UNKNOWN = "No contact of that name was permitted."
_TWICE = "The contact has its transcript already."
_MISSING = "There is no transcript of such a contact."
_ERASED = "What was said was erased with the person's payloads."
_STARTED = "started_at is not in the future and at most ten years ago."


def transcripts_router(desk: InspectionDesk) -> APIRouter:
    """POST /transcripts, GET /transcripts/{contact_id} and its /text, GET /inspection-findings."""
    router = APIRouter(tags=["inspections"])
    engine = desk.runtime.engine

    @router.post(
        "/transcripts", status_code=201, response_model=TakenView, responses=problem_responses(404, 409)
    )
    async def take(
        body: NewTranscript,
        who: Annotated[Principal, require("transcripts:write")],
        key: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """Take the transcript of a contact; the phrase lists read it, grave findings are inspected."""
        recording = _recording(body, desk.runtime.clock.now())
        recogniser = Delivered(body.recogniser, body.heard())
        turns = await recogniser.turns_of(recording)
        try:
            async with desk.command(key) as command:
                if command.stored is None:
                    work, journal = command.work, command.journal
                    taken = await desk.transcripts.take(
                        recording, turns, recogniser.name, who.subject, work, journal
                    )
                    view = TakenView(
                        **TranscriptView.of(taken.transcript).model_dump(),
                        findings=[FindingView.of(one) for one in taken.findings],
                        inspection_id=taken.inspection_id,
                    )
                    await command.answer(201, view, f"/transcripts/{body.contact_id}")
        except NoSuchContactError:
            raise NotFound(_UNKNOWN) from None
        except AlreadyTranscribedError:
            raise Conflict(_TWICE, slug="transcript-exists") from None
        return command.response()

    @router.get(
        "/transcripts/{contact_id}",
        dependencies=[require("inspections:read")],
        responses=problem_responses(404),
    )
    async def transcript(contact_id: ContactId, access: Seen) -> TranscriptView:
        """What is known of the record of a contact, but for what was said."""
        async with engine.begin() as connection:
            found = await store.of_contact(connection, contact_id)
            if found is None:
                raise NotFound(_MISSING)
            await desk.saw(connection, access, [found.person_id], DataKind.TRANSCRIPT)
        return TranscriptView.of(found)

    @router.get(
        "/transcripts/{contact_id}/text",
        dependencies=[require("inspections:write")],
        responses=problem_responses(404, 410),
    )
    async def text(contact_id: ContactId, access: SeenInClear) -> TextView:
        """What was said, for those who inspect, have `personal:read` and state a purpose.

        It is gone once the person's payloads are erased.
        """
        async with engine.begin() as connection:
            found = await store.of_contact(connection, contact_id)
            if found is None:
                raise NotFound(_MISSING)
            turns = await desk.transcripts.text(found, connection)
            await desk.saw(connection, access, [found.person_id], DataKind.TRANSCRIPT, in_clear=True)
        if turns is None:
            raise Problem(410, "transcript-erased", "Erased", _ERASED)
        return TextView(
            contact_id=contact_id, turns=[TurnView.of(number, turn) for number, turn in enumerate(turns)]
        )

    @router.get("/inspection-findings", dependencies=[require("inspections:read")])
    async def findings(
        page: Annotated[Paging, paging()],
        contact_id: Identifier | None = None,
        severity: Severity | None = None,
        tag: Tag | None = None,
        rule_id: Identifier | None = None,
        verdict: Verdict | None = None,
    ) -> Page[FindingView]:
        """Automatic findings in the order in which they were made."""
        wanted = Filters(contact_id, severity, tag, rule_id, verdict)
        async with engine.connect() as connection:
            rows = await store.listed(connection, wanted, page.after(datetime, str), page.fetch)
        return page.of(rows, key=lambda row: (row.found_at, row.finding_id), item=FindingView.of)

    return router


def _recording(body: NewTranscript, now: datetime) -> Recording:
    try:
        started_at = body.started_at.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, seen from another zone
        raise Unprocessable(_STARTED, slug="started-at-unusable") from None
    if not now - _OLDEST <= started_at <= now:
        raise Unprocessable(_STARTED, slug="started-at-unusable")
    return Recording(
        contact_id=body.contact_id,
        collector_id=body.collector_id,
        agency_id=body.agency_id,
        branch_id=body.branch_id,
        language=body.language,
        started_at=started_at,
    )
