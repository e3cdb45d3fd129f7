"""A year's log as static resources: checkpoint, tiles, entry bundles (C2SP tlog-tiles)."""

import gzip
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.compliance.log.bundles import encode_bundle
from services.compliance.log.errors import TileError
from services.compliance.log.tiles import TILE_HEIGHT, TILE_WIDTH, BundleId, TileId, parse_path
from services.compliance.settings import ComplianceSettings
from services.compliance.store import cosignatures, log, tree
from services.compliance.store.tree import SignedCheckpoint
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.problems import NotFound, problem_responses

Year = Annotated[int, Path(ge=1, le=9999)]
TEXT_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}}
}
TEXT = "text/plain; charset=utf-8"

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BYTES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": _BINARY}}}
_OCTETS = "application/octet-stream"
# For ever, but not by caches that several callers share: reading the log takes a scope.
_IMMUTABLE = {"Cache-Control": "private, max-age=31536000, immutable"}
_MUTABLE = {"Cache-Control": "no-cache"}
_GZIP = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}


def tiles_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET /log/{year}/checkpoint and /log/{year}/tile/…; a log's prefix is /log/{year}."""
    router = APIRouter(prefix="/log", tags=["log"], dependencies=[require("log:read")])
    engine = runtime.engine

    @router.get("/checkpoint", response_class=Response, responses=TEXT_RESPONSE | problem_responses(404))
    async def newest_checkpoint() -> Response:
        """The newest checkpoint of the newest log, with the cosignatures that it has by now."""
        async with engine.connect() as connection:
            return await _checkpoint(connection, await signed_log(connection, None))

    @router.get(
        "/{year}/checkpoint", response_class=Response, responses=TEXT_RESPONSE | problem_responses(404)
    )
    async def checkpoint(year: Year) -> Response:
        """The newest checkpoint of a year's log, with the cosignatures that it has by now."""
        async with engine.connect() as connection:
            return await _checkpoint(connection, await signed_log(connection, year))

    @router.get(
        "/{year}/checkpoint/witnessed",
        response_class=Response,
        responses=TEXT_RESPONSE | problem_responses(404),
    )
    async def witnessed_checkpoint(year: Year) -> Response:
        """The newest checkpoint of a year's log that a witness cosigned."""
        async with engine.connect() as connection:
            last = await cosignatures.last_cosigned(connection, year)
            if last is None:
                raise NotFound("No witness has cosigned this log.")
            return await _checkpoint(connection, last)

    @router.get(
        "/{year}/tile/{path:path}", response_class=Response, responses=_BYTES | problem_responses(404)
    )
    async def tile(
        year: Year,
        path: Annotated[str, Path(max_length=100)],
        accept_encoding: Annotated[str, Header(max_length=200)] = "",
    ) -> Response:
        """A tile `<L>/<N>[.p/<W>]` or an entry bundle `entries/<N>[.p/<W>]` of the signed log."""
        wanted = _parsed(path)
        async with engine.connect() as connection:
            signed = await signed_log(connection, year)
            if not _is_signed(wanted, signed.size):
                raise NotFound("The signed log has no such tile.")
            content = await _content(connection, year, wanted)
        if isinstance(wanted, BundleId) and _takes_gzip(accept_encoding):
            return Response(gzip.compress(content, 6, mtime=0), 200, _IMMUTABLE | _GZIP, _OCTETS)
        return Response(content, 200, _IMMUTABLE, _OCTETS)

    return router


async def signed_log(connection: AsyncConnection, year: int | None) -> SignedCheckpoint:
    """The newest checkpoint of a year's log, or of the newest log. Raises NotFound where there is none."""
    last = await tree.last_checkpoint(connection, year)
    if last is None:
        raise NotFound("There is no signed log.")
    return last


async def _checkpoint(connection: AsyncConnection, signed: SignedCheckpoint) -> Response:
    note = await cosignatures.newest_note(connection, signed)
    return Response(note, 200, _MUTABLE, TEXT)


def _parsed(path: str) -> TileId | BundleId:
    try:
        return parse_path(f"tile/{path}")
    except TileError:
        raise NotFound("No tile has this path.") from None


def _is_signed(wanted: TileId | BundleId, size: int) -> bool:
    level = wanted.level if isinstance(wanted, TileId) else 0
    return wanted.index * TILE_WIDTH + wanted.width <= size >> (level * TILE_HEIGHT)


async def _content(connection: AsyncConnection, year: int, wanted: TileId | BundleId) -> bytes:
    if isinstance(wanted, BundleId):
        end = wanted.first_entry + wanted.width
        return encode_bundle(wanted, await log.entries_between(connection, year, wanted.first_entry, end))
    found = await tree.tiles(connection, year, [wanted])
    if wanted not in found:
        raise NotFound("The log has lost this tile.")
    return found[wanted]


def _takes_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() == "gzip":
            return weight.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
