"""The complaint register behind its API and its timers, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from services.compliance.api.complaints import complaint_routers
from shared.contracts.parties import PartyChanged
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import PartyRole
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, house

HANDLER = frozenset({"complaint:read", "complaint:write", "personal:read"})
DECIDER = frozenset({"complaint:read", "complaint:decide"})
STAFF = {
    "clerk": HANDLER,
    "investigator": HANDLER,
    "decider": DECIDER,
    "both": HANDLER | DECIDER,
    "collector-7": HANDLER | DECIDER,
    "lead-3": HANDLER | DECIDER,
    "reader": frozenset({"complaint:read"}),
}
UPHELD: dict[str, Any] = {
    "finding": "upheld",
    "findings": "The recording of 2026-03-01 has the threat.",
    "root_cause": "staff_conduct",
    "cause": "The collector was never told the rule.",
    "measure": "warning",
}
TEXT = "He said that he would tell my boss, call me on 13800138000"


def key_of(person: str) -> str:
    return f"rk_compliance-{person}-key-for-tests"


@dataclass
class Complaints:
    """What tests drive: everybody calls the same API with a key of their own."""

    house: House
    client: httpx.AsyncClient
    numbers: "count[int]" = field(default_factory=count)

    async def post(self, who: str, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        headers = {"X-API-Key": key_of(who), "Idempotency-Key": f"key-{next(self.numbers)}"}
        answer = await self.client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def get(self, who: str, path: str, status: int = 200, **query: Any) -> dict[str, Any]:
        headers = {"X-API-Key": key_of(who), "X-Access-Purpose": "complaint_handling"}
        answer = await self.client.get(path, params=query, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def register(self, who: str = "clerk", **changes: Any) -> str:
        """A complaint about collector-7 by telephone; its id."""
        values: dict[str, Any] = {
            "person_id": "person-1",
            "customer_id": "customer-1",
            "category": "harassment",
            "source": "hotline",
            "severity": "high",
            "contact_ids": ["contact-1"],
            "collector_id": "collector-7",
            "supervisor_id": "lead-3",
            "branch_id": "branch-1",
            "text": TEXT,
        }
        made = await self.post(who, "/complaints", 201, **(values | changes))
        return str(made["complaint_id"])

    async def act(self, name: str, act: str, who: str = "clerk", status: int = 200, **body: Any) -> Any:
        return await self.post(who, f"/complaints/{name}/{act}", status, reason="as told", **body)

    async def investigate(self, name: str) -> None:
        """Bring it before the investigator."""
        await self.act(name, "acknowledgement")
        await self.act(name, "assignment", assignee_id="investigator")
        await self.act(name, "investigation", "investigator")

    async def decide(self, name: str, **changes: Any) -> None:
        """From receipt to the decision."""
        await self.investigate(name)
        await self.act(name, "decision", "investigator", **(UPHELD | changes))
        await self.act(name, "decision/approval", "decider")


@asynccontextmanager
async def complaints(engine_for: EngineFor) -> AsyncIterator[Complaints]:
    keys = {key_of(name): Principal(name, scopes) for name, scopes in STAFF.items()}
    made = await house(engine_for, api_keys=api_keys_json(keys))
    runtime = made.runtime()
    app = create_app(
        title="Complaints",
        service="compliance",
        version="1",
        settings=made.settings,
        routers=complaint_routers(runtime),
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://compliance") as client:
        yield Complaints(made, client)


def lives_in(jurisdiction: str, zone: str | None = None) -> PartyChanged:
    return PartyChanged(
        person_id="person-1",
        customer_id="customer-1",
        version=1,
        role=PartyRole.DEBTOR,
        jurisdiction=jurisdiction,
        language="zh",
        time_zone=zone,
        sealed_name="sealed",
        contact_points=[],
    )


async def effect_of(desk: Complaints, request: ContactRequested) -> str:
    await desk.house.feed(request)
    rows = await desk.house.rows(
        "SELECT effect FROM decision WHERE contact_id = :contact", contact=request.contact_id
    )
    return str(rows[0].effect)
