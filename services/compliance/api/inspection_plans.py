"""Sampling plans and scoring forms, in versions."""

import secrets
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.responses import Response

from services.compliance.api.inspection_desk import InspectionDesk, RunningCommand
from services.compliance.api.inspection_inputs import NewForm, NewPlan
from services.compliance.domain.inspection import forms, plans
from services.compliance.domain.inspection.forms import Form, FormError
from services.compliance.domain.inspection.plans import Plan, PlanError
from services.compliance.store import inspection_documents as store
from services.compliance.store.inspection_documents import Document, Kind
from shared.ids import derive_id
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, NotFound, Unprocessable, problem_responses

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]
Planner = Annotated[Principal, require("inspections:plan")]
Key = Annotated[IdempotentRequest, idempotent()]

_RACE = "Somebody else made that version at this moment."
_NONE = "There is no such plan or form."
_NOT_IN_FORCE = "No version of the plan holds for that period."
_NOT_OVER = "The period is not over yet."
_DRAWN = "The sample of that period was drawn before."
_NEW_SEED_BYTES = 16


class DocumentView(BaseModel):
    """A version of a plan or form."""

    document_id: str
    version: int
    body: dict[str, Any]
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, made: Document) -> "DocumentView":
        """The view of a document."""
        return cls(**{name: getattr(made, name) for name in cls.model_fields})


def documents_router(desk: InspectionDesk) -> APIRouter:
    """/inspection-plans and /inspection-forms."""
    router = APIRouter(tags=["inspections"])
    _reading(router, desk)

    @router.post(
        "/inspection-plans/{plan_id}/versions",
        status_code=201,
        response_model=DocumentView,
        responses=problem_responses(409),
    )
    async def plan(plan_id: Name, body: NewPlan, who: Planner, key: Key) -> Response:
        """Make the next version of a plan, or the first one."""
        async with desk.command(key) as command:
            if command.stored is None:
                made = await _next_plan(plan_id, body, command)
                await _keep(Kind.PLAN, plan_id, made, who.subject, command)
        return command.response()

    @router.post(
        "/inspection-forms/{form_id}/versions",
        status_code=201,
        response_model=DocumentView,
        responses=problem_responses(409),
    )
    async def form(form_id: Name, body: NewForm, who: Planner, key: Key) -> Response:
        """Make the next version of a scoring form, or the first one."""
        async with desk.command(key) as command:
            if command.stored is None:
                version = await store.next_version(command.work.connection, Kind.FORM, form_id)
                made = body.form(form_id, version)
                try:
                    forms.check(made)
                except FormError as error:
                    raise Unprocessable(str(error), slug="form-unusable") from None
                await _keep(Kind.FORM, form_id, made, who.subject, command)
        return command.response()

    return router


def _reading(router: APIRouter, desk: InspectionDesk) -> None:
    engine = desk.runtime.engine
    readable = [require("inspections:read")]

    async def newest(kind: Kind, page: Paging) -> Page[DocumentView]:
        after = page.after(str)
        async with engine.connect() as connection:
            rows = await store.newest(connection, kind, after[0] if after else None, page.fetch)
        return page.of(rows, key=lambda row: (row.document_id,), item=DocumentView.of)

    async def versions(kind: Kind, name: str) -> list[DocumentView]:
        async with engine.connect() as connection:
            rows = await store.versions(connection, kind, name)
        if not rows:
            raise NotFound(_NONE)
        return [DocumentView.of(row) for row in rows]

    @router.get("/inspection-plans", dependencies=readable)
    async def newest_plans(page: Annotated[Paging, paging()]) -> Page[DocumentView]:
        """The newest version of each plan."""
        return await newest(Kind.PLAN, page)

    @router.get(
        "/inspection-plans/{plan_id}/versions", dependencies=readable, responses=problem_responses(404)
    )
    async def plan_versions(plan_id: Name) -> list[DocumentView]:
        """All versions of a plan, the oldest first."""
        return await versions(Kind.PLAN, plan_id)

    @router.get("/inspection-forms", dependencies=readable)
    async def newest_forms(page: Annotated[Paging, paging()]) -> Page[DocumentView]:
        """The newest version of each form."""
        return await newest(Kind.FORM, page)

    @router.get(
        "/inspection-forms/{form_id}/versions", dependencies=readable, responses=problem_responses(404)
    )
    async def form_versions(form_id: Name) -> list[DocumentView]:
        """All versions of a form, the oldest first."""
        return await versions(Kind.FORM, form_id)


async def _next_plan(plan_id: str, body: NewPlan, command: RunningCommand) -> Plan:
    known = (await store.plans(command.work.connection)).get(plan_id, [])
    last = known[-1] if known else None
    seed = body.seed or (last.seed if last else secrets.token_hex(_NEW_SEED_BYTES))
    made = body.plan(plan_id, last.version + 1 if last else 1, seed)
    try:
        plans.check(made)
        if last is not None:
            plans.check_change(last, made, command.work.now.astimezone(ZoneInfo(made.zone)).date())
    except PlanError as error:
        raise Unprocessable(str(error), slug="plan-unusable") from None
    return made


async def _keep(kind: Kind, name: str, body: Plan | Form, by: str, command: RunningCommand) -> None:
    work, journal = command.work, command.journal
    made = Document(
        kind=kind, document_id=name, version=body.version, body=body, made_by=by, made_at=work.now
    )
    if not await store.add(work.connection, made):
        raise Conflict(_RACE, slug="version-exists")
    journal.add(
        derive_id(f"inspection_{kind}", name, body.version),
        f"inspection_{kind}_made",
        f"{kind}/{name}",
        work.now,
        payload={"by": by, "document": body},
    )
    await journal.write(work)
    shown = DocumentView(
        document_id=name, version=body.version, body=_plain(body), made_by=by, made_at=work.now
    )
    await command.answer(201, shown, f"/inspection-{kind}s/{name}/versions")


def _plain(body: Plan | Form) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(body)
    return plain
