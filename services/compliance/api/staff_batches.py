"""Uploads to the register of staff: what can be read is taken, what cannot is told by line and field."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.compliance.api.staff_checks import certificates_from
from services.compliance.api.staff_desk import Act, StaffDesk
from services.compliance.api.staff_inputs import NewCertificate, NewMember
from services.compliance.api.staff_rows import CSV, JSON_LINES, RowError, once, read_rows
from services.compliance.api.staff_views import BatchView
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.problems import problem_responses

Key = Annotated[IdempotentRequest, idempotent()]
Writer = Annotated[Principal, require("staff:write")]

_FILE: dict[str, Any] = {"schema": {"type": "string"}}
_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {JSON_LINES: _FILE, CSV: _FILE}}}


def batches_router(desk: StaffDesk) -> APIRouter:
    """POST /staff-batches and POST /certificate-batches."""
    router = APIRouter(tags=["staff"], responses=problem_responses(415))

    @router.post("/staff-batches", response_model=BatchView, openapi_extra=_BODY)
    async def members(request: Request, who: Writer, key: Key) -> Response:
        """Register members, one a row with the fields of POST /staff; a row replaces what was said."""
        rows, errors = read_rows(await request.body(), _type(request), NewMember)
        rows, twice = once(rows, "staff_id")

        async def enrol(act: Act) -> BatchView:
            said = [row.said.member(act.by, act.work.now) for row in rows]
            changed = await act.register.enrol(said)
            return BatchView(taken=len(said), changed=len(changed), errors=_by_line(errors + twice))

        return await desk.act(who, key, enrol, bars=[row.said.staff_id for row in rows])

    @router.post("/certificate-batches", response_model=BatchView, openapi_extra=_BODY)
    async def certificates(request: Request, who: Writer, key: Key) -> Response:
        """Record what members passed, one certificate a row, with the member's `staff_id`."""
        rows, errors = read_rows(await request.body(), _type(request), NewCertificate)

        async def certify(act: Act) -> BatchView:
            passed, wrong = await certificates_from(act.work.connection, rows, act.by, act.work.now)
            new = await act.register.certify(passed)
            return BatchView(taken=len(passed), changed=len(new), errors=_by_line(errors + wrong))

        return await desk.act(who, key, certify)

    return router


def _by_line(errors: list[RowError]) -> list[RowError]:
    return sorted(errors, key=lambda error: error.line)


def _type(request: Request) -> str:
    return request.headers.get("content-type", "")
