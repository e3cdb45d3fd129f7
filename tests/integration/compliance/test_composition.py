"""What the two processes of the service are made of."""

import json

from services.compliance.main import worker
from shared.contracts.topics import CONTACTS, PARTIES, REQUESTS
from tests.conftest import EngineFor
from tests.integration.compliance.house import asks, body, house


async def test_the_worker_consumes_its_topics_and_signs(engine_for: EngineFor) -> None:
    gate = await house(engine_for)
    made = worker(gate.runtime())
    assert made.consumer.name == "compliance"
    assert set(made.consumer.topics) == {REQUESTS, CONTACTS, PARTIES}
    assert len(made.background) == 8


async def test_no_route_but_health_answers_without_a_key(engine_for: EngineFor) -> None:
    gate = await house(engine_for)
    async with gate.client() as client:
        del client.headers["X-API-Key"]
        assert (await client.get("/health/ready")).status_code == 200
        for method, path in (
            ("GET", "/decisions"),
            ("GET", "/holds"),
            ("GET", "/log"),
            ("GET", "/log/2026/checkpoint"),
            ("GET", "/log/2026/tile/0/000"),
        ):
            assert (await client.request(method, path)).status_code == 401, path
        for path in ("/permits", "/redemptions", "/holds", "/erasures"):
            assert (await client.post(path, json={})).status_code == 401, path


async def test_what_the_api_cannot_keep_is_refused(engine_for: EngineFor) -> None:
    gate = await house(engine_for)
    async with gate.client() as client:
        for changes in (
            {"ask": 2**31},
            {"ask": -1},
            {"contact_id": "x" * 65},
            {"role": "stranger"},
            {"person_id": "\udcff"},
            {"surprise": 1},
        ):
            answer = await client.post(
                "/permits",
                content=json.dumps(body(1) | changes),
                headers={"Idempotency-Key": "a", "Content-Type": "application/json"},
            )
            assert answer.status_code == 422, changes
        without_filter = await client.get("/decisions")
        listed = await client.get("/decisions", params={"person_id": "person-1"})
    assert (without_filter.status_code, listed.json()["items"]) == (400, [])


async def test_decisions_are_listed_page_by_page(engine_for: EngineFor) -> None:
    gate = await house(engine_for)
    await gate.feed(*(asks(number) for number in range(5)))
    seen: list[str] = []
    async with gate.client() as client:
        cursor = None
        while True:
            values = {"person_id": "person-1", "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/decisions", params=values)).json()
            seen += [item["contact_id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        one = await client.get("/decisions", params={"contact_id": "contact-4"})
    assert sorted(seen) == [f"contact-{number}" for number in range(5)]
    assert [item["effect"] for item in one.json()["items"]] == ["defer"]
