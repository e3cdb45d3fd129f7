"""The complaint register: lists, files, texts, evidence, figures, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest_asyncio

from services.compliance.domain.complaints.words import State
from services.compliance.leaves import digest_of
from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import (
    TEXT,
    UPHELD,
    Complaints,
    complaints,
    lives_in,
)
from tests.integration.compliance.house import asks


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Complaints]:
    async with complaints(engine_for) as made:
        yield made


async def test_every_act_leaves_a_leaf_that_commits_to_it_without_saying_who(desk: Complaints) -> None:
    name = await desk.register()
    await desk.decide(name)
    shown = await desk.get("reader", f"/complaints/{name}")
    leaves = {leaf["id"]: leaf for leaf in await desk.house.leaves()}
    for act in shown["history"]:
        assert leaves[act["leaf_id"]]["kind"] == f"complaint_{act['act']}"
    stored = await desk.house.rows(
        "SELECT e.event_id, p.salt, p.body FROM log_entry e JOIN payload p USING (year, leaf_index)"
    )
    bodies = {row.event_id: row for row in stored}
    for act in shown["history"]:
        row = bodies[act["leaf_id"]]
        assert leaves[act["leaf_id"]]["payload"] == digest_of(row.salt, row.body)
        assert msgspec.json.decode(row.body)["actor"] == act["actor"]
    text = b"".join(row.entry for row in await desk.house.rows("SELECT entry FROM log_entry")).decode()
    assert "person-1" not in text
    assert "collector-7" not in text


async def test_texts_are_sealed_wherever_they_lie_and_open_on_their_own_page(desk: Complaints) -> None:
    name = await desk.register()
    await desk.decide(name)
    texts = await desk.get("clerk", f"/complaints/{name}/texts")
    assert texts == {"text": TEXT, "findings": UPHELD["findings"], "cause": UPHELD["cause"]}
    await desk.get("reader", f"/complaints/{name}/texts", 403)
    tables = (
        "complaint",
        "complaint_act",
        "rectification",
        "idempotency_key",
        "outbox",
        "payload",
        "log_entry",
    )
    for table in tables:
        rows = await desk.house.rows(f"SELECT t::text AS line FROM {table} t")
        stored = "".join(row.line for row in rows)
        for secret in ("my boss", "13800138000", "the threat", "told the rule", "as told"):
            assert secret not in stored, table
            assert secret.encode().hex() not in stored, table
    history = (await desk.get("clerk", f"/complaints/{name}"))["history"]
    assert history[-1]["reason"] == "as told"


async def test_evidence_is_what_the_log_knows_or_a_contact(desk: Complaints) -> None:
    name = await desk.register()
    await desk.house.feed(asks(5))
    (row,) = await desk.house.rows("SELECT decision_id FROM decision")
    items = [
        {"kind": "decision", "reference": row.decision_id},
        {"kind": "contact", "reference": "never-recorded"},
    ]
    await desk.act(name, "evidence", items=items)
    await desk.act(name, "evidence", items=items)
    shown = await desk.get("reader", f"/complaints/{name}")
    found = {item["reference"]: item["leaf_index"] for item in shown["evidence"]}
    assert found == {"contact-1": None, "never-recorded": None, row.decision_id: 2}
    unknown = [{"kind": "leaf", "reference": "nothing"}]
    await desk.act(name, "evidence", status=422, items=unknown)


async def test_complaints_are_listed_by_the_end_of_their_term_page_by_page(desk: Complaints) -> None:
    for number in range(5):
        await desk.register(
            received_at=f"2026-02-{28 - number:02}T01:00:00Z", person_id=f"person-{number % 2}"
        )
    withdrawn = await desk.register(person_id="person-0")
    await desk.act(withdrawn, "withdrawal", "decider")
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = await desk.get("reader", "/complaints", limit=2, open=True, **cursor)
        seen += [item["due_at"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == sorted(seen)
    assert len(seen) == 5
    one = await desk.get("reader", "/complaints", state="withdrawn", person_id="person-0")
    assert [item["complaint_id"] for item in one["items"]] == [withdrawn]
    soon = await desk.get("reader", "/complaints", due_before="2026-03-13T12:00:00Z", open=True)
    assert len(soon["items"]) == 2
    for unusable in ("2026-03-12T00:00:00", "0001-01-01T00:00:00+14:00"):
        await desk.get("reader", "/complaints", 422, due_before=unusable)
    assert (await desk.get("reader", "/complaints", assignee_id="nobody"))["items"] == []


async def test_complaints_are_counted_by_month_and_branch(desk: Complaints) -> None:
    await desk.house.feed(lives_in("CN"))
    await desk.decide(await desk.register(branch_id="b1"))
    # 2026-02-28 16:30 in London is March 1st in Shanghai.
    await desk.register(branch_id="b1", received_at="2026-02-28T16:30:00Z")
    await desk.register(branch_id=None, received_at="2026-02-27T16:30:00Z")
    counted = await desk.get("reader", "/complaint-statistics", first="2026-02", last="2026-03")
    rows = [(row["month"], row["key"], row["received"], row["upheld"]) for row in counted["items"]]
    assert rows == [("2026-02", "", 1, 0), ("2026-03", "b1", 2, 1)]
    first = await desk.get("reader", "/complaint-statistics", first="2026-01", last="2026-03", limit=1)
    rest = await desk.get(
        "reader", "/complaint-statistics", first="2026-01", last="2026-03", limit=1, cursor=first["next"]
    )
    assert [row["key"] for row in first["items"] + rest["items"]] == ["", "b1"]
    by_collector = await desk.get(
        "reader", "/complaint-statistics", first="2026-03", last="2026-12", by="collector"
    )
    assert [(row["key"], row["received"]) for row in by_collector["items"]] == [("collector-7", 2)]
    await desk.get("reader", "/complaint-statistics", 422, first="2026-03", last="2026-02")
    await desk.get("reader", "/complaint-statistics", 422, first="2026-13", last="2026-13")


async def test_a_command_with_the_same_key_is_done_once(desk: Complaints) -> None:
    headers = {"X-API-Key": "rk_compliance-clerk-key-for-tests", "Idempotency-Key": "same"}
    body = {
        "person_id": "person-1",
        "customer_id": "customer-1",
        "category": "service",
        "source": "branch",
        "text": TEXT,
    }
    first = await desk.client.post("/complaints", json=body, headers=headers)
    again = await desk.client.post("/complaints", json=body, headers=headers)
    assert (first.status_code, again.status_code, first.text) == (201, 201, again.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    path = f"/complaints/{first.json()['complaint_id']}/acknowledgement"
    headers["Idempotency-Key"] = "other"
    for _ in range(2):
        answer = await desk.client.post(path, json={"reason": "called back"}, headers=headers)
        assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
    assert len(await desk.house.emitted("complaint.")) == 2


async def test_ten_deciders_at_once_decide_once(desk: Complaints) -> None:
    name = await desk.register()
    await desk.investigate(name)
    await desk.act(name, "decision", "investigator", **UPHELD)

    async def decide(number: int) -> int:
        headers = {"X-API-Key": "rk_compliance-decider-key-for-tests", "Idempotency-Key": f"at-once-{number}"}
        path = f"/complaints/{name}/decision/approval"
        return (await desk.client.post(path, json={"reason": "x"}, headers=headers)).status_code

    assert sorted(await asyncio.gather(*map(decide, range(10)))) == [200] + [409] * 9
    assert len(await desk.house.emitted("collector.sanctioned")) == 1


async def test_what_the_state_does_not_permit_is_refused_in_a_sentence(desk: Complaints) -> None:
    name = await desk.register()
    problem = await desk.act(name, "closing", "decider", 409)
    assert problem["type"] == "urn:recoup:problem:complaint-state"
    assert problem["detail"] == (
        "A complaint that is received cannot be closed; it has to be one of: decided, rectifying."
    )
    assert (await desk.get("reader", f"/complaints/{name}"))["state"] == State.RECEIVED
    assert len(await desk.house.leaves()) == 2


async def test_what_cannot_be_kept_is_refused(desk: Complaints) -> None:
    body = {
        "person_id": "p",
        "customer_id": "c",
        "category": "service",
        "source": "branch",
    }
    for changes in (
        {"category": "rudeness"},
        {"received_at": "2026-03-02T04:00:01Z"},
        {"received_at": "2026-03-01T04:00:00"},
        {"received_at": "0001-01-01T00:00:00+14:00"},
        {"person_id": ""},
        {"contact_ids": ["x" * 65]},
        {"surprise": 1},
    ):
        await desk.post("clerk", "/complaints", 422, **(body | changes))
    name = await desk.register()
    await desk.decide(name)
    action: dict[str, Any] = {"description": "x", "owner_id": "o"}
    for due_at in ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00", "9999-12-31T23:59:59-14:00"):
        await desk.act(name, "actions", status=422, due_at=due_at, **action)
    await desk.act("none", "acknowledgement", status=404)
    await desk.act("none", "reopening", status=404)
    await desk.get("reader", "/complaints/none", 404)


async def test_each_scope_opens_its_own_doors(desk: Complaints) -> None:
    name = await desk.register()
    await desk.post("reader", "/complaints", 403, person_id="p")
    await desk.act(name, "acknowledgement", "decider", 403)
    await desk.act(name, "decision/approval", "clerk", 403)
    await desk.act(name, "closing", "clerk", 403)
    await desk.act(name, "withdrawal", "clerk", 403)
    assert (await desk.client.get("/complaints")).status_code == 401
