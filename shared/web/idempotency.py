"""`Idempotency-Key` for requests that create: the same key gives the same answer and one effect.

The claim, the effect and the stored answer are one transaction of the caller, so a crash releases the key.
While it runs, an advisory lock tells a second request that the first is in progress (409) instead of letting
it wait. Keys belong to the caller who sent them: two callers may use the same one.

    async with engine.begin() as connection:
        if stored := await keys.claim(connection, request, now):
            return stored.response()
        ...
        return (await keys.complete(connection, request, 201, view, location=f"/cases/{case_id}")).response()
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from shared.security.principals import Principal
from shared.web.auth import identify
from shared.web.problems import BadRequest, Conflict, Unprocessable

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,255}")
_CLAIMED, _COMPLETED = "claimed", "completed"


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """Who sent which key with what."""

    principal: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer as it was given the first time."""

    code: int
    body: str
    location: str | None = None
    replayed: bool = False

    def response(self) -> Response:
        """The HTTP response; a repeat is marked by `Idempotency-Replayed: true`."""
        headers = {"Location": self.location} if self.location else {}
        if self.replayed:
            headers["Idempotency-Replayed"] = "true"
        return Response(self.body, self.code, headers, media_type="application/json")


def idempotency_table(metadata: MetaData) -> Table:
    """The table for a service's metadata and migration: `idempotency_key`."""
    return Table(
        "idempotency_key",
        metadata,
        Column("principal", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("request_digest", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("response_code", Integer),
        Column("response_body", Text),
        Column("response_location", Text),
        Column("created_at", DateTime(timezone=True), nullable=False, index=True),
        PrimaryKeyConstraint("principal", "key"),
        CheckConstraint(f"status in ('{_CLAIMED}', '{_COMPLETED}')", name="status_known"),
    )


class IdempotencyKeys:
    """The stored keys of one service: the only place that reads and writes them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def claim(
        self, connection: AsyncConnection, request: IdempotentRequest, now: datetime
    ) -> StoredResponse | None:
        """Take the key inside the command's transaction; None means: it is yours, do the work.

        The stored answer where the work was done before. Conflict (409) while another request with the key
        runs, Unprocessable (422) where the key was used for another request.
        """
        if not await self._lock(connection, request):
            raise _in_progress()
        row = (await connection.execute(select(self._table).where(*self._is(request)))).mappings().first()
        if row is not None:
            return _stored(row, request)
        claimed = insert(self._table).values(
            principal=request.principal,
            key=request.key,
            request_digest=request.digest,
            status=_CLAIMED,
            created_at=now,
        )
        # Under a snapshot older than the lock this is a serialization failure, which callers retry, and not
        # the unique violation of a plain insert.
        await connection.execute(claimed.on_conflict_do_nothing())
        return None

    async def complete(
        self,
        connection: AsyncConnection,
        request: IdempotentRequest,
        code: int,
        body: BaseModel,
        location: str | None = None,
    ) -> StoredResponse:
        """Store the answer in the same transaction and return it. RuntimeError without a claim."""
        stored = StoredResponse(code, body.model_dump_json(by_alias=True), location)
        values = {
            "status": _COMPLETED,
            "response_code": stored.code,
            "response_body": stored.body,
            "response_location": location,
        }
        done = await connection.execute(
            update(self._table).where(*self._is(request), self._table.c.status == _CLAIMED).values(values)
        )
        if done.rowcount != 1:
            raise RuntimeError("the idempotency key was not claimed in this transaction")
        return stored

    async def forget(self, connection: AsyncConnection, before: datetime) -> int:
        """Drop keys claimed before a moment; how many."""
        return (
            await connection.execute(delete(self._table).where(self._table.c.created_at < before))
        ).rowcount

    async def _lock(self, connection: AsyncConnection, request: IdempotentRequest) -> bool:
        # Advisory locks are the whole database's: the schema keeps two services apart.
        name = func.concat(func.current_schema(), f"\n{request.principal}\n{request.key}")
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))
        return bool((await connection.execute(select(lock))).scalar_one())

    def _is(self, request: IdempotentRequest) -> tuple[Any, Any]:
        return self._table.c.principal == request.principal, self._table.c.key == request.key


def _stored(row: Any, request: IdempotentRequest) -> StoredResponse:
    if row["request_digest"] != request.digest:
        raise Unprocessable(
            "This Idempotency-Key was used for another request.", slug="idempotency-key-reused"
        )
    if row["status"] != _COMPLETED:
        raise _in_progress()
    stored = StoredResponse(row["response_code"], row["response_body"], row["response_location"])
    return replace(stored, replayed=True)


def _in_progress() -> Conflict:
    return Conflict("A request with this Idempotency-Key is in progress.", slug="idempotency-in-progress")


async def _idempotent(
    request: Request,
    principal: Annotated[Principal, Depends(identify)],
    key: Annotated[str | None, Header(alias=HEADER, description="1-255 printable ASCII characters")] = None,
) -> IdempotentRequest:
    if key is None:
        raise BadRequest(f"The header {HEADER} is required here.", slug="idempotency-key-missing")
    if not _KEY.fullmatch(key):
        raise BadRequest(f"{HEADER} has 1 to 255 printable ASCII characters.", slug="idempotency-key-invalid")
    return IdempotentRequest(principal.subject, key, request_digest(request, await request.body()))


def idempotent() -> Any:
    """Dependency giving an IdempotentRequest, as in `Annotated[IdempotentRequest, idempotent()]`.

    It does not authorize: the route still says `require(...)`.
    """
    return Depends(_idempotent)


def request_digest(request: Request, body: bytes) -> str:
    """SHA-256 over method, path and body; JSON that differs in spacing or order of names only is the same."""
    try:
        canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        canonical = body
    head = f"{request.method} {request.url.path}\n".encode()
    return hashlib.sha256(head + canonical).hexdigest()
