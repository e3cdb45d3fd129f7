"""What is done to complaints: one POST for each act, each with its reason and an Idempotency-Key."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path
from starlette.responses import Response

from services.compliance.api.complaint_desk import ComplaintDesk
from services.compliance.api.complaint_inputs import (
    Assignment,
    Classification,
    NewAction,
    NewEvidence,
    ProposedDecision,
    Reason,
)
from services.compliance.api.complaint_views import ComplaintView
from services.compliance.domain.complaints import commands
from services.compliance.domain.complaints.words import EvidenceKind
from services.compliance.store import log
from shared.ids import derive_id
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.problems import Unprocessable, problem_responses

Id = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
Handler = Annotated[Principal, require("complaint:write")]
Decider = Annotated[Principal, require("complaint:decide")]

_ANSWERS = problem_responses(403, 404, 409, 422)
_NO_LEAF = "A decision or leaf that is given as evidence is not in the audit log."


def commands_router(desk: ComplaintDesk) -> APIRouter:
    """POST /complaints/{id}/…: acts from acknowledgement to the finding."""
    router = APIRouter(prefix="/complaints/{complaint_id}", tags=["complaints"], responses=_ANSWERS)

    @router.post("/acknowledgement", response_model=ComplaintView)
    async def acknowledge(complaint_id: Id, body: Reason, who: Handler, key: Key) -> Response:
        """The complainant was told that it is in hand."""
        return await desk.do(complaint_id, commands.Acknowledge, body, who, key)

    @router.post("/classification", response_model=ComplaintView)
    async def classify(complaint_id: Id, body: Classification, who: Handler, key: Key) -> Response:
        """Say what it is about and whom it concerns; whoever is named has no part in it from now on."""
        return await desk.run(complaint_id, body.command(desk.sealer(complaint_id)), who, key)

    @router.post("/assignment", response_model=ComplaintView)
    async def assign(complaint_id: Id, body: Assignment, who: Handler, key: Key) -> Response:
        """Say who investigates."""
        return await desk.do(complaint_id, commands.Assign, body, who, key, assignee_id=body.assignee_id)

    @router.post("/investigation", response_model=ComplaintView)
    async def investigate(complaint_id: Id, body: Reason, who: Handler, key: Key) -> Response:
        """Begin; for the one to whom it is assigned."""
        return await desk.do(complaint_id, commands.StartInvestigation, body, who, key)

    @router.post("/evidence", response_model=ComplaintView)
    async def add_evidence(complaint_id: Id, body: NewEvidence, who: Handler, key: Key) -> Response:
        """Link contacts, decisions and leaves. A contact need not be known here: that may be the point."""
        items = [(item.kind, item.reference) for item in body.items]
        named = {reference for kind, reference in items if kind is not EvidenceKind.CONTACT}
        async with desk.runtime.engine.connect() as connection:
            if named - await log.known(connection, named):
                raise Unprocessable(_NO_LEAF, slug="evidence-unknown")
        return await desk.do(complaint_id, commands.AddEvidence, body, who, key, items=items)

    @router.post("/extension", response_model=ComplaintView)
    async def ask_extension(complaint_id: Id, body: Reason, who: Handler, key: Key) -> Response:
        """Ask for the next longer term that the rule pack grants."""
        return await desk.do(complaint_id, commands.AskExtension, body, who, key)

    @router.post("/extension/approval", response_model=ComplaintView)
    async def approve_extension(complaint_id: Id, body: Reason, who: Decider, key: Key) -> Response:
        """Grant it; for somebody else than who asked."""
        return await desk.do(complaint_id, commands.ApproveExtension, body, who, key)

    @router.post("/extension/refusal", response_model=ComplaintView)
    async def refuse_extension(complaint_id: Id, body: Reason, who: Decider, key: Key) -> Response:
        """Do not grant it; for somebody else than who asked."""
        return await desk.do(complaint_id, commands.RefuseExtension, body, who, key)

    @router.post("/decision", response_model=ComplaintView)
    async def propose(complaint_id: Id, body: ProposedDecision, who: Handler, key: Key) -> Response:
        """Propose the finding; for the one who investigated."""
        return await desk.run(complaint_id, body.command(desk.sealer(complaint_id)), who, key)

    @router.post("/summary-resolution", response_model=ComplaintView)
    async def propose_summary(complaint_id: Id, body: ProposedDecision, who: Handler, key: Key) -> Response:
        """The complainant accepts this answer; within the short term that the rule pack grants (UK: 3 days).

        A second person decides as always, by `…/decision/approval`, before that term is over.
        """
        proposed = body.command(desk.sealer(complaint_id))
        summary = commands.ProposeSummary(**msgspec.structs.asdict(proposed))
        return await desk.run(complaint_id, summary, who, key)

    @router.post("/decision/approval", response_model=ComplaintView)
    async def decide(complaint_id: Id, body: Reason, who: Decider, key: Key) -> Response:
        """Make the proposed finding the bank's decision; for somebody else than who proposed it."""
        return await desk.do(complaint_id, commands.ApproveDecision, body, who, key)

    @router.post("/decision/refusal", response_model=ComplaintView)
    async def send_back(complaint_id: Id, body: Reason, who: Decider, key: Key) -> Response:
        """Send it back to the investigation; for somebody else than who proposed it."""
        return await desk.do(complaint_id, commands.RefuseDecision, body, who, key)

    return router


def endings_router(desk: ComplaintDesk) -> APIRouter:
    """POST /complaints/{id}/…: putting right, closing, withdrawal, reopening."""
    router = APIRouter(prefix="/complaints/{complaint_id}", tags=["complaints"], responses=_ANSWERS)

    @router.post("/actions", response_model=ComplaintView)
    async def add_action(complaint_id: Id, body: NewAction, who: Handler, key: Key) -> Response:
        """Say what has to be put right, by whom and when; its id is derived from the key of the request."""
        sealed = desk.sealer(complaint_id)(body.description, "action")
        return await desk.do(
            complaint_id,
            commands.AddAction,
            body,
            who,
            key,
            action_id=derive_id("action", complaint_id, key.principal, key.key),
            owner_id=body.owner_id,
            due_at=body.due_at,
            sealed_description=sealed,
        )

    @router.post("/actions/{action_id}/completion", response_model=ComplaintView)
    async def finish_action(
        complaint_id: Id, action_id: Id, body: Reason, who: Handler, key: Key
    ) -> Response:
        """It was put right."""
        return await desk.do(complaint_id, commands.FinishAction, body, who, key, action_id=action_id)

    @router.post("/closing", response_model=ComplaintView)
    async def close(complaint_id: Id, body: Reason, who: Decider, key: Key) -> Response:
        """Close the file; its hold is released, other holds stay."""
        return await desk.do(complaint_id, commands.Close, body, who, key)

    @router.post("/withdrawal", response_model=ComplaintView)
    async def withdraw(complaint_id: Id, body: Reason, who: Decider, key: Key) -> Response:
        """The complainant does not want it pursued; its hold is released, other holds stay."""
        return await desk.do(complaint_id, commands.Withdraw, body, who, key)

    @router.post("/reopening", response_model=ComplaintView)
    async def reopen(complaint_id: Id, body: Reason, who: Handler, key: Key) -> Response:
        """Take it up again, with a new term and a new hold."""
        return await desk.do(complaint_id, commands.Reopen, body, who, key)

    return router
