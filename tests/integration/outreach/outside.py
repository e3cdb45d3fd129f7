"""The world outside of outreach, small but real: compliance and an SMS gateway that can misbehave."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

GATE_KEY, GATEWAY_KEY = "gate-key", "gateway-key"
PATIENCE = 3.0
"""Seconds for which adapters wait for an answer: a busy machine gives it sooner, a hanging server never."""


class Gate:
    """Compliance's redemption endpoint."""

    def __init__(self) -> None:
        self.refusals: dict[str, str] = {}
        self.redeemed: dict[str, str] = {}
        self.calls = 0
        self.down = False
        self.forgets: set[str] = set()
        self.leafless: set[str] = set()
        self.url = ""

    async def redeem(self, request: Request) -> Response:
        self.calls += 1
        assert request.headers["x-api-key"] == GATE_KEY
        if self.down:
            return Response(status_code=503)
        results = []
        for item in (await request.json())["redemptions"]:
            permit = item["permit_id"]
            if permit in self.forgets:
                continue
            reason = self.refusals.get(permit)
            if (
                reason is None
                and self.redeemed.setdefault(permit, item["dispatch_id"]) != item["dispatch_id"]
            ):
                reason = "permit-used"
            result = "refused" if reason else "redeemed"
            leaf = None if reason or permit in self.leafless else self.calls
            results.append({"permit_id": permit, "result": result, "reason": reason, "leaf_index": leaf})
        return JSONResponse({"results": results})

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_route("/redemptions", self.redeem, methods=["POST"])
        return app


class Gateway:
    """An SMS gateway that keeps its promise about idempotency keys, whatever else it does.

    `mood`: "well", "hangs" (takes the messages, never answers), "breaks" (takes them, answers 500),
    "refuses" (takes nothing, answers 500), "busy" (429), "rejects" (each message).
    """

    def __init__(self) -> None:
        self.mood = "well"
        self.texts: dict[str, dict[str, str]] = {}
        self.handed: Counter[str] = Counter()
        self.requests = 0
        self.lookups = 0
        self.lookup_down = False
        self.before_answer: Any = None
        self.url = ""

    async def send(self, request: Request) -> Response:
        assert request.headers["x-api-key"] == GATEWAY_KEY
        self.requests += 1
        mood = self.mood
        if mood == "busy":
            return Response(status_code=429, headers={"Retry-After": "7"})
        if mood == "refuses":
            return Response(status_code=500)
        messages = (await request.json())["messages"]
        if mood != "rejects":
            for message in messages:
                self._take(message)
        if self.before_answer is not None:
            await self.before_answer()
        if mood == "hangs":
            await asyncio.sleep(2 * PATIENCE)
        if mood == "breaks":
            return Response(status_code=500)
        return JSONResponse({"results": [self._result(m["idempotency_key"]) for m in messages]})

    async def lookup(self, request: Request) -> Response:
        self.lookups += 1
        if self.lookup_down:
            return Response(status_code=503)
        keys = (await request.json())["idempotency_keys"]
        return JSONResponse({"found": [self._result(key) for key in keys if key in self.texts]})

    def _take(self, message: dict[str, str]) -> None:
        key = message["idempotency_key"]
        self.handed[key] += 1
        self.texts.setdefault(key, message)

    def _result(self, key: str) -> dict[str, Any]:
        if key not in self.texts:
            return {"idempotency_key": key, "status": "rejected", "reason": "bad_number"}
        return {
            "idempotency_key": key,
            "status": "accepted",
            "provider_id": f"gw-{key}",
            "cost": "0.045",
            "currency": "CNY",
        }

    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_route("/messages", self.send, methods=["POST"])
        app.add_route("/messages/lookup", self.lookup, methods=["POST"])
        return app


@contextlib.asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application's URL while it is served on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it no other way
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()
