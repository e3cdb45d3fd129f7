"""Letters and recordings on record: their digests go into the log, they themselves stay where they are."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.compliance.api.access_log import ACCESSES, Seen
from services.compliance.api.log_evidence_views import DocumentView, NewDocument
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import documents as store
from services.compliance.store.documents import Document
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.stream.work import Work
from shared.web.access_log import DataKind
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, Unprocessable, problem_responses

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)


def documents_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET and POST /documents."""
    router = APIRouter(prefix="/documents", tags=["evidence"])

    @router.get("", dependencies=[require("compliance:read")])
    async def documents(
        page: Annotated[Paging, paging()],
        access: Seen,
        contact_id: Annotated[str, Query(min_length=1, max_length=64)],
    ) -> Page[DocumentView]:
        """The documents of a contact."""
        (after,) = page.after(str) or ("",)
        async with runtime.engine.begin() as connection:
            rows = await store.of_contact(connection, contact_id, after, page.fetch)
            seen = (row.person_id for row in rows[: page.limit])
            await ACCESSES.note(connection, access, DataKind.DOCUMENTS, seen, runtime.clock.now())
        return page.of(rows, key=lambda row: (row.document_id,), item=_view)

    @router.post(
        "",
        status_code=201,
        response_model=DocumentView,
        dependencies=[require("documents:write")],
        responses=problem_responses(404, 409),
    )
    async def register(body: NewDocument, key: Annotated[IdempotentRequest, idempotent()]) -> Response:
        """Put a document's digest into the log; the same document of a contact is registered once."""
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            made = await _register(body, key.principal, work, runtime.settings)
            stored = await _keys.complete(work.connection, key, 201, _view(made))
        return stored.response()

    return router


async def _register(body: NewDocument, principal: str, work: Work, settings: ComplianceSettings) -> Document:
    if body.made_at.tzinfo is None or body.made_at > work.now:
        raise Unprocessable("made_at has an offset and is not in the future.", slug="made-at-unusable")
    person_id = await store.person_of(work.connection, body.contact_id)
    if person_id is None:
        raise NotFound("No decision on such a contact was made.")
    made = Document(
        derive_id("document", body.contact_id, body.kind, body.sha256),
        body.contact_id,
        person_id,
        body.kind,
        body.sha256,
        body.size,
        body.media_type,
        body.made_at,
        work.now,
        principal,
    )
    if not await store.add(work.connection, made):
        known = await store.by_id(work.connection, made.document_id)
        assert known is not None  # it was in the way
        return known
    journal = Journal(settings.pseudonyms)
    said = {
        "kind": made.kind,
        "sha256": made.sha256,
        "size": made.size,
        "media_type": made.media_type,
        "made_at": made.made_at,
        "by": principal,
    }
    journal.add(
        f"registered:{made.document_id}",
        "document_registered",
        person_id,
        work.now,
        payload=said,
        contact=made.contact_id,
    )
    await journal.write(work)
    return made


def _view(made: Document) -> DocumentView:
    return DocumentView(**{name: getattr(made, name) for name in DocumentView.model_fields})
