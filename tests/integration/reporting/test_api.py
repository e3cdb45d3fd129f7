"""The status API on a real PostgreSQL."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.base import Event
from shared.contracts.decisions import Effect
from tests.integration.reporting import events as say
from tests.integration.reporting.conftest import STRANGER, apply


def story() -> list[tuple[str, float, Event]]:
    """Two customers: one contacted, paying and cured; one in dollars whose contact was denied."""
    return [
        ("c-1", 1, say.overdue("c-1", "a-1", 1)),
        ("c-1", 2, say.opened("c-1", "case-1", 2)),
        ("c-1", 3, say.segmented("c-1", "case-1", "early")),
        ("c-1", 4, say.treated("c-1", "case-1", "t-1", 4)),
        ("c-1", 5, say.requested("c-1", "case-1", "contact-1", 5)),
        ("c-1", 6, say.decided("c-1", "contact-1", 6, Effect.ALLOW)),
        ("c-1", 7, say.dispatched("c-1", "case-1", "contact-1", 7)),
        ("c-1", 8, say.delivered("c-1", "case-1", "contact-1", 8)),
        ("c-1", 9, say.promised("c-1", "case-1", "p-1", 9)),
        ("c-1", 20, say.paid("c-1", "a-1", "pay-1", "600.00", 20)),
        ("c-1", 21, say.promise_kept("c-1", "case-1", "p-1", 21)),
        ("c-1", 22, say.cured("c-1", "a-1", 22)),
        ("c-1", 23, say.closed("c-1", "case-1", 23)),
        ("c-1", 30, say.paid("c-1", "a-1", "pay-2", "50.00", 30)),
        ("c-2", 10, say.overdue("c-2", "a-2", 10, currency="USD", arrears="80.00", days=45, bucket="M2")),
        ("c-2", 11, say.opened("c-2", "case-2", 11, arrears=(say.money("80.00", "USD"),))),
        ("c-2", 12, say.segmented("c-2", "case-2", "late")),
        ("c-2", 13, say.requested("c-2", "case-2", "contact-2", 13)),
        ("c-2", 14, say.decided("c-2", "contact-2", 14, Effect.DENY, ("cn.cap", "cn.quiet"))),
        ("c-2", 15, say.held("c-2", "h-1", 15)),
        ("c-2", 16, say.held("c-2", "h-2", 16, until=100)),
        ("c-2", 17, say.complained("c-2", "x-1", 17)),
    ]


@pytest_asyncio.fixture
async def told(engine: AsyncEngine) -> None:
    said = [say.received(event, key, minute, n) for n, (key, minute, event) in enumerate(story())]
    await apply(engine, said)


async def get(api: httpx.AsyncClient, path: str) -> Any:
    response = await api.get(path)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.usefixtures("told")
async def test_the_summary_gives_every_figure_with_its_definition(api: httpx.AsyncClient) -> None:
    figures = {f["metric"]["id"]: f for f in (await get(api, "/figures/summary"))["figures"]}
    numbers = {name: [(v["number"], v["currency"]) for v in f["values"]] for name, f in figures.items()}
    assert numbers["accounts_overdue"] == [("1", None)]
    assert numbers["arrears"] == [("0.00", "CNY"), ("80.00", "USD")]
    assert numbers["assigned"] == [("1200.50", "CNY"), ("80.00", "USD")]
    assert numbers["paid"] == [("650.00", "CNY")]
    assert numbers["collected"] == [("600.00", "CNY")]
    assert numbers["recovery_rate"] == [("0.4998", "CNY"), ("0.0000", "USD")]
    assert numbers["cost_to_collect"] == [("0.0001", "CNY")]
    assert numbers["block_rate"] == [("0.5000", None)]
    assert numbers["promise_kept_rate"] == [("1.0000", None)]
    assert numbers["holds_active"] == [("1", None)]
    assert numbers["complaints_open"] == [("1", None)]
    assert numbers["cases_paid"] == [("1", None)]
    assert numbers["cycle_time"] == [("0.0146", None)]
    assert figures["collected"]["metric"]["name_zh"] == "催回金额"
    assert "open" in figures["collected"]["metric"]["formula"]


@pytest.mark.usefixtures("told")
async def test_the_funnel_counts_each_stage_once(api: httpx.AsyncClient) -> None:
    stages = (await get(api, "/figures/funnel"))["stages"]
    counts = {stage["metric"]["id"]: stage["count"] for stage in stages}
    assert counts == {
        "accounts_ever_overdue": 2,
        "cases_opened": 2,
        "treatments_assigned": 1,
        "contacts_requested": 2,
        "contacts_allowed": 1,
        "contacts_dispatched": 1,
        "contacts_delivered": 1,
        "contacts_answered": 0,
        "promises_made": 1,
        "cases_paid": 1,
        "cases_cured": 1,
    }
    exits = {way["metric"]["id"]: way["count"] for stage in stages for way in stage["exits"]}
    assert exits["contacts_denied"] == 1


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(("by", "name"), [("bucket", "M2"), ("product", "credit_card"), ("segment", "late")])
async def test_overdue_accounts_come_by_bucket_product_and_segment(
    api: httpx.AsyncClient, by: str, name: str
) -> None:
    found = await get(api, f"/figures/buckets?by={by}")
    assert found["groups"] == [
        {
            "name": name,
            "accounts": 1,
            "holdings": [
                {"currency": "USD", "accounts": 1, "arrears": "80.00", "outstanding": "9000.00"},
            ],
        }
    ]


@pytest.mark.usefixtures("told")
async def test_contacts_come_by_channel_with_costs_and_by_rule_with_block_rates(
    api: httpx.AsyncClient,
) -> None:
    (channel,) = (await get(api, "/figures/contacts"))["channels"]
    assert (channel["channel"], channel["requested"], channel["denied"]) == ("sms", 2, 1)
    assert channel["costs"] == [{"currency": "CNY", "contacts": 1, "cost": "0.05"}]
    rules = (await get(api, "/figures/contacts?by=rule"))["rules"]
    assert [(rule["rule_id"], rule["denied"], rule["block_rate"]) for rule in rules] == [
        ("cn.cap", 1, "0.5000"),
        ("cn.quiet", 1, "0.5000"),
    ]


@pytest.mark.usefixtures("told")
async def test_a_case_shows_its_counts_arrears_and_promises(api: httpx.AsyncClient) -> None:
    case = await get(api, "/cases/case-1")
    assert (case["stage"], case["outcome"], case["segment"]) == ("closed", "cured", "early")
    assert (case["treatments"], case["contacts"]) == (1, 1)
    assert case["arrears"] == [{"amount": "1200.50", "currency": "CNY"}]
    assert [promise["state"] for promise in case["promises"]] == ["kept"]


@pytest.mark.usefixtures("told")
async def test_a_contact_shows_the_states_that_it_reached(api: httpx.AsyncClient) -> None:
    contact = await get(api, "/contacts/contact-1")
    reached = [name for name, value in contact.items() if name.endswith("_at") and value]
    assert reached == ["requested_at", "allowed_at", "dispatched_at", "delivered_at"]
    assert contact["cost"] == {"amount": "0.05", "currency": "CNY"}
    denied = await get(api, "/contacts/contact-2")
    assert (denied["denial_rule"], denied["dispatched_at"]) == ("cn.cap", None)


@pytest.mark.usefixtures("told")
async def test_cases_are_paged_newest_first(api: httpx.AsyncClient) -> None:
    first = await get(api, "/cases?limit=1")
    second = await get(api, f"/cases?limit=1&cursor={first['next']}")
    assert [page["items"][0]["case_id"] for page in (first, second)] == ["case-2", "case-1"]
    assert second["next"] is None
    only_open = await get(api, "/cases?open=true")
    assert [item["case_id"] for item in only_open["items"]] == ["case-2"]
    assert (await get(api, "/cases?segment=early&open=true"))["items"] == []


@pytest.mark.usefixtures("told")
async def test_the_lag_lists_every_topic_even_a_silent_one(api: httpx.AsyncClient) -> None:
    topics = {topic["topic"]: topic for topic in (await get(api, "/lag"))["topics"]}
    assert len(topics) == 8
    assert topics["corebank.events.v1"]["projected_at"] is None
    assert topics["outreach.contacts.v1"]["events"] == 2
    assert topics["outreach.contacts.v1"]["idle_seconds"] == 0.0


async def test_an_empty_platform_answers_everywhere(api: httpx.AsyncClient) -> None:
    for path in (
        "summary",
        "funnel",
        "buckets",
        "buckets?by=segment",
        "contacts",
        "contacts?by=rule",
        "metrics",
    ):
        await get(api, f"/figures/{path}")
    assert (await get(api, "/cases"))["items"] == []
    assert (await get(api, "/lag"))["topics"][0]["events"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/cases/nobody",
        "/contacts/nobody",
        f"/cases/{'x' * 65}",
        "/figures/buckets?by=moon",
        "/cases?cursor=%21",
    ],
)
async def test_what_cannot_be_answered_is_a_problem(api: httpx.AsyncClient, path: str) -> None:
    response = await api.get(path)
    assert response.status_code in (400, 404, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
async def test_a_cursor_at_the_edge_of_time_is_no_error_of_ours(api: httpx.AsyncClient, moment: str) -> None:
    cursor = urlsafe_b64encode(json.dumps([moment, "case-1"]).encode()).decode().rstrip("=")
    assert (await api.get(f"/cases?cursor={cursor}")).status_code in (200, 400)


@pytest.mark.parametrize("path", ["/figures/summary", "/cases", "/contacts/x", "/lag"])
async def test_reading_needs_the_scope(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(path, headers={"X-API-Key": STRANGER})).status_code == 403
    assert (await api.get(path, headers={"X-API-Key": "rk_wrong"})).status_code == 401
