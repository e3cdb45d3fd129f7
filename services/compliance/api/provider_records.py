"""Records of providers that only give files."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.compliance.api.completeness_views import ProviderName, RowProblem, TakenView
from services.compliance.api.provider_days import configured, require_day
from services.compliance.completeness import take_in
from services.compliance.providers.files import Form, Row, UnreadableFileError, read_rows
from services.compliance.providers.settings import ProviderSettings
from services.compliance.providers.statement import Source, StatementRecord
from services.compliance.settings import ComplianceSettings
from services.compliance.store import completeness as store
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.runtime import Runtime
from shared.stream.work import Work
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.problems import Conflict, Problem, Unprocessable, problem_responses

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_SHOWN = 100
_BODY = {
    "requestBody": {
        "required": True,
        "content": {form.value: {"schema": {"type": "string"}} for form in Form},
    }
}


def provider_records_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """POST /provider-records."""
    router = APIRouter(prefix="/provider-records", tags=["completeness"])

    @router.post(
        "",
        response_model=TakenView,
        dependencies=[require("completeness:write")],
        responses=problem_responses(404, 409, 415),
        openapi_extra=_BODY,
    )
    async def take(
        request: Request,
        key: Annotated[IdempotentRequest, idempotent()],
        provider: ProviderName,
        day: Annotated[date, Query(description="As the provider counts days")],
        complete: Annotated[bool, Query(description="With this part the day's file is whole")] = True,
    ) -> Response:
        """Take a day's records, JSON lines or CSV, and have them compared now. Rows that are wrong are named.

        With a wrong row the day does not count as compared until a whole file comes.
        """
        form = _form(request)
        data = await request.body()
        key = replace(key, digest=_digest(key.digest, provider, str(day), str(complete), form))
        async with runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            known = configured(runtime.settings.comparing, provider)
            if known.statement_url is not None:
                raise Conflict("This provider's own statement is fetched.", slug="statement-fetched")
            require_day(day, known, work.now)
            rows = _rows(data, form, known, day)
            source = Source(known.name, known.channel, work.now, runtime.settings.pseudonyms)
            await take_in(work.connection, _records(rows), source)
            view = await _taken(rows, known, day, complete, work)
            stored = await _keys.complete(work.connection, key, 200, view)
        return stored.response()

    return router


def _form(request: Request) -> Form:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return Form(kind)
    except ValueError:
        detail = f"Send {' or '.join(Form)}."
        raise Problem(415, "unsupported-media-type", "The form is not known", detail) from None


def _rows(data: bytes, form: Form, provider: ProviderSettings, day: date) -> list[Row]:
    """The file's rows; those of another day are wrong. Raises Unprocessable where nothing can be read."""
    of = provider.run(day).of
    try:
        rows = list(read_rows(data, form))
    except UnreadableFileError as error:
        raise Unprocessable(f"The file cannot be read: {error}.", slug="file-unreadable") from None
    return [
        Row(row.line, None, "sent_at is not of this day")
        if row.record is not None and not of.begins_at <= row.record.sent_at < of.ends_at
        else row
        for row in rows
    ]


def _records(rows: Sequence[Row]) -> list[StatementRecord]:
    return [row.record for row in rows if row.record is not None]


async def _taken(
    rows: Sequence[Row], provider: ProviderSettings, day: date, complete: bool, work: Work
) -> TakenView:
    wrong = [RowProblem(line=row.line, problem=row.problem) for row in rows if row.problem is not None]
    run = provider.run(day)
    whole = complete and not wrong
    await store.ask(work.connection, run, work.now, whole=whole)
    return TakenView(
        provider=provider.name,
        day=day,
        taken=len(rows) - len(wrong),
        rejected=len(wrong),
        problems=wrong[:_SHOWN],
        complete=whole,
    )


def _digest(*parts: str) -> str:
    """What the key stands for: the query counts, too."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
