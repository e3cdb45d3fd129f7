"""The evidence of a case over HTTP: what belongs to it, what of it is shown, and who had it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.compliance import exporting
from services.compliance.journal import Journal
from services.compliance.log.evidence.choosing import EXPORTED
from services.compliance.store import case_file, catalogue
from services.compliance.store.proofs import facts_of_contact
from services.compliance.witness.state import open_state
from shared.contracts.vocabulary import OutcomeCode
from tests.conftest import EngineFor
from tests.integration.compliance.case_house import CASE_1, RULESET, write_case
from tests.integration.compliance.house import asks, house, outcome
from tests.integration.compliance.log_house import LogHouse, WitnessHouse, evidence_app, log_house


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    house = await log_house(engine_for)
    await house.write(300)
    await write_case(house)
    await house.grow(20)
    return house


@pytest_asyncio.fixture
async def witness(log: LogHouse, tmp_path: Path) -> AsyncIterator[WitnessHouse]:
    with open_state(tmp_path / "witness", "witness.example") as state:
        house = WitnessHouse(log, state)
        await house.submit()
        yield house


def client_of(log: LogHouse) -> httpx.AsyncClient:
    client = log.client()
    client._transport = httpx.ASGITransport(app=evidence_app(log))
    return client


async def export(client: httpx.AsyncClient, case: str = "case-1", key: str = "k", **more: Any) -> Any:
    wanted = {"case_id": case, "reason": "court file 7", **more}
    return await client.post("/evidence", json=wanted, headers={"Idempotency-Key": key})


async def facts_of(client: httpx.AsyncClient, export_id: str, limit: int = 500) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        values = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(f"/evidence/{export_id}/facts", params=values)).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


async def test_an_export_has_the_cases_leaves_and_no_others(log: LogHouse) -> None:
    async with client_of(log) as client:
        begun = (await export(client)).json()
        facts = await facts_of(client, begun["export_id"])
        other = (await export(client, "case-2", "other")).json()
        others = await facts_of(client, other["export_id"])
    assert sorted(fact["event_id"] for fact in facts) == sorted(CASE_1)
    assert [fact["index"] for fact in facts] == sorted(fact["index"] for fact in facts)
    assert (begun["persons"], begun["contacts"]) == (2, 2)
    # Person 2 is also the guarantor of case 1: what names neither contact nor hold is nobody's to show.
    assert {fact["event_id"] for fact in others} == {"decision-9", "placed:hold-9", f"packs:{RULESET}"}


async def test_the_gates_own_decisions_say_which_case_they_are_of(engine_for: EngineFor) -> None:
    gate = await house(engine_for)
    await gate.feed(asks(1, case_id="case-a"), asks(2, case_id="case-b", person_id="person-2"))
    await gate.feed(outcome(OutcomeCode.PROMISE))
    await gate.sign()
    await catalogue.catch_up(gate.engine)
    async with gate.engine.connect() as connection:
        parties = await case_file.parties_of(connection, "case-a")
        assert parties is not None
        facts = await exporting.facts_of(connection, parties, gate.settings.pseudonyms, {2026: 1000})
        known = await facts_of_contact(connection, "contact-1")
    assert (parties.contacts, parties.customers) == ({"contact-1": "person-1"}, frozenset({"customer-1"}))
    assert [fact.record["kind"] for fact in facts if fact.person_id] == ["decision", "outcome"]
    assert [fact.kind for fact in known] == ["decision", "outcome"]


async def test_only_what_the_case_needs_is_disclosed(log: LogHouse) -> None:
    async with client_of(log) as client:
        sparing = (await export(client)).json()["export_id"]
        whole = (await export(client, key="w", with_facts=True)).json()["export_id"]
        shown = {fact["event_id"]: fact for fact in await facts_of(client, sparing)}
        everything = {fact["event_id"]: fact for fact in await facts_of(client, whole)}
    assert shown["decision-1"]["payload"] is None
    assert json.loads(shown["outcome:1"]["payload"])["outcome"] == "promise"
    assert json.loads(everything["decision-1"]["payload"])["facts"] == "everything"
    assert shown["decision-1"]["reasons"][0]["rule_id"] == "CN.WINDOW"
    assert shown[f"packs:{RULESET}"]["person_id"] is None


async def test_an_export_is_of_one_state_and_read_page_by_page(log: LogHouse) -> None:
    async with client_of(log) as client:
        begun = (await export(client)).json()
        whole = await facts_of(client, begun["export_id"])
        async with log.transactions.begin() as work:
            journal = Journal(log.settings.pseudonyms)
            journal.add("delivered-1", "delivered", "party-1", work.now, contact="contact-1")
            await journal.write(work)
        await log.sign()
        assert await facts_of(client, begun["export_id"], limit=2) == whole
        later = await facts_of(client, (await export(client, key="later")).json()["export_id"])
    assert len(later) == len(whole) + 1


async def test_who_had_the_evidence_and_why_is_in_the_log(log: LogHouse) -> None:
    async with client_of(log) as client:
        begun = (await export(client)).json()
        again = await export(client)
        assert again.json() == begun, "the same key exports once"
    rows = await log.rows(
        "SELECT e.event_id, p.body FROM log_entry e LEFT JOIN payload p USING (year, leaf_index)"
        " WHERE e.event_id LIKE 'exported:%' ORDER BY e.leaf_index"
    )
    assert [row.event_id for row in rows] == [f"exported:{begun['export_id']}/{n}" for n in (0, 1)]
    said = json.loads(rows[0].body)
    assert (said["by"], said["reason"], said["case_id"]) == ("tester", "court file 7", "case-1")
    await log.sign()
    async with client_of(log) as client:
        facts = await facts_of(client, (await export(client, key="2")).json()["export_id"])
    assert EXPORTED not in {fact["kind"] for fact in facts}


async def test_a_case_or_an_export_that_is_not_there_is_not_found(log: LogHouse) -> None:
    async with client_of(log) as client:
        assert (await export(client, "case-none")).status_code == 404
        assert (await client.get("/evidence/export-none/facts")).status_code == 404
        del client.headers["X-API-Key"]
        assert (await export(client)).status_code == 401


async def test_erased_payloads_are_told_and_the_rest_stays(log: LogHouse) -> None:
    await catalogue.catch_up(log.engine)
    await log.execute("DELETE FROM payload WHERE person_id = 'party-1'")
    async with client_of(log) as client:
        facts = {f["event_id"]: f for f in await facts_of(client, (await export(client)).json()["export_id"])}
    assert (facts["outcome:1"]["payload"], facts["outcome:1"]["is_erased"]) == (None, True)
    assert not facts["failed-2"]["is_erased"]


async def test_the_catalogue_follows_the_log_and_can_be_made_again(log: LogHouse) -> None:
    size = log.written
    assert await catalogue.catch_up(log.engine) == size
    assert await catalogue.catch_up(log.engine) == 0
    counted = "SELECT count(*) FROM subject_leaf"
    assert (await log.rows(counted))[0][0] == size
    await log.execute("TRUNCATE subject_leaf, case_contact, catalogue_head")
    await asyncio.gather(catalogue.catch_up(log.engine), catalogue.catch_up(log.engine))
    assert (await log.rows(counted))[0][0] == size


async def test_a_catalogue_far_behind_asks_for_patience_and_goes_on(
    log: LogHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "CHUNK", 100)
    monkeypatch.setattr("services.compliance.api.log_evidence.MOST_AT_ONCE", 200)
    async with client_of(log) as client:
        early, late = await export(client), await export(client)
    assert (early.status_code, early.headers["retry-after"], late.status_code) == (503, "1", 201)


async def test_a_leaf_that_was_made_unreadable_does_not_stop_the_catalogue(log: LogHouse) -> None:
    await log.execute(
        "UPDATE log_entry SET entry = '\\xff00ff' WHERE leaf_index = 7",
        "UPDATE payload SET body = '\\xff00ff' WHERE leaf_index = 8",
    )
    assert await catalogue.catch_up(log.engine) == log.written


async def test_a_documents_digest_goes_into_the_log_once(log: LogHouse) -> None:
    made = {
        "contact_id": "contact-1",
        "kind": "recording",
        "sha256": "ab" * 32,
        "size": 1000,
        "media_type": "audio/wav",
        "made_at": log.clock.now().isoformat(),
    }
    async with client_of(log) as client:

        async def register(key: str, **changes: Any) -> httpx.Response:
            return await client.post("/documents", json=made | changes, headers={"Idempotency-Key": key})

        first, again = await register("a"), await register("b")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        tomorrow = (log.clock.now() + timedelta(days=1)).isoformat()
        wrongs: tuple[tuple[dict[str, Any], int], ...] = (
            ({"contact_id": "contact-none"}, 404),
            ({"made_at": tomorrow}, 422),
            ({"made_at": "2026-03-01T00:00:00"}, 422),
            ({"sha256": "AB" * 32}, 422),
            ({"kind": "gossip"}, 422),
        )
        for number, (wrong, status) in enumerate(wrongs):
            assert (await register(f"wrong-{number}", **wrong)).status_code == status, wrong
        listed = (await client.get("/documents", params={"contact_id": "contact-1"})).json()["items"]
        assert [item["sha256"] for item in listed] == ["ab" * 32]
        await log.sign()
        facts = await facts_of(client, (await export(client)).json()["export_id"])
    (leaf,) = (fact for fact in facts if fact["kind"] == "document_registered")
    assert json.loads(leaf["payload"])["sha256"] == "ab" * 32
    assert (await log.audit()).holds
