"""`/uploads`: files of accounts, payments and customers."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import IO, Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.responses import Response

from services.intake.settings import IntakeSettings
from services.intake.uploads import store
from services.intake.uploads.forms import Format, Kind
from services.intake.uploads.store import Upload
from services.intake.uploads.streaming import read_form
from services.intake.uploads.templates import XLSX_TYPE, template
from services.intake.uploads.views import RowErrorView, UploadForm, UploadView
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.paging import Page, Paging, paging
from shared.web.problems import NotFound, Unprocessable, problem_responses

LARGEST_FILE = 256 << 20
"""Bytes."""
_ZIP = b"PK\x03\x04"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
UploadId = Annotated[str, Path(min_length=1, max_length=64)]
Writer = Annotated[Principal, require("intake:write")]
_NONE = "There is no such upload."


def uploads_router(runtime: Runtime[IntakeSettings], largest: int = LARGEST_FILE) -> APIRouter:
    """The routes; scopes `intake:write` to upload, `intake:read` to look. `largest` in bytes."""
    routes = APIRouter(tags=["uploads"])
    read = [require("intake:read")]
    engine = runtime.engine

    @routes.post("/uploads", status_code=202, openapi_extra=_FORM, responses=_TAKEN)
    async def post_upload(request: Request, response: Response, principal: Writer) -> UploadView:
        """Take a file in; a worker applies it. The same file again is the same upload (200)."""
        document, file, name = await read_form(request, largest)
        try:
            form = _form(document)
            digest, size = await asyncio.to_thread(_digest, file)
            new = _upload(form, name, file, digest, size, principal.subject, runtime.clock.now())
            async with engine.begin() as connection:
                kept = await store.keep(connection, new, file, runtime.cipher)
        finally:
            file.close()
        response.headers["Location"] = f"/uploads/{kept.upload_id}"
        response.status_code = 202 if kept is new else 200
        return UploadView.of(kept)

    @routes.get("/uploads", dependencies=read)
    async def list_uploads(page: Annotated[Paging, paging()]) -> Page[UploadView]:
        """Uploads, the latest first."""
        async with engine.connect() as connection:
            found = await store.page(connection, page.after(datetime, str), page.fetch)
        return page.of(found, key=lambda one: (one.uploaded_at, one.upload_id), item=UploadView.of)

    @routes.get("/uploads/{upload_id}", dependencies=read, responses=problem_responses(404))
    async def get_upload(upload_id: UploadId) -> UploadView:
        """How far an upload is."""
        async with engine.connect() as connection:
            found = await store.get(connection, upload_id)
        if found is None:
            raise NotFound(_NONE)
        return UploadView.of(found)

    @routes.get("/uploads/{upload_id}/errors", dependencies=read, responses=problem_responses(404))
    async def get_errors(upload_id: UploadId, page: Annotated[Paging, paging()]) -> Page[RowErrorView]:
        """What is wrong with the rows that are not applied, by line."""
        async with engine.connect() as connection:
            if await store.get(connection, upload_id) is None:
                raise NotFound(_NONE)
            after = page.after(int, int) or (-1, 0)
            rows = await store.errors(connection, upload_id, after, page.fetch)
        return page.of(rows, key=lambda row: (row.line, row.number), item=RowErrorView.of)

    @routes.get("/uploads/{upload_id}/errors.csv", dependencies=read, responses=problem_responses(404))
    async def get_errors_csv(upload_id: UploadId) -> StreamingResponse:
        """All of them as a file."""
        async with engine.connect() as connection:
            if await store.get(connection, upload_id) is None:
                raise NotFound(_NONE)
        named = {"Content-Disposition": f'attachment; filename="{upload_id}-errors.csv"'}
        return StreamingResponse(_errors_csv(engine, upload_id), headers=named, media_type="text/csv")

    @routes.get("/upload-templates/{kind}.{form}", dependencies=read, responses=_FILE)
    async def get_template(kind: Kind, form: Format) -> Response:
        """An empty form with one example row: CSV or XLSX."""
        if form is Format.JSONL:
            raise NotFound("There are forms in csv and xlsx.")
        content, media_type = await asyncio.to_thread(template, kind, form)
        named = {"Content-Disposition": f'attachment; filename="{kind}.{form}"'}
        return Response(content, media_type=media_type, headers=named)

    return routes


def _form(document: str) -> UploadForm:
    """The document; Unprocessable with its wrong members."""
    try:
        form = UploadForm.model_validate_json(document)
    except ValidationError as error:
        wrong = [(".".join(map(str, item["loc"])), _said(item)) for item in error.errors()]
        raise _wrong_document(wrong) from None
    problems = [(f"mapping.{member}", said) for member, said in form.mapping.problems(form.kind)]
    if problems:
        raise _wrong_document(problems)
    return form


def _said(item: Any) -> str:
    return str(item["msg"])[:300]


def _wrong_document(wrong: Sequence[tuple[str, str]]) -> Unprocessable:
    errors = [
        {"field": f"document.{member}".rstrip("."), "code": "document", "message": said}
        for member, said in wrong[:50]
    ]
    detail = "The document does not say how to read the file; see errors. Nothing was kept."
    return Unprocessable(detail, slug="upload-document", errors=errors)


def _upload(
    form: UploadForm, name: str, file: IO[bytes], digest: str, size: int, by: str, at: datetime
) -> Upload:
    kind, written, mode = form.kind, form.format or _format_of(name, file), form.mode
    mapping = form.mapping.model_dump(mode="json", exclude_defaults=True)
    how = hashlib.sha256(repr(sorted(_flat(mapping))).encode()).hexdigest()
    return Upload(
        derive_id("upload", digest, kind, written, mode, how),
        kind,
        written,
        mode,
        mapping,
        digest,
        size,
        by,
        at,
    )


def _flat(document: Any, path: str = "") -> list[tuple[str, str]]:
    if not isinstance(document, dict):
        return [(path, repr(document))]
    return [pair for name, value in document.items() for pair in _flat(value, f"{path}\0{name}")]


def _format_of(name: str, file: IO[bytes]) -> Format:
    ending = name.rpartition(".")[2].lower()
    if ending in ("csv", "jsonl", "ndjson", "xlsx"):
        return Format.JSONL if ending == "ndjson" else Format(ending)
    file.seek(0)
    start = file.read(64)
    if start.startswith(_ZIP):
        return Format.XLSX
    return Format.JSONL if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") else Format.CSV


def _digest(file: IO[bytes]) -> tuple[str, int]:
    """SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


async def _errors_csv(engine: AsyncEngine, upload_id: str) -> AsyncIterator[bytes]:
    yield "\ufeffline,field,message,remedy\r\n".encode()
    after = (-1, 0)
    while True:
        async with engine.connect() as connection:
            rows = await store.errors(connection, upload_id, after, 1000)
        if not rows:
            return
        yield _as_csv(rows)
        after = rows[-1].line, rows[-1].number


def _as_csv(rows: Sequence[Row[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        # A column's name comes from the file: a spreadsheet must not take it for a formula.
        writer.writerow([row.line, *(_harmless(said) for said in (row.field, row.message, row.remedy))])
    return text.getvalue().encode()


def _harmless(said: str) -> str:
    return f"'{said}" if said.startswith(_FORMULA) else said


_FILE: dict[int | str, dict[str, Any]] = {
    **problem_responses(404),
    200: {"description": "The form", "content": {"text/csv": {}, XLSX_TYPE: {}}},
}
_TAKEN: dict[int | str, dict[str, Any]] = {
    **problem_responses(413),
    200: {"model": UploadView, "description": "The same upload was taken before"},
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["document", "file"],
                    "properties": {
                        "document": {"type": "string", "description": "JSON: kind, format, mode, mapping"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}
