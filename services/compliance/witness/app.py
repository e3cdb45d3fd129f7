"""The witness over HTTP: add-checkpoint, and what it cosigned last (C2SP tlog-witness)."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import BaseModel, Field
from starlette.middleware import Middleware
from starlette.responses import Response

from services.compliance.log.checkpoint import add_cosignature
from services.compliance.log.keys import Signature
from services.compliance.log.note import signature_line
from services.compliance.log.trust import LogKeys
from services.compliance.witness.judging import RefusedError, authenticate, judge
from services.compliance.witness.request import LARGEST_BODY, SIZE_TYPE
from services.compliance.witness.state import WitnessState
from shared.calendar.clock import Clock
from shared.telemetry.logs import get_logger
from shared.web.auth import public
from shared.web.context import RequestContext
from shared.web.errors import install_error_handlers
from shared.web.guards import RequestGuard
from shared.web.health import health_router
from shared.web.problems import NotFound, problem_responses

TEXT = "text/plain; charset=utf-8"

_log = get_logger(__name__)


@dataclass(slots=True)
class Witness:
    """Cosigns one checkpoint at a time: comparing with the last one and keeping the new one are one step."""

    state: WitnessState
    logs: LogKeys
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def cosign(self, body: bytes) -> Signature:
        """The cosignature of a request's checkpoint, kept before it is given away. Raises RefusedError."""
        claim = authenticate(body, self.logs)
        origin, size = claim.checkpoint.origin, claim.checkpoint.size
        async with self._turn:
            try:
                judge(claim, self.state.last(origin))
            except RefusedError as refused:
                self._refused(refused, origin, size, body)
                raise
            signature = self.state.signer.cosign(claim.checkpoint.body, self.clock.now())
            await asyncio.to_thread(self.state.save, origin, add_cosignature(claim.note, signature))
        _log.info("witness.cosigned", origin=origin, size=size)
        return signature

    def _refused(self, refused: RefusedError, origin: str, size: int, body: bytes) -> None:
        tell = _log.error if refused.is_suspicious else _log.info
        tell("witness.refused", origin=origin, size=size, reason=str(refused))
        if refused.is_suspicious:
            self.state.keep_suspicious(body)


class WitnessView(BaseModel):
    """Who this witness is. A key is trusted because of where it was got, not because it is shown here."""

    name: str
    verifier_key: str = Field(description="C2SP verifier key, signature type 4")


def create_witness(state: WitnessState, logs: LogKeys, clock: Clock) -> FastAPI:
    """The application. Anybody may call it: what counts is the log's signature on the checkpoint."""
    app = FastAPI(
        title="Recoup witness",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(RequestContext, service="witness"),
            Middleware(RequestGuard, body_limit=LARGEST_BODY),
        ],
    )
    install_error_handlers(app)
    app.include_router(health_router(()))
    app.include_router(_router(Witness(state, logs, clock)))
    return app


def _router(witness: Witness) -> APIRouter:
    router = APIRouter(tags=["witness"], dependencies=[public()])

    @router.get("/")
    async def who() -> WitnessView:
        """Name and key."""
        key = witness.state.signer.verifier
        return WitnessView(name=key.name, verifier_key=key.encode())

    @router.post("/add-checkpoint", response_class=Response)
    async def add_checkpoint(request: Request) -> Response:
        """Cosign a checkpoint that a known log signed and that grew out of the last cosigned one."""
        try:
            signature = await witness.cosign(await request.body())
        except RefusedError as refused:
            return _refusal(refused)
        return Response(signature_line(signature), media_type=TEXT)

    @router.get("/checkpoint", response_class=Response, responses=problem_responses(404))
    async def last_checkpoint(origin: Annotated[str, Query(min_length=1, max_length=1000)]) -> Response:
        """The last checkpoint cosigned for a log: what auditors hold the log against."""
        note = witness.state.last_note(origin)
        if note is None:
            raise NotFound("No checkpoint of this log was cosigned.")
        return Response(note, media_type=TEXT)

    return router


def _refusal(refused: RefusedError) -> Response:
    status = int(refused.refusal)
    if refused.size is None:
        return Response(f"{refused}\n", status, media_type=TEXT)
    # As a header: a text type would be given a charset, which the protocol does not have.
    return Response(f"{refused.size}\n", status, {"Content-Type": SIZE_TYPE})
