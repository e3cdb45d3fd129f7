"""The HTTP API on a real database."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from pydantic import SecretStr

from services.outreach import main
from services.outreach.channels.sms_http import SmsHttp
from services.outreach.channels.tasks import TaskDesk
from services.outreach.settings import OutreachSettings
from shared.contracts.contacts import (
    ContactAnswered,
    ContactDelivered,
    ContactFailed,
    OptedOut,
    OutcomeRecorded,
)
from shared.contracts.vocabulary import Channel
from shared.runtime import Runtime
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.security.signing import SIGNATURE_HEADER, WebhookSigner
from tests.integration.outreach.world import World, contact_id, permit_id, treatment

WEBHOOK_KEY = "a webhook key of some length"
SIGNER = WebhookSigner([WEBHOOK_KEY.encode()])
READER, WRITER = {"X-API-Key": "reader"}, {"X-API-Key": "writer"}


def runtime_of(world: World) -> Runtime[OutreachSettings]:
    keys = api_keys_json(
        {
            "reader": Principal("reader", frozenset({"outreach:read"})),
            "writer": Principal("collector-7", frozenset({"outreach:read", "outreach:write"})),
        }
    )
    settings = OutreachSettings(
        database_url=SecretStr("postgresql+asyncpg://unused"),
        kafka_url="unused",
        api_keys=SecretStr(keys),
        webhook_keys=SecretStr(json.dumps([WEBHOOK_KEY])),
        compliance_api_key=SecretStr("unused"),
        sms_gateway_api_key=SecretStr("unused"),
    )
    return Runtime("outreach", settings, world.engine, world.clock, world.transactions, world.cipher)


@pytest_asyncio.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(main.api(runtime_of(world)))
    async with httpx.AsyncClient(transport=transport, base_url="http://outreach") as client:
        yield client


async def signed(http: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await http.post(path, content=content, headers={SIGNATURE_HEADER: SIGNER.sign(content)})


def entry(outcome: str = "right_party", **more: Any) -> dict[str, Any]:
    return {"outcome": outcome, **more}


async def test_a_contact_shows_its_states_and_a_masked_contact_point(
    world: World, sms: SmsHttp, http: httpx.AsyncClient
) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    answer = await http.get(f"/contacts/{contact_id(1)}", headers=READER)
    shown = answer.json()
    assert answer.status_code == 200
    assert [item["state"] for item in shown["history"]] == ["requested", "permitted", "dispatched"]
    assert shown["contact_point"] == {
        "contact_point_id": "phone-1",
        "kind": "phone",
        "masked": "138****0001",
        "value": None,
    }
    assert shown["permit_id"] == permit_id(1)
    assert "13800000001" not in answer.text


async def test_an_unknown_contact_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get("/contacts/none", headers=READER)).status_code == 404


async def test_without_a_key_nothing_is_shown(http: httpx.AsyncClient) -> None:
    for path in ("/contacts", "/contacts/x", "/tasks"):
        assert (await http.get(path)).status_code == 401
    posted = await http.post("/contacts/x/outcomes", json=entry(), headers={**READER, "Idempotency-Key": "k"})
    assert posted.status_code == 403


async def test_contacts_are_listed_by_case_customer_and_state_in_pages(
    world: World, http: httpx.AsyncClient
) -> None:
    await world.permitted(1, 2, 3)
    await world.handle(treatment(4))
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2", "state": "permitted"}
    while True:
        page = (await http.get("/contacts", params=query, headers=READER)).json()
        seen += [item["contact_id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == sorted(contact_id(number) for number in (1, 2, 3))
    for query in ({"case_id": "case-4"}, {"customer_id": "customer-4"}):
        (only,) = (await http.get("/contacts", params=query, headers=READER)).json()["items"]
        assert only["state"] == "awaiting_party"


async def test_a_collector_records_what_a_call_came_to(world: World, http: httpx.AsyncClient) -> None:
    await world.permitted(1, channel=Channel.CALL_LIVE)
    await world.rounds(TaskDesk()).run()
    (task,) = (await http.get("/tasks", params={"open": "true"}, headers=READER)).json()["items"]
    assert task["contact_id"] == contact_id(1)
    promise = entry(
        "promise", promised="120.50", currency="CNY", promise_due="2026-03-09", note="after payday"
    )
    path, headers = f"/contacts/{contact_id(1)}/outcomes", {**WRITER, "Idempotency-Key": "once"}
    first = await http.post(path, json=promise, headers=headers)
    again = await http.post(path, json=promise, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["state"] == "answered"
    (outcome,) = await world.published(OutcomeRecorded)
    assert outcome.promised is not None
    assert len(await world.published(ContactAnswered)) == 1
    assert (await http.get("/tasks", params={"open": "true"}, headers=READER)).json()["items"] == []
    shown = (await http.get(f"/contacts/{contact_id(1)}", headers=READER)).json()
    assert shown["outcomes"][0]["recorded_by"] == "collector-7"
    assert await world.column("SELECT count(*) FROM contact_outcome WHERE sealed_note LIKE '%payday%'") == [0]


async def test_a_call_nobody_took_frees_strategy_to_go_on(world: World, http: httpx.AsyncClient) -> None:
    await world.permitted(1, channel=Channel.CALL_LIVE)
    await world.rounds(TaskDesk()).run()
    path = f"/contacts/{contact_id(1)}/outcomes"
    answer = await http.post(path, json=entry("no_answer"), headers={**WRITER, "Idempotency-Key": "a"})
    assert answer.json()["state"] == "failed"
    (failure,) = await world.published(ContactFailed)
    assert failure.left_bank
    again = await http.post(path, json=entry("no_answer"), headers={**WRITER, "Idempotency-Key": "b"})
    assert again.status_code == 409


async def test_an_opt_out_told_to_a_collector_is_one(world: World, http: httpx.AsyncClient) -> None:
    await world.permitted(1, channel=Channel.CALL_LIVE)
    await world.rounds(TaskDesk()).run()
    path = f"/contacts/{contact_id(1)}/outcomes"
    await http.post(path, json=entry("opted_out"), headers={**WRITER, "Idempotency-Key": "a"})
    (opted_out,) = await world.published(OptedOut)
    assert opted_out.channel is Channel.CALL_LIVE


async def test_an_outcome_needs_a_contact_that_was_made_and_a_whole_promise(
    world: World, http: httpx.AsyncClient
) -> None:
    await world.permitted(1)
    headers = {**WRITER, "Idempotency-Key": "a"}
    path = f"/contacts/{contact_id(1)}/outcomes"
    assert (await http.post(path, json=entry(), headers=headers)).status_code == 409
    assert (await http.post("/contacts/none/outcomes", json=entry(), headers=headers)).status_code == 404
    assert (await http.post(path, json=entry("promise"), headers=headers)).status_code == 422
    assert (await http.post(path, json=entry(), headers=WRITER)).status_code == 400


async def test_signed_receipts_are_applied_and_unsigned_ones_refused(
    world: World, sms: SmsHttp, http: httpx.AsyncClient
) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    item = {"idempotency_key": permit_id(1), "status": "delivered", "at": "2026-03-02T09:00:05Z"}
    report = {"receipts": [item]}
    assert (await http.post("/receipts/sms", json=report)).status_code == 401
    assert (await signed(http, "/receipts/sms", report)).json() == {"applied": 1, "kept": 0, "repeated": 0}
    assert (await signed(http, "/receipts/sms", report)).json()["repeated"] == 1
    assert len(await world.published(ContactDelivered)) == 1
    assert (await signed(http, "/receipts/elsewhere", report)).status_code == 404


async def test_signed_messages_become_outcomes(world: World, sms: SmsHttp, http: httpx.AsyncClient) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    item = {
        "message_id": "m1",
        "in_reply_to": permit_id(1),
        "text": "STOP",
        "at": "2026-03-02T10:00:00+08:00",
    }
    answer = await signed(http, "/inbound/sms", {"messages": [item]})
    assert answer.json() == {"applied": 1, "kept": 0, "repeated": 0}
    assert len(await world.published(OptedOut)) == 1


async def test_bad_reports_are_explained_without_repeating_them(http: httpx.AsyncClient) -> None:
    at, key = "2026-03-02T09:00:05Z", "permit-1"
    bad: list[Any] = [
        b"",
        b"\xff\xfe",
        b"[]",
        {"receipts": [{"status": "delivered", "at": at}]},
        {"receipts": [{"status": "13800000001", "at": at, "idempotency_key": key}]},
        {"receipts": [{"status": "delivered", "at": "2026-03-02", "idempotency_key": key}]},
        {"receipts": [{"status": "delivered", "at": "0001-01-01T00:00:00Z", "idempotency_key": key}]},
        {"receipts": [{"status": "delivered", "at": "9999-12-31T23:59:59-12:00", "idempotency_key": key}]},
        {"receipts": [{"status": "delivered", "at": at, "idempotency_key": "a\u0000b"}]},
        {"receipts": [{"status": "delivered", "at": at, "idempotency_key": key}] * 1001},
        b'{"receipts": [{"status": "delivered", "at": "' + at.encode() + b'", "provider_id": "\\ud800"}]}',
    ]
    for body in bad:
        answer = await signed(http, "/receipts/sms", body)
        assert answer.status_code in (400, 422), body
        assert "13800000001" not in answer.text
    weird = {"message_id": "m", "text": "a\u0000b", "at": at}
    assert (await signed(http, "/inbound/sms", {"messages": [weird]})).status_code in (200, 400)


async def test_the_document_describes_the_webhooks(http: httpx.AsyncClient) -> None:
    document = main.api(runtime_of_nothing()).openapi()
    body = document["paths"]["/receipts/{provider}"]["post"]["requestBody"]
    assert "receipts" in body["content"]["application/json"]["schema"]["properties"]


def runtime_of_nothing() -> Runtime[OutreachSettings]:
    class _Nothing:
        engine = clock = transactions = cipher = None

    return runtime_of(_Nothing())  # type: ignore[arg-type]
