"""The log over HTTP: which logs there are, how they grew, single leaves, and the static resources."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.compliance.api.log_tiles import TEXT, TEXT_RESPONSE, Year, signed_log, tiles_router
from services.compliance.api.log_views import ConsistencyView, LogView, WitnessStandingView
from services.compliance.log.base64_text import encode_base64
from services.compliance.log.paths import plan_consistency
from services.compliance.settings import ComplianceSettings
from services.compliance.store import cosignatures, log, proofs, tree
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.problems import Conflict, NotFound, problem_responses


def log_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET /log and below."""
    router = APIRouter()
    router.include_router(_logs_router(runtime))
    router.include_router(_proofs_router(runtime))
    router.include_router(tiles_router(runtime))
    return router


def _logs_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    router = APIRouter(prefix="/log", tags=["log"], dependencies=[require("log:read")])

    @router.get("")
    async def logs() -> list[LogView]:
        """The log of each year."""
        async with runtime.engine.connect() as connection:
            return await _views(connection, runtime.settings)

    return router


def _proofs_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    router = APIRouter(prefix="/log", tags=["log"])

    @router.get("/{year}/consistency", dependencies=[require("log:read")], responses=problem_responses(404))
    async def consistency(
        year: Year,
        from_size: Annotated[int, Query(alias="from", ge=1, le=2**53)],
        to_size: Annotated[int | None, Query(alias="to", ge=1, le=2**53)] = None,
    ) -> ConsistencyView:
        """That the log only grew between two sizes; `to` is the newest checkpoint's by default."""
        async with runtime.engine.connect() as connection:
            signed = await signed_log(connection, year)
            end = to_size or signed.size
            if not from_size <= end <= signed.size:
                raise NotFound(f"The signed log has {signed.size} entries; from is at most to.")
            proof = await tree.prove(connection, year, plan_consistency(from_size, end), end)
        return ConsistencyView(
            origin=runtime.settings.origin(year),
            from_size=from_size,
            to_size=end,
            proof=[encode_base64(digest) for digest in proof],
        )

    @router.get(
        "/proofs/{event_id:path}",
        response_class=Response,
        dependencies=[require("compliance:read")],
        responses=TEXT_RESPONSE | problem_responses(404, 409),
    )
    async def proof(event_id: Annotated[str, Path(min_length=1, max_length=300)]) -> Response:
        """That a fact is in the log: a C2SP tlog-proof with the entry in its extra line.

        409 in the second before the next checkpoint is signed.
        """
        async with runtime.engine.connect() as connection:
            try:
                found = await proofs.proof_of(connection, event_id)
            except proofs.NotSignedYetError:
                raise Conflict(
                    "The next checkpoint will cover it; try again in a second.", slug="not-signed-yet"
                ) from None
        if found is None:
            raise NotFound("There is no such fact.")
        return Response(found.encode(), media_type=TEXT)

    return router


async def _views(connection: AsyncConnection, settings: ComplianceSettings) -> list[LogView]:
    signed = await tree.signed_sizes(connection)
    standings = await cosignatures.standings(connection)
    return [
        LogView(
            year=year,
            origin=settings.origin(year),
            size=size,
            signed_size=signed.get(year, 0),
            verifier_key=settings.signer(year).verifier.encode(),
            witnesses=[WitnessStandingView.of(one) for one in standings if one.year == year],
        )
        for year, size in (await log.heads(connection)).items()
    ]
