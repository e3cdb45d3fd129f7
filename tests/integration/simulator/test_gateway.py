"""The SMS gateway over real HTTP: each key once, whatever goes wrong."""

import asyncio
import json
from collections import Counter
from decimal import Decimal

import httpx
import pytest

from simulator.process import MESSAGES_FILE
from tests.integration.simulator.conftest import Outside, sms


def lines(outside: Outside) -> Counter[str]:
    text = (outside.folder / MESSAGES_FILE).read_text()
    return Counter(json.loads(line)["permit_id"] for line in text.splitlines())


async def test_a_batch_is_accepted_with_its_costs(outside: Outside) -> None:
    long = "逾" * 71
    answer = await outside.post("/messages", {"messages": [sms(1, 0), sms(2, 2, text=long)]})
    first, second = answer["results"]
    assert first["status"] == second["status"] == "accepted"
    assert first["idempotency_key"] == "permit-1" and first["currency"] == "CNY"
    assert Decimal(second["cost"]) == 2 * Decimal(first["cost"]) == Decimal("0.090")
    assert first["provider_id"] != second["provider_id"]


async def test_the_same_key_again_gets_the_same_answer_and_no_second_message(outside: Outside) -> None:
    first = await outside.post("/messages", {"messages": [sms(1, 0)]})
    again = await outside.post("/messages", {"messages": [sms(1, 0), sms(1, 4, text="another")]})
    assert again["results"] == first["results"] * 2
    await outside.told()
    assert lines(outside) == {"permit-1": 1}
    assert len(outside.receiver.receipts) == 1
    summary = await outside.get("/world/summary")
    assert summary["messages"] == {"sms": 1}
    assert summary["messages_repeated_requests"] == 2
    assert summary["permits_with_more_than_one_message"] == 0


async def test_many_callers_with_one_key_make_one_message(outside: Outside) -> None:
    body = {"messages": [sms(number % 10, number) for number in range(100)]}
    answers = await asyncio.gather(*(outside.post("/messages", body) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert lines(outside) == {f"permit-{number}": 1 for number in range(10)}


async def test_a_message_without_a_usable_number_is_rejected_and_stays_so(outside: Outside) -> None:
    bad = sms(1, 0) | {"to": "not a number"}
    rejected = (await outside.post("/messages", {"messages": [bad]}))["results"]
    assert rejected == [{"idempotency_key": "permit-1", "status": "rejected", "reason": "invalid_message"}]
    assert (await outside.post("/messages", {"messages": [sms(1, 0)]}))["results"] == rejected
    assert (await outside.post("/messages/lookup", {"idempotency_keys": ["permit-1"]}))["found"] == []
    assert lines(outside) == {}


async def test_a_look_up_finds_what_was_accepted_and_nothing_else(outside: Outside) -> None:
    (sent,) = (await outside.post("/messages", {"messages": [sms(1, 0)]}))["results"]
    wanted = {"idempotency_keys": ["permit-1", "permit-2"]}
    (found,) = (await outside.post("/messages/lookup", wanted))["found"]
    assert {name: found[name] for name in ("idempotency_key", "provider_id", "cost", "currency")} == {
        name: sent[name] for name in ("idempotency_key", "provider_id", "cost", "currency")
    }


async def test_a_message_accepted_before_a_time_out_is_found_by_look_up(outside: Outside) -> None:
    await outside.post("/world/faults", {"accept_then_time_out": 1, "hold_seconds": 5})
    with pytest.raises(httpx.ReadTimeout):
        await outside.http.post("/messages", json={"messages": [sms(1, 0)]}, timeout=0.3)
    await outside.post("/world/faults", {})
    found = (await outside.post("/messages/lookup", {"idempotency_keys": ["permit-1"]}))["found"]
    assert [one["idempotency_key"] for one in found] == ["permit-1"]
    await outside.post("/messages", {"messages": [sms(1, 0)]})
    assert lines(outside) == {"permit-1": 1}


@pytest.mark.parametrize(("fault", "status"), [("server_error", 500), ("too_many_requests", 429)])
async def test_a_refused_request_sends_nothing(outside: Outside, fault: str, status: int) -> None:
    await outside.post("/world/faults", {fault: 1})
    response = await outside.http.post("/messages", json={"messages": [sms(1, 0)]})
    assert response.status_code == status
    assert ("retry-after" in response.headers) == (status == 429)
    await outside.post("/world/faults", {})
    assert (await outside.post("/messages/lookup", {"idempotency_keys": ["permit-1"]}))["found"] == []


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/messages", {"X-API-Key": "wrong"}, b'{"messages":[]}', 401),
        ("/messages/lookup", {"X-API-Key": ""}, b"{}", 401),
        ("/world/start", {"Authorization": "Bearer wrong"}, b"{}", 401),
        ("/messages", {}, b"{", 400),
        ("/messages", {}, b"\xff\xff", 400),
        ("/messages", {}, b'{"messages": 1}', 422),
        ("/messages", {}, json.dumps({"messages": [sms(n, n) for n in range(101)]}).encode(), 422),
        ("/messages", {}, b" " * 5_000_000, 413),
        ("/world/advance", {}, b'{"to": "2026-03-02T02:00:00"}', 422),
        ("/world/advance", {}, b'{"to": "2026-03-02T02:00:00Z"}', 409),
        ("/elsewhere", {}, b"", 404),
    ],
)
async def test_bad_requests_are_refused(
    outside: Outside, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    response = await outside.http.post(path, content=body, headers=headers)
    assert response.status_code == status
    assert "error" in response.json()


async def test_health_needs_no_credential(outside: Outside) -> None:
    async with httpx.AsyncClient(base_url=outside.http.base_url) as anyone:
        assert (await anyone.get("/health")).status_code == 200
