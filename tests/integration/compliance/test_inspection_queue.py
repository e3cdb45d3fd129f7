"""The inspection queue behind its API: claims, leases, recusal, results, and who sees what was said."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from services.compliance.leaves import digest_of
from services.compliance.store import log
from shared.contracts.vocabulary import Channel
from tests.conftest import EngineFor
from tests.integration.compliance.inspection_house import (
    FORM,
    MET,
    QUIET,
    RUDE,
    THREAT,
    Inspections,
    inspections,
    key_of,
)


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Inspections]:
    async with inspections(engine_for) as made:
        yield made


async def by_hand(desk: Inspections, number: int) -> str:
    made = await desk.post("anna", "/inspections", 201, contact_id=f"contact-{number}", note="a hint")
    return str(made["inspection_id"])


async def test_of_ten_inspectors_at_once_each_gets_another_contact(desk: Inspections) -> None:
    await desk.went_out(1, 2, 3)
    for number in (1, 2, 3):
        await by_hand(desk, number)

    async def claim(number: int) -> str | None:
        who = ("anna", "ben", "cora")[number % 3]
        headers = {"X-API-Key": key_of(who), "Idempotency-Key": f"at-once-{number}"}
        answer = await desk.client.post("/inspections/claims", json={}, headers=headers)
        return answer.json()["contact_id"] if answer.status_code == 200 else None

    claimed = await asyncio.gather(*map(claim, range(10)))
    assert sorted(filter(None, claimed)) == ["contact-1", "contact-2", "contact-3"]


async def test_a_claim_runs_out_and_the_contact_waits_again(desk: Inspections) -> None:
    await desk.form()
    await desk.went_out(1)
    name = await by_hand(desk, 1)
    await desk.post("anna", "/inspections/claims")
    await desk.post("ben", f"/inspections/{name}/claim", 409)
    await desk.post("ben", "/inspections/claims", 404)
    desk.house.clock.advance(minutes=45)
    refused = await desk.result(name, "anna", 409)
    assert refused["type"] == "urn:recoup:problem:inspection-lease"
    assert (await desk.post("ben", "/inspections/claims"))["claimed_by"] == "ben"
    await desk.post("ben", f"/inspections/{name}/release", note="no time")
    assert (await desk.post("cora", f"/inspections/{name}/claim"))["claimed_by"] == "cora"


async def test_collectors_neither_inspect_their_own_contacts_nor_see_the_file(desk: Inspections) -> None:
    await desk.went_out(1)
    name = (await desk.transcribe(1, RUDE))["inspection_id"]
    await desk.post("collector-7", "/inspections/claims", 404)
    refused = await desk.post("collector-7", f"/inspections/{name}/claim", 403)
    assert refused["type"] == "urn:recoup:problem:inspection-recused"
    await desk.get("collector-7", f"/inspections/{name}", 403)
    assert (await desk.get("reader", f"/inspections/{name}"))["state"] == "queued"


async def test_a_transcript_that_names_the_inspector_takes_the_contact_from_them(desk: Inspections) -> None:
    await desk.went_out(1)
    name = await by_hand(desk, 1)
    await desk.post("anna", f"/inspections/{name}/claim")
    await desk.transcribe(1, QUIET, collector_id="anna")
    shown = await desk.get("ben", f"/inspections/{name}")
    assert (shown["state"], shown["collector_id"], shown["claimed_by"]) == ("queued", "anna", None)
    await desk.post("anna", f"/inspections/{name}/claim", 403)
    assert [act["act"] for act in shown["history"]] == ["queued", "claimed", "collector_named"]


async def test_the_gravest_contact_comes_first_then_the_one_that_waits_longest(desk: Inspections) -> None:
    await desk.went_out(1, 2, 3)
    await by_hand(desk, 1)
    desk.house.clock.advance(minutes=1)
    await by_hand(desk, 2)
    desk.house.clock.advance(minutes=1)
    await desk.transcribe(3, RUDE)
    order = [(await desk.post("ben", "/inspections/claims"))["contact_id"] for _ in range(3)]
    assert order == ["contact-3", "contact-1", "contact-2"]


async def test_a_queue_may_be_of_one_channel(desk: Inspections) -> None:
    await desk.went_out(1)
    await desk.went_out(2, channel=Channel.SMS)
    for number in (1, 2):
        await by_hand(desk, number)
    assert (await desk.post("ben", "/inspections/claims", channel="sms"))["contact_id"] == "contact-2"
    await desk.post("ben", "/inspections/claims", 404, channel="email")


async def test_a_contact_is_scored_by_the_newest_form_only(desk: Inspections) -> None:
    await desk.form()
    await desk.post("planner", "/inspection-forms/telephone/versions", 201, **FORM)
    await desk.went_out(1)
    name = await by_hand(desk, 1)
    await desk.post("anna", f"/inspections/{name}/claim")
    assert (await desk.result(name, status=409))["type"].endswith("form-outdated")
    await desk.result(name, status=404, form_version=3)
    await desk.result(name, status=422, form_version=2, marks={"identifies": "met"})
    done = await desk.result(name, form_version=2, marks=MET | {"identifies": "not_met"})
    assert (done["score"], done["passed"]) == ("80.00", True)
    versions = await desk.get("reader", "/inspection-forms/telephone/versions")
    assert [one["version"] for one in versions] == [1, 2]
    assert [one["version"] for one in (await desk.get("reader", "/inspection-forms"))["items"]] == [2]


async def test_each_grave_finding_needs_a_verdict_which_is_kept(desk: Inspections) -> None:
    await desk.form()
    await desk.went_out(1)
    taken = await desk.transcribe(1, RUDE)
    name = taken["inspection_id"]
    await desk.post("anna", f"/inspections/{name}/claim")
    assert (await desk.result(name, status=422))["type"].endswith("inspection-incomplete")
    done = await desk.result(name, cleared=[taken["findings"][0]["finding_id"]])
    assert (done["passed"], done["found"]) == (True, [])
    (finding,) = (await desk.get("reader", "/inspection-findings", verdict="no_violation"))["items"]
    assert finding["contact_id"] == "contact-1"


async def test_a_contact_with_nothing_to_inspect_is_set_aside_and_not_covered(desk: Inspections) -> None:
    await desk.went_out(1)
    name = await by_hand(desk, 1)
    await desk.post("anna", f"/inspections/{name}/claim")
    gone = await desk.post("anna", f"/inspections/{name}/setting-aside", note="the line was dead")
    assert gone["state"] == "set_aside"
    day = {"first": "2026-03-02", "last": "2026-03-02"}
    (row,) = (await desk.get("reader", "/inspection-coverage", **day))["items"]
    assert (row["recordings"], row["inspected"], row["coverage"], row["mean_score"]) == (1, 0, "0.0000", None)
    again = await by_hand(desk, 1)
    assert again != name
    await desk.post("anna", "/inspections", 409, contact_id="contact-1", note="twice")


async def test_what_was_said_is_sealed_everywhere_and_opens_for_inspectors_only(desk: Inspections) -> None:
    await desk.form()
    await desk.went_out(1)
    taken = await desk.transcribe(1, RUDE)
    await desk.post("anna", f"/inspections/{taken['inspection_id']}/claim")
    await desk.post("anna", f"/inspections/{taken['inspection_id']}/release", note="王女士 wept")
    tables = (
        "transcript",
        "inspection_finding",
        "inspection",
        "inspection_act",
        "idempotency_key",
        "outbox",
        "payload",
        "log_entry",
    )
    for table in tables:
        rows = await desk.house.rows(f"SELECT t::text AS line FROM {table} t")
        stored = "".join(row.line for row in rows)
        for secret in (THREAT, "王女士", "收拾"):
            assert secret not in stored, table
            assert secret.encode().hex() not in stored, table
    await desk.get("reader", "/transcripts/contact-1/text", 403)
    await desk.get("planner", "/transcripts/contact-1/text", 403)
    text = await desk.get("anna", "/transcripts/contact-1/text")
    assert [turn["text"] for turn in text["turns"]] == [turn["text"] for turn in RUDE]
    file = await desk.get("anna", f"/inspections/{taken['inspection_id']}")
    assert file["history"][-1]["note"] == "王女士 wept"
    hidden = await desk.get("reader", f"/inspections/{taken['inspection_id']}")
    assert {act["note"] for act in hidden["history"]} == {None}
    seen = await desk.house.rows("SELECT principal, kind, in_clear FROM personal_access WHERE in_clear")
    assert ("anna", "transcript", True) in {tuple(row) for row in seen}


async def test_erasing_a_person_erases_what_was_said_and_written_and_leaves_the_log_valid(
    desk: Inspections,
) -> None:
    await desk.went_out(1, 2)
    for number in (1, 2):
        taken = await desk.transcribe(number, RUDE)
        await desk.post("anna", f"/inspections/{taken['inspection_id']}/claim")
        await desk.post("anna", f"/inspections/{taken['inspection_id']}/release", note="a note")
    async with desk.house.transactions.begin() as work:
        await log.erase_payloads(work.connection, "person-2")
    gone = await desk.get("anna", "/transcripts/contact-2/text", 410)
    assert gone["type"] == "urn:recoup:problem:transcript-erased"
    file = await desk.get("anna", f"/inspections/{taken['inspection_id']}")
    assert {act["note"] for act in file["history"]} == {None}
    assert (await desk.get("reader", "/transcripts/contact-2"))["turns"] == 3
    await desk.get("anna", "/transcripts/contact-1/text")
    await desk.house.sign()
    assert (await desk.house.audit()).holds


async def test_every_act_has_a_leaf_that_commits_to_it_without_saying_who(desk: Inspections) -> None:
    await desk.violation()
    acts = await desk.house.rows("SELECT about, number, actor FROM inspection_act")
    stored = await desk.house.rows(
        "SELECT e.event_id, e.entry, p.salt, p.body FROM log_entry e JOIN payload p USING (year, leaf_index)"
    )
    leaves = {row.event_id: row for row in stored}
    for act in acts:
        row = leaves[act.about if act.number == 1 else f"{act.about}:{act.number}"]
        assert msgspec.json.decode(row.entry)["payload"] == digest_of(row.salt, row.body)
        assert msgspec.json.decode(row.body)["actor"] == act.actor
    entries = b"".join(row.entry for row in await desk.house.rows("SELECT entry FROM log_entry")).decode()
    for name in ("person-1", "collector-7", "anna"):
        assert name not in entries


async def test_a_transcript_is_taken_once_of_a_contact_that_was_permitted(desk: Inspections) -> None:
    await desk.went_out(1)
    body = {
        "contact_id": "contact-1",
        "collector_id": "collector-7",
        "language": "zh",
        "started_at": desk.house.clock.now().isoformat(),
        "recogniser": "recorder/1",
        "turns": QUIET,
    }
    headers = {"X-API-Key": key_of("recorder"), "Idempotency-Key": "same"}
    answers = [await desk.client.post("/transcripts", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].text == answers[1].text
    taken = await desk.post("recorder", "/transcripts", 409, **body)
    assert taken["type"] == "urn:recoup:problem:transcript-exists"
    await desk.post("recorder", "/transcripts", 404, **(body | {"contact_id": "never-made"}))
    for changes in (
        {"turns": []},
        {"started_at": "2026-03-09T00:00:00Z"},
        {"started_at": "0001-01-01T00:00:00+14:00"},
        {"language": "what?"},
        {"turns": [{"speaker": "nobody", "text": ""}]},
    ):
        await desk.post("recorder", "/transcripts", 422, **(body | changes))
    assert len(await desk.house.rows("SELECT * FROM transcript")) == 1


async def test_lists_are_paged_and_filtered(desk: Inspections) -> None:
    await desk.went_out(1, 2, 3)
    for number in (1, 2, 3):
        await desk.transcribe(number, RUDE, branch_id=f"branch-{number % 2}")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await desk.get("reader", "/inspections", limit=2, **cursor)
        seen += [one["contact_id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert sorted(seen) == ["contact-1", "contact-2", "contact-3"]
    listed = await desk.get("reader", "/inspections", branch_id="branch-1", state="queued")
    assert {one["contact_id"] for one in listed["items"]} == {"contact-1", "contact-3"}
    findings = await desk.get("reader", "/inspection-findings", contact_id="contact-2", tag="threat")
    assert len(findings["items"]) == 1
    await desk.get("reader", "/inspections/none", 404)
    await desk.post("anna", "/inspections/none/claim", 404)
    await desk.post("anna", "/inspections", 404, contact_id="none", note="n")


async def test_each_scope_opens_its_own_doors(desk: Inspections) -> None:
    await desk.went_out(1)
    name = await by_hand(desk, 1)
    for path, body in (
        ("/inspections", {"contact_id": "contact-1", "note": "n"}),
        ("/inspections/claims", {}),
        (f"/inspections/{name}/claim", {}),
        ("/transcripts", {}),
        ("/inspection-plans/p/versions", {}),
        ("/inspection-forms/f/versions", {}),
        ("/inspection-plans/p/draws", {}),
    ):
        await desk.post("reader", path, 403, **body)
    for path in ("/inspections", "/inspection-findings", "/violations", "/inspection-plans"):
        await desk.get("recorder", path, 403)
        assert (await desk.client.get(path)).status_code == 401
