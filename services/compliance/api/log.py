"""The log as C2SP tlog-tiles: checkpoints, tiles, entries and consistency proofs."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.compliance.api.views import ConsistencyView, LogView
from services.compliance.log.base64_text import encode_base64
from services.compliance.log.bundles import encode_bundle
from services.compliance.log.errors import TileError
from services.compliance.log.paths import plan_consistency
from services.compliance.log.tiles import TILE_HEIGHT, TILE_WIDTH, BundleId, TileId, parse_path
from services.compliance.settings import ComplianceSettings
from services.compliance.store import log, tree
from services.compliance.store.tree import SignedCheckpoint
from shared.runtime import Runtime
from shared.web.auth import require
from shared.web.problems import NotFound, problem_responses

Year = Annotated[int, Path(ge=1, le=9999)]
Size = Annotated[int, Query(ge=1, le=2**53)]
_IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BYTES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": _BINARY}}}
_OCTETS = "application/octet-stream"


def log_router(runtime: Runtime[ComplianceSettings]) -> APIRouter:
    """GET /log and below; the prefix of a year's log is /log/{year}."""
    router = APIRouter(prefix="/log", tags=["log"], dependencies=[require("log:read")])
    engine, settings = runtime.engine, runtime.settings

    @router.get("")
    async def logs() -> list[LogView]:
        """The log of each year."""
        async with engine.connect() as connection:
            signed = await tree.signed_sizes(connection)
            heads = await log.heads(connection)
        return [
            LogView(
                year=year,
                origin=settings.origin(year),
                size=size,
                signed_size=signed.get(year, 0),
                verifier_key=settings.signer(year).verifier.encode(),
            )
            for year, size in heads.items()
        ]

    @router.get("/checkpoint", response_class=Response, responses=_TEXT | problem_responses(404))
    async def newest_checkpoint() -> Response:
        """The newest checkpoint of the newest log."""
        return _text((await _signed(None)).note)

    @router.get("/{year}/checkpoint", response_class=Response, responses=_TEXT | problem_responses(404))
    async def checkpoint(year: Year) -> Response:
        """The newest checkpoint of a year's log."""
        return _text((await _signed(year)).note)

    @router.get("/{year}/consistency", responses=problem_responses(404))
    async def consistency(
        year: Year,
        from_size: Annotated[int, Query(alias="from", ge=1, le=2**53)],
        to_size: Annotated[int | None, Query(alias="to", ge=1, le=2**53)] = None,
    ) -> ConsistencyView:
        """That the log only grew between two sizes; `to` is the newest checkpoint's by default."""
        signed = await _signed(year)
        end = to_size or signed.size
        if not from_size <= end <= signed.size:
            raise NotFound(f"The signed log has {signed.size} entries; from is at most to.")
        async with engine.connect() as connection:
            proof = await tree.prove(connection, year, plan_consistency(from_size, end), end)
        return ConsistencyView(
            origin=settings.origin(year),
            from_size=from_size,
            to_size=end,
            proof=[encode_base64(digest) for digest in proof],
        )

    @router.get(
        "/{year}/tile/{path:path}", response_class=Response, responses=_BYTES | problem_responses(404)
    )
    async def tile(year: Year, path: Annotated[str, Path(max_length=100)]) -> Response:
        """A tile `<L>/<N>[.p/<W>]` or an entry bundle `entries/<N>[.p/<W>]` of the signed log."""
        try:
            wanted = parse_path(f"tile/{path}")
        except TileError:
            raise NotFound("No tile has this path.") from None
        if not _is_signed(wanted, (await _signed(year)).size):
            raise NotFound("The signed log has no such tile.")
        return Response(await _content(year, wanted), headers=_IMMUTABLE, media_type=_OCTETS)

    async def _signed(year: int | None) -> SignedCheckpoint:
        async with engine.connect() as connection:
            last = await tree.last_checkpoint(connection, year)
        if last is None:
            raise NotFound("There is no signed log.")
        return last

    async def _content(year: int, wanted: TileId | BundleId) -> bytes:
        async with engine.connect() as connection:
            if isinstance(wanted, BundleId):
                end = wanted.first_entry + wanted.width
                return encode_bundle(
                    wanted, await log.entries_between(connection, year, wanted.first_entry, end)
                )
            found = await tree.tiles(connection, year, [wanted])
        if wanted not in found:
            raise NotFound("The log has lost this tile.")
        return found[wanted]

    return router


def _is_signed(wanted: TileId | BundleId, size: int) -> bool:
    level = wanted.level if isinstance(wanted, TileId) else 0
    return wanted.index * TILE_WIDTH + wanted.width <= size >> (level * TILE_HEIGHT)


def _text(note: str) -> Response:
    return Response(note, media_type="text/plain; charset=utf-8")
