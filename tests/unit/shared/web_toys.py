"""A small application to try the web parts on."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, FastAPI, Path
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError

from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.security.tokens import Algorithm
from shared.settings import ServiceSettings
from shared.web.app import create_app
from shared.web.auth import public, require
from shared.web.idempotency import IdempotentRequest, idempotent
from shared.web.inputs import Count, Identifier, Input
from shared.web.paging import Page, Paging, paging
from shared.web.problems import Conflict, NotFound, problem_responses
from shared.web.webhooks import signed_body

READER_KEY = "rk_reader-reader-reader"
WRITER_KEY = "rk_writer-writer-writer"
SECRET = "s" * 32
WEBHOOK_KEY = "webhook-key-webhook-key"
AS_READER = {"X-API-Key": READER_KEY}
AS_WRITER = {"X-API-Key": WRITER_KEY}
OWNERS = {
    READER_KEY: Principal("reader", frozenset({"toys:read"})),
    WRITER_KEY: Principal("writer", frozenset({"toys:read", "toys:write"})),
}


class ToyView(BaseModel):
    toy_id: str
    size: int


class NewToy(Input):
    label: str = Field(max_length=50)
    size: Count


def settings(**changes: Any) -> ServiceSettings:
    values: dict[str, Any] = {
        "database_url": "postgresql+asyncpg://toy:secret-password@localhost/toy",
        "kafka_url": "localhost:9092",
        "api_keys": api_keys_json(OWNERS),
        "jwt_key": SECRET,
        "jwt_algorithm": Algorithm.HS256,
        "jwt_issuer": "https://issuer.example",
        "jwt_audience": "recoup",
        "webhook_keys": f'["{WEBHOOK_KEY}"]',
    }
    return ServiceSettings(**(values | changes))


class _DriverError(Exception):
    sqlstate = "57P01"


def toy_router() -> APIRouter:
    router = APIRouter(prefix="/toys", tags=["toys"])
    reads, writes = [require("toys:read")], [require("toys:write")]

    @router.get("", dependencies=reads)
    async def toys(page: Annotated[Paging, paging()]) -> Page[ToyView]:
        after = page.after(int, str) or (-1, "")
        rows = [(n // 10, f"toy-{n:03}") for n in range(120)]
        found = [row for row in rows if row > after][: page.fetch]
        return page.of(found, key=lambda row: row, item=lambda row: ToyView(toy_id=row[1], size=row[0]))

    @router.get("/{toy_id}", dependencies=reads, responses=problem_responses(404))
    async def toy(toy_id: Annotated[Identifier, Path()]) -> ToyView:
        if toy_id != "toy-001":
            raise NotFound("There is no such toy.")
        return ToyView(toy_id=toy_id, size=1)

    @router.post("", status_code=201, dependencies=writes, responses=problem_responses(409))
    async def make(
        new: NewToy, request: Annotated[IdempotentRequest, idempotent()], who: Annotated[Principal, require()]
    ) -> ToyView:
        assert request.principal == who.subject
        if new.size == 13:
            raise Conflict("Unlucky.", slug="unlucky", least=14)
        return ToyView(toy_id="new", size=new.size)

    @router.delete("/{toy_id}", status_code=204, dependencies=writes)
    async def remove(toy_id: Identifier) -> None:
        return None

    return router


def trouble_router() -> APIRouter:
    router = APIRouter(prefix="/trouble", dependencies=[public()], include_in_schema=False)

    @router.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError("of 13812345678")

    @router.get("/database")
    async def database() -> None:
        raise DBAPIError("select", None, _DriverError())

    @router.get("/query")
    async def query() -> None:
        raise DBAPIError("select", None, ValueError("wrong"))

    @router.post("/hook", dependencies=[])
    async def hook(body: Annotated[bytes, signed_body()]) -> dict[str, int]:
        return {"size": len(body)}

    return router


def toy_app(routers: Sequence[APIRouter] | None = None, **changes: Any) -> FastAPI:
    given = {"title": "Toys", "service": "toys", "version": "1", "settings": settings()} | changes
    return create_app(routers=[toy_router(), trouble_router()] if routers is None else routers, **given)


def client(app: FastAPI | Callable[..., Any], **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://toys", headers=headers)
