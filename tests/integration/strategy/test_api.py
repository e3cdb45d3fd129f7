"""The status API and the promise command over HTTP, on a real PostgreSQL."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.strategy import main
from services.strategy.domain.records import case_id_of
from services.strategy.policy_file import PolicyError
from services.strategy.settings import StrategySettings
from shared.runtime import Runtime
from shared.security.fields import FieldCipher, new_field_key
from shared.web.paging import encode_cursor
from tests.integration.strategy.conftest import Desktop
from tests.unit.strategy.builders import CUSTOMER, cured, detected, hold_placed, names, position, promised

CASE = case_id_of(CUSTOMER, 1)
READ, WRITE = "reader-key-0123456789abcdef", "writer-key-0123456789abcdef"


def _settings(**given: Any) -> StrategySettings:
    keys = {
        hashlib.sha256(key.encode()).hexdigest(): {"subject": key[:6], "scopes": [scope]}
        for key, scope in ((READ, "strategy:read"), (WRITE, "strategy:write"))
    }
    return StrategySettings(
        database_url=SecretStr("postgresql+asyncpg://unused"),
        kafka_url="unused",
        api_keys=SecretStr(json.dumps(keys)),
        **given,
    )


def _runtime(desktop: Desktop, settings: StrategySettings) -> Runtime[StrategySettings]:
    cipher = FieldCipher.from_keys({"k": new_field_key()}, "k")
    return Runtime("strategy", settings, desktop.engine, desktop.clock, desktop.transactions, cipher)


@pytest.fixture
def app(desktop: Desktop) -> FastAPI:
    return main.api(_runtime(desktop, _settings()))


@pytest.fixture
async def reader(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://strategy") as client:
        client.headers["X-API-Key"] = READ
        yield client


@pytest.fixture
async def writer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://strategy") as client:
        client.headers["X-API-Key"] = WRITE
        yield client


async def _note(
    writer: httpx.AsyncClient, key: str = "k1", case_id: str = CASE, **body: Any
) -> httpx.Response:
    promise = {"amount": "500.00", "currency": "CNY", "due_date": "2026-03-07"} | body
    return await writer.post(f"/cases/{case_id}/promises", json=promise, headers={"Idempotency-Key": key})


async def test_a_case_shows_its_segment_and_its_next_step(
    desktop: Desktop, reader: httpx.AsyncClient
) -> None:
    await desktop.deliver(detected())
    view = (await reader.get(f"/cases/{CASE}")).json()
    assert (view["status"], view["stage"], view["segment"], view["step"]) == (
        "open",
        "early",
        "early_small",
        1,
    )
    assert view["next_step"] == {
        "step": 2,
        "channel": "sms",
        "purpose": "collect",
        "template": "reminder_second",
        "due_at": "2026-03-05T02:00:00Z",
    }
    assert view["arrears"] == [{"amount": "800.00", "currency": "CNY"}]
    assert view["suspensions"] == view["promises"] == view["holds"] == []


async def test_a_case_shows_what_suspends_it(desktop: Desktop, reader: httpx.AsyncClient) -> None:
    await desktop.deliver(detected(), promised(), hold_placed())
    view = (await reader.get(f"/cases/{CASE}")).json()
    assert view["suspensions"] == [
        {"reason": "promise", "until": "2026-03-09T16:00:00Z"},
        {"reason": "hold", "until": None},
    ]
    assert view["next_step"]["due_at"] is None
    assert [promise["status"] for promise in view["promises"]] == ["pending"]
    assert [hold["kind"] for hold in view["holds"]] == ["dispute"]


async def test_a_customers_case_is_the_latest_one(desktop: Desktop, reader: httpx.AsyncClient) -> None:
    assert (await reader.get(f"/customers/{CUSTOMER}/case")).status_code == 404
    await desktop.deliver(hold_placed())
    assert (await reader.get(f"/customers/{CUSTOMER}/case")).status_code == 404
    await desktop.deliver(detected(), cured(), detected())
    view = (await reader.get(f"/customers/{CUSTOMER}/case")).json()
    assert view["number"] == 2 and view["status"] == "open"
    await desktop.deliver(cured())
    view = (await reader.get(f"/customers/{CUSTOMER}/case")).json()
    assert (view["number"], view["status"], view["outcome"], view["next_step"]) == (
        2,
        "closed",
        "cured",
        None,
    )


async def test_the_timeline_pages_in_order(desktop: Desktop, reader: httpx.AsyncClient) -> None:
    await desktop.deliver(detected(), promised(), hold_placed(), cured())
    first = (await reader.get(f"/cases/{CASE}/timeline", params={"limit": 3})).json()
    second = (
        await reader.get(f"/cases/{CASE}/timeline", params={"limit": 3, "cursor": first["next"]})
    ).json()
    assert [entry["type"] for entry in first["items"] + second["items"]] == [
        "overdue.detected",
        "contact.outcome_recorded",
        "hold.placed",
        "overdue.cured",
    ]
    assert second["next"] is None
    assert first["items"][1]["summary"]["suspended"] == {"promise": "2026-03-09T16:00:00Z"}


async def test_cases_are_listed_by_segment_stage_and_status_page_by_page(
    desktop: Desktop, reader: httpx.AsyncClient
) -> None:
    for number in range(5):
        await desktop.deliver(detected(position(5 if number % 2 else 40), f"customer-{number}"))
        desktop.later(minutes=1)
    await desktop.deliver(cured("customer-0"))

    async def listed(**query: Any) -> list[str]:
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (await reader.get("/cases", params={"limit": 1, "cursor": cursor, **query})).json()
            found += [case["customer_id"] for case in page["items"]]
            cursor = page["next"]
        return found

    assert await listed() == ["customer-4", "customer-3", "customer-2", "customer-1"]
    assert await listed(segment="mid") == ["customer-4", "customer-2"]
    assert await listed(stage="early") == ["customer-3", "customer-1"]
    assert await listed(status="closed") == ["customer-0"]


async def test_the_running_policy_is_shown_with_its_digest(reader: httpx.AsyncClient) -> None:
    view = (await reader.get("/policy")).json()
    assert view["policy"] == "standard-1" and len(view["digest"]) == 64
    assert [segment["name"] for segment in view["document"]["segments"]] == ["late", "mid", "early_small"]


async def test_a_promise_noted_by_a_collector_suspends_the_case_once_for_a_key(
    desktop: Desktop, writer: httpx.AsyncClient
) -> None:
    await desktop.deliver(detected())
    first, again = await _note(writer), await _note(writer)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert first.headers["Location"] == f"/cases/{CASE}" and again.headers["Idempotency-Replayed"] == "true"
    assert names(await desktop.published())[3:] == ["promise.made", "treatment.suspended"]
    assert (await _note(writer, due_date="2026-03-08")).status_code == 422
    assert await desktop.rows("SELECT kind FROM timer ORDER BY kind") == [("next_step",), ("promise_due",)]


async def test_promises_that_cannot_be_taken_are_refused_with_a_reason(
    desktop: Desktop, writer: httpx.AsyncClient
) -> None:
    assert (await _note(writer)).status_code == 404
    await desktop.deliver(detected())
    late = await _note(writer, due_date="9999-12-31")
    assert (late.status_code, late.json()["type"]) == (422, "urn:recoup:problem:due-too-late")
    past = await _note(writer, due_date="2026-03-01")
    assert past.json()["type"] == "urn:recoup:problem:due-in-the-past"
    for body in (
        {"amount": "0"},
        {"amount": "1.001"},
        {"amount": "1e15"},
        {"currency": "yuan"},
        {"extra": 1},
    ):
        assert (await _note(writer, **body)).status_code == 422, body
    await desktop.deliver(cured())
    closed = await _note(writer)
    assert (closed.status_code, closed.json()["type"]) == (409, "urn:recoup:problem:case-closed")
    await desktop.deliver(detected())
    assert (await _note(writer)).status_code == 409


async def test_scopes_separate_reading_from_writing(
    app: FastAPI, desktop: Desktop, reader: httpx.AsyncClient, writer: httpx.AsyncClient
) -> None:
    await desktop.deliver(detected())
    assert (await _note(reader)).status_code == 403
    assert (await writer.get(f"/cases/{CASE}")).status_code == 403
    del reader.headers["X-API-Key"]
    for path in ("/cases", f"/cases/{CASE}", f"/cases/{CASE}/timeline", "/policy", "/customers/c/case"):
        assert (await reader.get(path)).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/cases/none",
        "/cases/none/timeline",
        f"/cases/{'x' * 65}",
        "/cases?status=lost",
        "/cases?segment=%00",
        "/cases?cursor=WzFd",
        f"/cases/{CASE}/timeline?cursor=nonsense",
        f"/cases/{CASE}/timeline?limit=100000",
    ],
)
async def test_bad_queries_get_a_problem(path: str, reader: httpx.AsyncClient) -> None:
    answer = await reader.get(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_sequence_beyond_the_columns_range_is_not_an_error_of_ours(
    desktop: Desktop, reader: httpx.AsyncClient
) -> None:
    await desktop.deliver(detected())
    for number in (2**31, 2**62, -(2**62)):
        answer = await reader.get(f"/cases/{CASE}/timeline", params={"cursor": encode_cursor((number,))})
        assert answer.status_code < 500


def test_a_broken_policy_stops_the_start_of_both_processes(tmp_path: Any, desktop: Desktop) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("name: broken\n")
    runtime = _runtime(desktop, _settings(strategy_policy=path))
    for start in (main.api, main.worker):
        with pytest.raises(PolicyError, match="broken"):
            start(runtime)


def test_the_document_tells_every_answer(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert set(paths["/cases/{case_id}/promises"]["post"]["responses"]) >= {"201", "404", "409", "422", "401"}
    assert set(paths["/cases/{case_id}"]["get"]["responses"]) >= {"200", "404", "401", "403"}
