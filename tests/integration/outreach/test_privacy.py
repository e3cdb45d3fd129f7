"""F5 at outreach: contact points are masked, shown to who needs them, and every look is on record."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from pydantic import SecretStr

from services.outreach import main
from services.outreach.settings import OutreachSettings
from shared.runtime import Runtime
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from tests.integration.outreach.test_api import runtime_of
from tests.integration.outreach.world import World, contact_id

NUMBER = "13800000001"
STAFF = {
    "reader": frozenset({"outreach:read"}),
    "collector": frozenset({"outreach:read", "personal:read"}),
    "auditor": frozenset({"access-log:read"}),
}


@dataclass
class Desk:
    """The API, called by staff of several roles."""

    client: httpx.AsyncClient

    async def get(self, who: str, path: str, purpose: str | None = None, **query: Any) -> httpx.Response:
        headers = {"X-API-Key": who} | ({} if purpose is None else {"X-Access-Purpose": purpose})
        answer = await self.client.get(path, params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    async def point(self, who: str, purpose: str | None = None) -> Any:
        return (await self.get(who, f"/contacts/{contact_id(1)}", purpose)).json()["contact_point"]


@pytest_asyncio.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    await world.permitted(1)
    made = runtime_of(world)
    keys = SecretStr(api_keys_json({name: Principal(name, scopes) for name, scopes in STAFF.items()}))
    settings = OutreachSettings(**(made.settings.model_dump() | {"api_keys": keys}))
    runtime = Runtime("outreach", settings, made.engine, made.clock, made.transactions, made.cipher)
    transport = httpx.ASGITransport(main.api(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://outreach") as client:
        yield Desk(client)


async def test_f5_a_contact_point_is_in_clear_only_for_who_may_see_it_and_says_what_for(desk: Desk) -> None:
    for who, purpose in (("reader", None), ("reader", "collection"), ("collector", None)):
        answer = await desk.get(who, f"/contacts/{contact_id(1)}", purpose)
        assert NUMBER not in answer.text
        assert answer.json()["contact_point"]["masked"] == "138****0001"
    assert (await desk.point("collector", "collection"))["value"] == NUMBER
    found = (await desk.get("auditor", "/access-log")).json()["items"]
    assert [(one["by"], one["kind"], one["in_clear"], one["purpose"]) for one in found] == [
        ("reader", "contact_point", False, None),
        ("reader", "contact_point", False, "collection"),
        ("collector", "contact_point", False, None),
        ("collector", "contact_point", True, "collection"),
    ]


async def test_lists_are_recorded_too_and_refuse_an_unknown_purpose(desk: Desk) -> None:
    await desk.get("reader", "/contacts")
    await desk.get("reader", "/tasks")
    found = (await desk.get("auditor", "/access-log", by="reader")).json()["items"]
    assert [one["endpoint"] for one in found] == ["GET /contacts"]
    answer = await desk.client.get("/contacts", headers={"X-API-Key": "reader", "X-Access-Purpose": "fun"})
    assert answer.status_code == 422
