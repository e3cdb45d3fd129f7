"""Deletion by the packs' duties: counted first, stopped by holds, logged, and no proof is lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest_asyncio

from services.compliance.domain.record import decision_id_of, permit_id_of
from services.compliance.log.proof import verify_proof
from services.compliance.redeeming import Redemption
from services.compliance.store.audit import audit_log
from shared.contracts.vocabulary import OutcomeCode
from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import TEXT, lives_in
from tests.integration.compliance.house import asks, dispatched, outcome
from tests.integration.compliance.privacy_house import Office, office

YEARS_6 = {"days": 6 * 366}
ALL_KINDS = {"collection_record", "complaint", "attempt", "consent", "recording", "access_record"}


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Office]:
    async with office(engine_for) as made:
        yield made


async def history(desk: Office) -> str:
    """A person with a contact, its recording, a consent, a complaint that is over, and a look at them."""
    gate = desk.house
    await gate.feed(lives_in("CN", "Asia/Shanghai"), asks(1))
    permit = permit_id_of("contact-1", 1)
    await gate.redeem(Redemption(permit, "contact-1", "dispatch-1"))
    await gate.feed(dispatched(permit))
    await gate.feed(outcome(OutcomeCode.RIGHT_PARTY))
    await desk.post("clerk", "/persons/person-1/consents", kind="time")
    recording: dict[str, Any] = {
        "contact_id": "contact-1",
        "kind": "recording",
        "sha256": "ab" * 32,
        "size": 9,
        "media_type": "audio/ogg",
        "made_at": gate.clock.now().isoformat(),
    }
    await desk.post("clerk", "/documents", **recording)
    values: dict[str, Any] = {
        "person_id": "person-1",
        "customer_id": "customer-1",
        "category": "other",
        "source": "hotline",
        "text": TEXT,
    }
    made = await desk.post("clerk", "/complaints", **values)
    await desk.post(
        "decider", f"/complaints/{made['complaint_id']}/withdrawal", 200, reason="he called again"
    )
    await desk.get("reader", "/persons/person-1/standing")
    await gate.sign()
    return str(made["complaint_id"])


async def end_debts(desk: Office) -> None:
    now = desk.house.clock.now().isoformat()
    await desk.post("clerk", "/debt-ends", customer_id="customer-1", ended_at=now, how="settled")


def summed(run: dict[str, Any]) -> dict[str, set[str]]:
    """The verdicts on each class."""
    return {kind: set(verdicts) for kind, verdicts in run["counts"].items()}


async def payloads(desk: Office) -> int:
    rows = await desk.house.rows("SELECT count(*) FROM payload WHERE person_id = 'person-1'")
    return int(rows[0][0])


async def test_f5_what_is_neither_kept_by_law_nor_needed_is_deleted_and_every_proof_stays_valid(
    desk: Office,
) -> None:
    complaint = await history(desk)
    before = await payloads(desk)
    # While the duties of the Chinese pack run, everything stays; what the gate still counts is not looked at.
    fresh = await desk.carry_out("dry_run")
    assert summed(fresh) == {kind: {"kept"} for kind in ALL_KINDS - {"attempt"}}
    # Afterwards what is about the debt stays while the debt is there; the rest has to go.
    desk.house.clock.advance(**YEARS_6)
    needed = {"collection_record", "attempt", "consent"}
    expected = {kind: {"in_use"} if kind in needed else {"due"} for kind in ALL_KINDS}
    # It may be that of an instalment agreement, which is kept until the debt is paid.
    assert summed(await desk.carry_out("dry_run")) == expected | {"recording": {"kept"}}
    await end_debts(desk)
    looked = await desk.carry_out("dry_run")
    assert summed(looked) == {kind: {"due"} for kind in ALL_KINDS}
    assert looked["erased"] == {}
    assert await payloads(desk) == before
    # Deleting.
    done = await desk.carry_out("execute")
    assert {kind: counts["due"] for kind, counts in done["counts"].items()} == done["erased"]
    assert await payloads(desk) == 0
    for table in ("attempt", "consent", "personal_access"):
        assert await desk.house.rows(f"SELECT 1 FROM {table}") == []
    texts = await desk.get("clerk", f"/complaints/{complaint}/texts", purpose="complaint_handling")
    assert texts == {"text": None, "findings": None, "cause": None}
    shown = await desk.get("clerk", f"/complaints/{complaint}", purpose="complaint_handling")
    assert {act["reason"] for act in shown["history"]} == {None}
    (order,) = (await desk.get("keeper", "/retention/orders"))["items"]
    assert (order["contact_id"], order["run_id"]) == ("contact-1", done["run_id"])
    # The log is what it was, and says what was done without saying about whom.
    await desk.house.sign()
    verifier = desk.house.settings.signer(2026).verifier
    audit = await audit_log(desk.house.engine, 2026, verifier)
    assert audit.holds, audit.first_findings
    assert audit.payloads_erased == before
    proof = await desk.client.get(
        f"/decisions/{decision_id_of('contact-1', 1)}/proof",
        headers={"X-API-Key": "rk_compliance-reader-key-for-tests"},
    )
    verify_proof(proof.content, verifier)
    await told(desk, done)
    # Nothing is left to do but to judge what the run itself was looked at for.
    await desk.carry_out("dry_run")
    assert (await desk.carry_out("execute"))["erased"] == {}


async def told(desk: Office, done: dict[str, Any]) -> None:
    """The leaves of a run: counts and a digest in the payload of leaves about nobody."""
    rows = await desk.house.rows(
        "SELECT e.event_id, e.entry, p.person_id, p.body FROM log_entry e JOIN payload p"
        " USING (year, leaf_index) WHERE e.event_id LIKE 'retention:' || :run || '%' ORDER BY leaf_index",
        run=done["run_id"],
    )
    erasing, whole = [msgspec.json.decode(row.body) for row in rows]
    assert erasing["erased"] == done["erased"]
    assert len(erasing["digest"]) == 64
    assert (whole["counts"], whole["mode"], whole["by"]) == (done["counts"], "execute", "keeper")
    assert {row.person_id for row in rows} == {done["run_id"]}
    for row in rows:
        assert b"person-1" not in bytes(row.entry) + bytes(row.body)


async def test_a_legal_hold_a_dispute_and_an_open_complaint_stop_deletion_and_their_end_lets_it_go_on(
    desk: Office,
) -> None:
    complaint = await history(desk)
    desk.house.clock.advance(**YEARS_6)
    await end_debts(desk)
    before = await payloads(desk)
    hold = await desk.post("lawyer", "/legal-holds", person_id="person-1", reason="litigation")
    dispute = await desk.post(
        "clerk", "/holds", person_id="person-1", customer_id="customer-1", kind="dispute"
    )
    await desk.post("clerk", f"/complaints/{complaint}/reopening", 200, reason="there is more")
    releases: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("lawyer", f"/legal-holds/{hold['legal_hold_id']}/release", {}),
        ("clerk", f"/holds/{dispute['hold_id']}/release", {"reason": "agreed"}),
        ("decider", f"/complaints/{complaint}/withdrawal", {"reason": "no more"}),
    )
    for who, path, body in releases:
        held = await desk.carry_out("dry_run")
        assert "held" in summed(held)["collection_record"]
        assert "due" not in summed(held)["collection_record"]
        executed = await desk.carry_out("execute")
        assert executed["erased"] == {}
        assert await payloads(desk) >= before
        await desk.post(who, path, 200, **body)
    await desk.carry_out("dry_run")
    assert (await desk.carry_out("execute"))["erased"]["attempt"] > 0
    await desk.post("lawyer", f"/legal-holds/{hold['legal_hold_id']}/release", 404)


async def test_a_hold_on_one_record_of_a_human_holds_all_of_them(desk: Office) -> None:
    await history(desk)
    async with desk.house.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO person_link VALUES ('person-1', 'person-0', now(), 'clerk')"
        )
    desk.house.clock.advance(**YEARS_6)
    await end_debts(desk)
    await desk.post("lawyer", "/legal-holds", person_id="person-0", reason="investigation")
    refused = await desk.post("clerk", "/erasures", 409, person_id="person-1")
    assert refused["type"].endswith("legal-hold")
    held = await desk.carry_out("dry_run")
    assert summed(held)["collection_record"] == {"held", "kept"}  # the leaf of the hold itself is new


async def test_who_was_taken_off_the_debts_is_judged_by_the_law_under_which_they_were_contacted(
    desk: Office,
) -> None:
    await history(desk)
    async with desk.house.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE party SET removed = true, jurisdiction = ''")
    desk.house.clock.advance(**YEARS_6)
    assert summed(await desk.carry_out("dry_run"))["collection_record"] == {"due"}
    async with desk.house.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE decision SET packs = '{}'")
    assert summed(await desk.carry_out("dry_run"))["collection_record"] == {"unclear"}


async def test_nothing_is_deleted_before_somebody_could_look_at_a_dry_run(desk: Office) -> None:
    refused = await desk.post("keeper", "/retention/runs", 409, mode="execute")
    assert refused["type"].endswith("dry-run-missing")
    begun = await desk.post("keeper", "/retention/runs", mode="dry_run")
    assert begun["state"] == "running"
    refused = await desk.post("keeper", "/retention/runs", 409, mode="execute")
    assert refused["type"].endswith("dry-run-missing")
    refused = await desk.post("keeper", "/retention/runs", 409, mode="dry_run")
    assert refused["type"].endswith("retention-running")
    while await desk.job().step():
        pass
    desk.house.clock.advance(days=8)
    await desk.post("keeper", "/retention/runs", 409, mode="execute")
    await desk.post("lawyer", "/retention/runs", 403, mode="dry_run")
    assert len((await desk.get("keeper", "/retention/runs"))["items"]) == 1
    await desk.get("keeper", "/retention/runs/none", 404)


async def test_workers_at_once_take_each_person_once(desk: Office) -> None:
    for number in range(6):
        await desk.get("reader", f"/persons/person-{number}/standing")
    desk.house.clock.advance(**YEARS_6)
    run = await desk.post("keeper", "/retention/runs", mode="dry_run")

    async def work() -> None:
        for _ in range(40):
            await desk.job().step()

    await asyncio.gather(*(work() for _ in range(3)))
    found = await desk.get("keeper", f"/retention/runs/{run['run_id']}")
    # Nobody is on file of these persons: no pack says how long a look at them is kept.
    assert (found["state"], found["counts"]) == ("done", {"access_record": {"unclear": 6}})


async def test_the_daily_run_begins_by_itself_once_a_day_only_where_it_is_configured(desk: Office) -> None:
    assert not desk.house.settings.retention_daily
    daily = desk.job(daily=True)
    assert await daily.begin_daily()
    assert not await daily.begin_daily()
    while await daily.step():
        pass
    assert not await daily.begin_daily()
    desk.house.clock.advance(days=1)
    assert await daily.begin_daily()
    assert [run["started_by"] for run in (await desk.get("keeper", "/retention/runs"))["items"]] == [
        "compliance",
        "compliance",
    ]
