"""The evidence of a case: an export is itself written to the log, then read page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.compliance import exporting
from services.compliance.api.access_log import ACCESSES, Seen
from services.compliance.api.log_evidence_views import (
    ExportedLog,
    ExportView,
    FactReason,
    FactView,
    NewExport,
)
from services.compliance.exporting import CaseFact, Terms
from services.compliance.log.evidence.choosing import may_disclose
from services.compliance.settings import ComplianceSettings
from services.compliance.store import case_file, catalogue, cosignatures
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.contracts.decisions import Reason
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.stream.work import Work
from shared.web.access_log import Access, AccessPurpose, DataKind
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, ServiceUnavailable, problem_responses

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
MOST_AT_ONCE = 200_000
"""Leaves that one request takes into the catalogue: some seconds."""

_NO_CASE = "No contact was ever asked for in such a case."
_NO_EXPORT = "There is no such export, or its terms were erased with a person's data."


def evidence_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """POST /evidence and GET /evidence/{id}/facts."""
    router = APIRouter(prefix="/evidence", tags=["evidence"], dependencies=[require("evidence:export")])

    @router.post("", status_code=201, response_model=ExportView, responses=problem_responses(404, 409))
    async def export(body: NewExport, key: Annotated[IdempotentRequest, idempotent()]) -> Response:
        """Begin an export; who had it and why is in the log from then on."""
        if await catalogue.catch_up(runtime.engine, MOST_AT_ONCE) >= MOST_AT_ONCE:
            raise ServiceUnavailable("The catalogue of the log is behind; it went on by some.", retry_after=1)
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            view = await _begin(body, key, work, runtime.settings)
            stored = await _keys.complete(work.connection, key, 201, view)
        return stored.response()

    @router.get("/{export_id}/facts", responses=problem_responses(404))
    async def facts(
        export_id: Annotated[str, Path(min_length=1, max_length=64)],
        page: Annotated[Paging, paging(default=200, maximum=500)],
        access: Seen,
    ) -> Page[FactView]:
        """The leaves of the case in the order of the log, as they were when the export began.

        Without `personal:read` the payloads are withheld. A purpose is optional: an export has its reason.
        """
        access = access.at_least_for(AccessPurpose.EVIDENCE)
        async with runtime.engine.begin() as connection:
            terms = await exporting.terms_of(connection, export_id)
            if terms is None:
                raise NotFound(_NO_EXPORT)
            found = await _facts(connection, terms, runtime.settings)
            after = page.after(int, int) or (0, -1)
            rest = [fact for fact in found if (fact.leaf.year, fact.leaf.leaf_index) > after]
            shown = await _views(connection, rest[: page.fetch], terms, access)
            await _note(connection, shown[: page.limit], access, runtime.clock.now())
        return page.of(shown, key=lambda fact: (fact.year, fact.index), item=lambda fact: fact)

    return router


async def _begin(
    body: NewExport, key: IdempotentRequest, work: Work, settings: ComplianceSettings
) -> ExportView:
    parties = await case_file.parties_of(work.connection, body.case_id)
    if parties is None:
        raise NotFound(_NO_CASE)
    signed = await exporting.checkpoints_for(work.connection, parties, settings.pseudonyms)
    sizes = {str(one.year): one.size for one in signed}
    terms = Terms(body.case_id, key.principal, body.reason, body.with_facts, sizes)
    export_id = derive_id("export", key.principal, key.key, work.now.isoformat())
    notes = [await cosignatures.first_note(work.connection, one) for one in signed]
    await exporting.begin(terms, export_id, parties, work, settings.pseudonyms)
    return ExportView(
        export_id=export_id,
        case_id=body.case_id,
        with_facts=body.with_facts,
        persons=len(parties.persons),
        contacts=len(parties.contacts),
        logs=[
            ExportedLog(
                year=one.year,
                origin=settings.origin(one.year),
                size=one.size,
                verifier_key=settings.signer(one.year).verifier.encode(),
                note=note.decode(),
            )
            for one, note in zip(signed, notes, strict=True)
        ],
    )


async def _facts(connection: AsyncConnection, terms: Terms, settings: ComplianceSettings) -> list[CaseFact]:
    parties = await case_file.parties_of(connection, terms.case_id)
    if parties is None:
        raise NotFound(_NO_EXPORT)
    return await exporting.facts_of(connection, parties, settings.pseudonyms, terms.limits())


async def _note(
    connection: AsyncConnection, shown: Sequence[FactView], access: Access, now: datetime
) -> None:
    persons = {fact.person_id for fact in shown if fact.person_id is not None}
    in_clear = any(fact.payload is not None for fact in shown)
    await ACCESSES.note(connection, access, DataKind.EVIDENCE, persons, now, in_clear=in_clear)


async def _views(
    connection: AsyncConnection, facts: Sequence[CaseFact], terms: Terms, access: Access
) -> list[FactView]:
    contacts = {str(fact.record["contact"]) for fact in facts if "contact" in fact.record}
    reasons = await case_file.reasons_on(connection, contacts)
    return [_view(fact, terms, access, reasons.get(fact.leaf.event_id, [])) for fact in facts]


def _view(fact: CaseFact, terms: Terms, access: Access, reasons: Sequence[Reason]) -> FactView:
    leaf, record = fact.leaf, fact.record
    kind = str(record["kind"])
    may_show = access.in_clear and may_disclose(kind, with_facts=terms.with_facts)
    shown = leaf.salt is not None and may_show
    return FactView(
        year=leaf.year,
        index=leaf.leaf_index,
        event_id=leaf.event_id,
        kind=kind,
        at=record["at"],
        person_id=fact.person_id,
        contact_id=record.get("contact"),
        entry=_text(leaf.entry),
        salt=leaf.salt.hex() if shown and leaf.salt is not None else None,
        payload=_text(leaf.body) if shown and leaf.body is not None else None,
        is_erased="payload" in record and leaf.salt is None,
        reasons=[
            FactReason(
                rule_id=reason.rule_id,
                effect=reason.effect,
                force=reason.force,
                citation=reason.citation,
                numbers=reason.numbers,
                confidence=reason.confidence,
            )
            for reason in reasons
        ],
    )


def _text(data: bytes) -> str:
    """Canonical JSON is UTF-8; whatever else was put in its place will not have the digest any more."""
    return data.decode("utf-8", "replace")
