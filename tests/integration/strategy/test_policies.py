"""Policies over HTTP and in the worker, on a real PostgreSQL: two persons, effective dates, no restart."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from recoup.policy_simulation import Costs, dry_run
from services.strategy.api import cases, plans, policies
from services.strategy.domain.policy_version import NOTICE
from services.strategy.domain.records import case_id_of
from services.strategy.handlers import consumer
from services.strategy.policies_in_force import Policies
from services.strategy.policy_file import load_policy
from services.strategy.settings import STANDARD_POLICY, StrategySettings
from shared.contracts.treatments import SegmentAssigned, TreatmentAssigned
from shared.contracts.vocabulary import Channel
from shared.runtime import Runtime
from shared.security.fields import FieldCipher, new_field_key
from shared.web.app import create_app
from tests.integration.strategy.conftest import Desktop, received
from tests.unit.strategy.builders import CUSTOMER, POLICY, START, detected, position, updated
from tests.unit.strategy.policies import LADDER, policy, source

AUTHOR, APPROVER = "author-key-0123456789abcdef", "chief-key-0123456789abcdefg"
READER = "reader-key-0123456789abcdef"
SCOPES = {
    AUTHOR: ["policies:write", "policies:approve", "strategy:read"],
    APPROVER: ["policies:write", "policies:approve", "strategy:read"],
    READER: ["strategy:read"],
}
ONE = "/policies/trial/versions/1"
ONLY = [{"name": "everyone", "stage": "early", "ladder": LADDER}]


@pytest.fixture
async def web(desktop: Desktop) -> AsyncIterator[httpx.AsyncClient]:
    keys = {
        hashlib.sha256(key.encode()).hexdigest(): {"subject": key.split("-")[0], "scopes": scopes}
        for key, scopes in SCOPES.items()
    }
    settings = StrategySettings(
        database_url=SecretStr("postgresql+asyncpg://unused"),
        kafka_url="unused",
        api_keys=SecretStr(json.dumps(keys)),
    )
    cipher = FieldCipher.from_keys({"k": new_field_key()}, "k")
    runtime = Runtime("strategy", settings, desktop.engine, desktop.clock, desktop.transactions, cipher)
    transport = httpx.ASGITransport(_app(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://strategy") as client:
        yield client


def _app(runtime: Runtime[StrategySettings]) -> FastAPI:
    running = Policies(*load_policy(STANDARD_POLICY))
    routers = [
        cases.router(runtime, running),
        plans.router(runtime, running),
        policies.router(runtime, running),
    ]
    return create_app(
        title="Recoup strategy",
        service="strategy",
        version="0",
        settings=runtime.settings,
        routers=routers,
        health_checks=[],
        description="",
    )


async def post(
    web: httpx.AsyncClient, path: str, key: str, body: dict[str, Any] | None = None
) -> httpx.Response:
    unique = hashlib.sha256(f"{path} {key} {body}".encode()).hexdigest()
    return await web.post(path, json=body, headers={"X-API-Key": key, "Idempotency-Key": unique})


async def get(web: httpx.AsyncClient, path: str) -> Any:
    return (await web.get(path, headers={"X-API-Key": READER})).json()


async def approved(web: httpx.AsyncClient, version: int = 1, **changes: Any) -> dict[str, Any]:
    """A version, from draft to approval."""
    written = {"source": source(version=version, **({"segments": ONLY} | changes))}
    drafted = await post(web, "/policies", AUTHOR, written)
    assert drafted.status_code == 201, drafted.text
    path = f"/policies/trial/versions/{version}"
    assert (await post(web, f"{path}/submit", AUTHOR)).status_code == 200
    answer = await post(web, f"{path}/approve", APPROVER)
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def test_c2_a_policy_decides_after_a_second_person_approved_it_without_a_restart(
    desktop: Desktop, web: httpx.AsyncClient
) -> None:
    await desktop.deliver(detected(position(5)))
    view = await approved(web)
    assert view["state"] == "approved" and not view["in_force"]
    await desktop.deliver(updated(position(6)))
    desktop.later(minutes=1)
    assert (await get(web, "/policy"))["policy"] == "trial-1"
    await desktop.deliver(updated(position(7)))
    said = [event for event in await desktop.published() if isinstance(event, SegmentAssigned)]
    assert [(event.segment, event.policy) for event in said] == [
        ("early_small", "standard-1"),
        ("everyone", "trial-1"),
    ]
    treated = [event for event in await desktop.published() if isinstance(event, TreatmentAssigned)]
    assert [event.policy for event in treated] == ["standard-1", "trial-1"]


async def test_c2_the_same_person_does_not_approve(desktop: Desktop, web: httpx.AsyncClient) -> None:
    await post(web, "/policies", AUTHOR, {"source": source()})
    assert (await post(web, f"{ONE}/approve", APPROVER)).status_code == 409
    await post(web, f"{ONE}/submit", AUTHOR)
    refused = await post(web, f"{ONE}/approve", AUTHOR)
    assert refused.status_code == 403 and refused.json()["type"].endswith("second-person-needed")
    assert (await post(web, f"{ONE}/approve", READER)).status_code == 403
    rejected = await post(web, f"{ONE}/reject", APPROVER, {"reason": "too early"})
    assert (rejected.json()["state"], rejected.json()["reason"]) == ("rejected", "too early")


async def test_a_bad_policy_is_answered_line_by_line_and_the_running_one_stays(
    desktop: Desktop, web: httpx.AsyncClient
) -> None:
    bad = source().replace("channel: letter", "channel: pigeon")
    answer = await post(web, "/policies", AUTHOR, {"source": bad})
    assert answer.status_code == 422 and answer.json()["type"].endswith("policy-invalid")
    problem = answer.json()["problems"][0]
    assert "pigeon" in bad.splitlines()[problem["line"] - 1]
    assert problem["field"].endswith(".channel") and problem["remedy"].startswith("Use one of sms")
    assert (await get(web, "/policies"))["items"] == []
    assert (await get(web, "/policy"))["policy"] == "standard-1"


async def test_a_stored_policy_that_this_version_cannot_use_is_passed_over(
    desktop: Desktop, web: httpx.AsyncClient
) -> None:
    await approved(web)
    async with desktop.engine.begin() as connection:
        await connection.execute(text("UPDATE policy_version SET document = document || '{\"new\": 1}'"))
    desktop.later(minutes=1)
    await desktop.deliver(detected(position(5)))
    said = [event for event in await desktop.published() if isinstance(event, SegmentAssigned)]
    assert [event.policy for event in said] == ["standard-1"]


async def test_effective_dates_decide_and_a_retired_version_gives_way_to_the_one_before(
    desktop: Desktop, web: httpx.AsyncClient
) -> None:
    await approved(web)
    later = START + timedelta(days=10)
    second = await approved(web, 2, effective_from=later.isoformat())
    assert second["effective_from"] == "2026-03-12T02:00:00Z"
    desktop.later(days=9)
    assert (await get(web, "/policy"))["policy"] == "trial-1"
    desktop.later(days=1)
    assert (await get(web, "/policy"))["policy"] == "trial-2"
    retired = await post(web, "/policies/trial/versions/2/retire", AUTHOR, {"reason": "too hard"})
    assert retired.json()["state"] == "retired" and retired.json()["in_force"]
    desktop.clock.instant += NOTICE
    assert (await get(web, "/policy"))["policy"] == "trial-1"
    listed = (await get(web, "/policies?state=retired"))["items"]
    assert [(each["policy"], each["in_force"]) for each in listed] == [("trial-2", False)]


async def test_all_workers_decide_alike_and_a_replay_decides_as_then(
    desktop: Desktop, web: httpx.AsyncClient
) -> None:
    other = consumer(Policies(*load_policy(STANDARD_POLICY)))
    await desktop.deliver(detected(position(5)))
    await approved(web)
    desktop.later(minutes=2)
    for customer, worker in (("customer-a", other), ("customer-b", desktop.consumer)):
        async with desktop.transactions.begin() as work:
            await worker.handle([received(detected(position(5), customer))], work)
    desktop.clock.instant = START
    async with desktop.transactions.begin() as work:
        await other.handle([received(detected(position(5), "customer-then"))], work)
    rows = await desktop.rows("SELECT customer_id, policy FROM collection_case")
    assert {tuple(row) for row in rows} == {
        (CUSTOMER, "standard-1"),
        ("customer-a", "trial-1"),
        ("customer-b", "trial-1"),
        ("customer-then", "standard-1"),
    }


async def test_versions_are_compared_with_the_one_in_force_and_with_each_other(
    desktop: Desktop, web: httpx.AsyncClient
) -> None:
    await post(web, "/policies", AUTHOR, {"source": source()})
    await post(web, "/policies", AUTHOR, {"source": source(version=2, pause_after_payment="5d")})
    diff = await get(web, f"{ONE}/diff")
    assert (diff["before"], diff["after"]) == ("standard-1", "trial-1")
    assert [each["path"] for each in diff["changes"]] == ["name"]
    diff = await get(web, "/policies/trial/versions/2/diff?against=trial-1")
    assert {each["path"]: (each["before"], each["after"]) for each in diff["changes"]} == {
        "version": (1, 2),
        "pause_after_payment": ("3d", "5d"),
    }
    assert (await web.get("/policies/no/versions/1", headers={"X-API-Key": READER})).status_code == 404
    taken = await post(web, "/policies", APPROVER, {"source": source()})
    assert taken.status_code == 409
    base = await post(web, "/policies", APPROVER, {"source": source("standard")})
    assert base.status_code == 409 and base.json()["type"].endswith("policy-taken")


async def test_c13_a_case_shows_its_plan(desktop: Desktop, web: httpx.AsyncClient) -> None:
    await desktop.deliver(detected(position(5)))
    desktop.later(days=3)
    await desktop.fire()
    plan = await get(web, f"/cases/{case_id_of(CUSTOMER, 1)}/plan")
    assert (plan["segment"], plan["policy"], plan["owner"]) == ("early_small", "standard-1", "automatic")
    assert [step["taken_at"] is not None for step in plan["steps"]] == [True, True, False, False, False]


async def test_what_is_known_of_a_customer_is_kept(desktop: Desktop) -> None:
    fact = detected(position(5))
    await desktop.deliver(fact)
    ((products, profile),) = await desktop.rows(
        "SELECT products, profile FROM collection_case JOIN customer USING (customer_id)"
    )
    assert products == {"account-1": "credit_card"} and profile is None


async def test_c15_a_dry_run_tells_moves_contacts_and_cost_over_the_live_book(desktop: Desktop) -> None:
    await desktop.deliver(*(detected(position(dpd), f"customer-{dpd}") for dpd in (5, 40, 100)))
    candidate = policy({"name": "late", "stage": "late", "when": [{"minimum_dpd": 61}]})
    async with desktop.engine.connect() as connection:
        run = await dry_run(connection, POLICY, candidate, desktop.clock.now(), 30)
    report = run.report(Costs("CNY", {Channel.SMS: Decimal(2)}))
    assert (report["cases"], report["moved"], report["expected_recovery"]) == (3, 2, None)
    assert {(each["from"], each["to"]): each["cases"] for each in report["moves"]} == {
        ("early_small", "rest"): 1,
        ("mid", "rest"): 1,
        ("late", "late"): 1,
    }
    volume = report["contacts"]["candidate"]
    assert set(volume) == {"sms"} and len(volume["sms"]["by_day"]) == 30
    assert report["cost"]["candidate"] == str(2 * volume["sms"]["total"])
    assert report["contacts"]["running"]["call_live"]["total"] >= 2
