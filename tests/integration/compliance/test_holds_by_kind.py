"""GET /holds can be asked for one kind."""

import pytest_asyncio

from tests.conftest import EngineFor
from tests.integration.compliance.house import House, house
from tests.integration.compliance.test_holds import place


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def test_holds_are_listed_by_kind(gate: House) -> None:
    for number, kind in enumerate(("dispute", "cease", "dispute")):
        await place(gate, kind, person_id=f"person-{number}")
    async with gate.client() as client:
        found = (await client.get("/holds", params={"kind": "dispute"})).json()["items"]
        unknown = await client.get("/holds", params={"kind": "unheard-of"})
    assert [(hold["kind"], hold["person_id"]) for hold in found] == [
        ("dispute", "person-0"),
        ("dispute", "person-2"),
    ]
    assert unknown.status_code == 422
