"""A running simulator on ports of its own, and a receiver of its webhooks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest_asyncio
import uvicorn

from shared.contracts.topics import CONTROL, CORE_BANK
from shared.security.signing import SIGNATURE_HEADER, SignatureError, WebhookSigner
from shared.stream.broker import Broker
from simulator.process import Running, running
from simulator.settings import SimulatorSettings
from tests.support.fake_broker import FakeBroker

PARTITIONS = 4
START = datetime(2026, 3, 2, 1, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
KEY = "a webhook key of many bytes"
_folders = count(1)


@dataclass
class ManualClock:
    instant: datetime = START

    def now(self) -> datetime:
        return self.instant.astimezone(UTC)


@dataclass
class Receiver:
    """A small outreach: proves signatures, keeps what came, fails when told to."""

    url: str = ""
    failures: int = 0
    unproven: int = 0
    sizes: list[int] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            part = await receive()
            body += part["body"]
            if not part.get("more_body"):
                break
        status = self._take(scope["path"], dict(scope["headers"]), body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def _take(self, path: str, headers: dict[bytes, bytes], body: bytes) -> int:
        signature = headers.get(SIGNATURE_HEADER.lower().encode(), b"").decode()
        try:
            WebhookSigner([KEY.encode()]).verify(signature, body)
        except SignatureError:
            self.unproven += 1
            return 401
        if self.failures:
            self.failures -= 1
            return 503
        (kind, items), *_ = msgspec.json.decode(body).items()
        self.sizes.append(len(items))
        provider = path.rpartition("/")[2]
        getattr(self, kind).extend(item | {"provider": provider} for item in items)
        return 200


@dataclass
class Outside:
    """A running simulator and its callers."""

    parts: Running
    http: httpx.AsyncClient
    clock: ManualClock
    receiver: Receiver
    broker: Any
    folder: Path

    async def start(self, accounts: int = 300, seed: int = 7, **more: Any) -> dict[str, Any]:
        wish = {"accounts": accounts, "seed": seed, "start": START.isoformat(), **more}
        return await self.post("/world/start", wish)

    async def advance(self, days: float) -> dict[str, Any]:
        to = START + timedelta(days=days)
        self.clock.instant = to
        return await self.post("/world/advance", {"to": to.isoformat()})

    async def post(self, path: str, body: Any) -> dict[str, Any]:
        response = await self.http.post(path, json=body)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    async def get(self, path: str) -> dict[str, Any]:
        response = await self.http.get(path)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    async def told(self) -> None:
        """Wait until no receipt waits."""
        deadline = monotonic() + 20
        while (await self.get("/world/pending"))["receipts_waiting"]:
            assert monotonic() < deadline, "receipts are not taken"
            await asyncio.sleep(0.02)


Outsides = Callable[..., Awaitable[Outside]]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    config = uvicorn.Config(receiver, port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    for _ in range(1000):
        if server.started:
            break
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}"
    try:
        yield receiver
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def an_outside(folder: Path, broker: Broker | None = None) -> AsyncIterator[Outside]:
    topics = {CORE_BANK.name: PARTITIONS, CONTROL.name: 1}
    chosen = broker or FakeBroker(topics=topics, identity="the first one")
    clock = ManualClock()
    async with receiving() as receiver:
        settings = SimulatorSettings(
            kafka_url="",
            partitions=PARTITIONS,
            journal=folder,
            gateway_port=0,
            mail_port=0,
            gateway_api_key="the key",
            control_token="the token",
            outreach_url=receiver.url,
            webhook_key=KEY,
        )
        async with running(settings, chosen, clock) as parts:
            headers = {"X-API-Key": "the key", "Authorization": "Bearer the token"}
            url = f"http://127.0.0.1:{parts.gateway_port}"
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
                yield Outside(parts, http, clock, receiver, chosen, folder)


@pytest_asyncio.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    """A simulator on a broker in memory."""
    async with an_outside(tmp_path / f"journal-{next(_folders)}") as one:
        yield one


def sms(number: int, person: int, *, text: str = "【示范银行】您的账户已逾期") -> dict[str, str]:
    """A message to the person of this number."""
    return {
        "idempotency_key": f"permit-{number}",
        "to": f"+861990{person:07}",
        "text": text,
        "reference": f"contact-{number}",
    }
