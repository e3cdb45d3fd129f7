"""Compliance's doors to personal data, with staff of several roles, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from services.compliance.api.access_log import compliance_access_router
from services.compliance.api.complaints import complaint_routers
from services.compliance.api.decisions import decisions_router
from services.compliance.api.erasures import erasures_router
from services.compliance.api.holds import holds_router
from services.compliance.api.log_documents import documents_router
from services.compliance.api.persons import persons_router
from services.compliance.api.retention import retention_facts_router, retention_router
from services.compliance.api.standing import standing_router
from services.compliance.retention import RetentionJob
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, house

READS = frozenset({"complaint:read", "compliance:read"})
STAFF = {
    "reader": READS,
    "clerk": READS
    | {"complaint:write", "compliance:write", "documents:write", "personal:read", "compliance:erase"},
    "decider": READS | {"complaint:decide"},
    "auditor": frozenset({"access-log:read"}),
    "keeper": frozenset({"retention:read", "retention:run"}),
    "lawyer": frozenset({"retention:read", "retention:hold"}),
    "nobody": frozenset[str](),
}


@dataclass
class Office:
    """Everybody calls the same API with a key of their own."""

    house: House
    client: httpx.AsyncClient
    numbers: "count[int]" = field(default_factory=count)

    async def send(
        self, who: str, method: str, path: str, status: int, purpose: str | None = None, **more: Any
    ) -> dict[str, Any]:
        headers = {"X-API-Key": key_of(who), "Idempotency-Key": f"key-{next(self.numbers)}"}
        if purpose is not None:
            headers["X-Access-Purpose"] = purpose
        answer = await self.client.request(method, path, headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def get(
        self, who: str, path: str, status: int = 200, purpose: str | None = None, **query: Any
    ) -> dict[str, Any]:
        return await self.send(who, "GET", path, status, purpose, params=query)

    async def post(self, who: str, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
        return await self.send(who, "POST", path, status, json=body)

    async def accesses(self, **query: Any) -> list[dict[str, Any]]:
        """What the access log says."""
        return list((await self.get("auditor", "/access-log", **query))["items"])

    def job(self, **changes: Any) -> RetentionJob:
        """A worker that has just started."""
        made = self.house.settings
        return RetentionJob(
            self.house.transactions, made.library, made.past, made.pseudonyms, **({"persons": 1} | changes)
        )

    async def carry_out(self, mode: str) -> dict[str, Any]:
        """A run from its beginning to its end."""
        run = await self.post("keeper", "/retention/runs", mode=mode)
        job = self.job()
        while await job.step():
            pass
        return await self.get("keeper", f"/retention/runs/{run['run_id']}")


def key_of(person: str) -> str:
    return f"rk_compliance-{person}-key-for-tests"


@asynccontextmanager
async def office(engine_for: EngineFor) -> AsyncIterator[Office]:
    keys = {key_of(name): Principal(name, scopes) for name, scopes in STAFF.items()}
    made = await house(engine_for, api_keys=api_keys_json(keys))
    runtime = made.runtime()
    app = create_app(
        title="Privacy",
        service="compliance",
        version="1",
        settings=made.settings,
        routers=(
            *complaint_routers(runtime),
            persons_router(runtime, made.gate),
            holds_router(runtime, made.gate),
            standing_router(runtime, made.gate),
            decisions_router(runtime),
            documents_router(runtime),
            erasures_router(runtime),
            compliance_access_router(runtime),
            retention_router(runtime),
            retention_facts_router(runtime),
        ),
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://compliance") as client:
        yield Office(made, client)
