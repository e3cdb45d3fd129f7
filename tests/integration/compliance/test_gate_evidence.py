"""What a decision tells and leaves behind; who makes a contact; what is found afterwards."""

from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.compliance import hindsight
from services.compliance.domain.evidence import decode
from services.compliance.domain.judging import judge
from services.compliance.domain.record import decision_id_of, permit_id_of
from services.compliance.journal import Journal
from services.compliance.redeeming import Redemption
from shared.contracts.vocabulary import Channel, Purpose
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, body, dispatched, house, new_house
from tests.integration.compliance.persons import call, dispatched_call, made_call, standing, validated
from tests.unit.compliance.gate_cases import NOON

NAMED = {"collector_id": "bank", "staff_id": "staff-1"}


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def permit(gate: House, number: int, **changes: object) -> dict[str, object]:
    async with gate.client() as client:
        answer = await client.post(
            "/permits", json=body(number) | changes, headers={"Idempotency-Key": f"permit-{number}"}
        )
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def effects(gate: House) -> dict[str, str]:
    rows = await gate.rows("SELECT contact_id, effect FROM decision")
    return {row.contact_id: row.effect for row in rows}


async def test_the_packs_are_in_the_log_before_anything_is_decided_by_them(engine_for: EngineFor) -> None:
    gate = await new_house(engine_for)
    await gate.feed(asks(1))
    await gate.feed(asks(2))
    await gate.feed(asks(3))
    leaves = await gate.leaves()
    assert [leaf["kind"] for leaf in leaves] == ["decision", "packs_in_force", "decision", "decision"]
    assert {leaf["ruleset"] for leaf in leaves} == {gate.gate.ruleset}
    (row,) = await gate.rows("SELECT digest, packs FROM ruleset")
    assert (row.digest, row.packs) == (gate.gate.ruleset, gate.gate.library.digests)


async def test_the_evidence_is_all_that_is_needed_to_decide_again(gate: House) -> None:
    await gate.feed(*(asks(number) for number in range(4)))
    bodies = await gate.rows("SELECT body FROM payload ORDER BY leaf_index")
    kept = [decode(row.body) for row in bodies]
    assert [one.effect for one in kept] == ["allow", "allow", "allow", "defer"]
    assert [len(one.question.facts.attempts) for one in kept] == [0, 1, 2, 3]
    for one in kept:
        decided = judge(one.question, gate.gate.library, one.now)
        assert (decided.effect, list(decided.reasons)) == (one.effect, list(one.reasons))
        assert one.packs == list(decided.packs)


async def test_a_decision_tells_its_reasons_packs_and_obligations(gate: House) -> None:
    made = await permit(gate, 1)
    assert "cn-mainland@2026.11.0" in made["packs"]  # type: ignore[operator]
    assert "include:institution_name" in made["obligations"]  # type: ignore[operator]
    (allowed,) = await gate.emitted("contact.allowed")
    assert allowed["obligations"] == made["obligations"]
    denied = await permit(gate, 2, content={"tags": ["institution_name", "threat"], "linter": "lint-1"})
    (reason,) = denied["reasons"]  # type: ignore[misc]
    assert (reason["rule_id"], reason["confidence"], reason["numbers"]["linter"]) == (
        "CN-CONTENT",
        "B",
        "lint-1",
    )


async def test_an_agency_is_known_by_configuration_and_not_by_what_it_says(engine_for: EngineFor) -> None:
    vouched = ["agency_whitelisted", "mandate_active", "official_number"]
    gate = await house(engine_for, desks={"agency-1": {"role": "agency", "facts": vouched}})
    await permit(gate, 1, collector={"collector_id": "agency-1"})
    await permit(gate, 2, collector={"collector_id": "agency-2", "role": "bank", "facts": vouched})
    await permit(gate, 3, channel="call_live", collector={"collector_id": "agency-1"})
    await permit(
        gate, 4, channel="call_live", collector={"collector_id": "agency-1", "facts": ["recorded_line"]}
    )
    assert await effects(gate) == {
        "contact-1": "allow",
        "contact-2": "deny",
        "contact-3": "deny",
        "contact-4": "allow",
    }


async def test_the_attempts_of_an_agency_and_the_bank_count_together(engine_for: EngineFor) -> None:
    vouched = ["agency_whitelisted", "mandate_active", "official_number"]
    gate = await house(engine_for, desks={"agency-1": {"role": "agency", "facts": vouched}})
    await gate.feed(
        asks(1), asks(2), asks(3, collector_id="agency-1"), asks(4), asks(5, collector_id="agency-1")
    )
    assert list((await effects(gate)).values()) == ["allow"] * 3 + ["defer"] * 2
    shown = await standing(gate)
    assert {attempt["collector_id"] for attempt in shown["attempts"]} == {"bank", "agency-1"}


async def test_a_named_member_of_staff_has_to_be_trained(gate: House) -> None:
    async def trained(_connection: object, staff: object, _at: object) -> dict[str, frozenset[str]]:
        assert staff == {"staff-1"}
        return {"staff-1": frozenset({"collector_trained"})}

    claimed = NAMED | {"facts": ["collector_trained"]}
    await permit(gate, 1, channel="call_live", collector=claimed)
    object.__setattr__(gate.gate, "staff_facts", trained)
    await gate.feed(asks(2, channel=Channel.CALL_LIVE, staff_id="staff-1"))
    assert await effects(gate) == {"contact-1": "deny", "contact-2": "allow"}


async def test_a_validation_notice_that_goes_out_opens_collection(gate: House) -> None:
    gate.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    await gate.feed(call(1), call(2, purpose=Purpose.VALIDATION))
    permit_id = permit_id_of("contact-2", 1)
    await gate.redeem(Redemption(permit_id, "contact-2", "dispatch-2"))
    await gate.feed(dispatched_call(gate, 2))
    assert [event["kind"] for event in (await standing(gate))["events"]] == ["validation_sent"]
    gate.clock.advance(days=8)
    await gate.feed(call(3), call(4, debts=["another-account"]))
    assert await effects(gate) == {
        "contact-1": "deny",
        "contact-2": "allow",
        "contact-3": "allow",
        "contact-4": "deny",
    }


async def test_the_sweep_finds_what_broke_a_limit_and_tells_it_once(gate: House) -> None:
    gate.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    for person in ("person-1", "person-2"):
        await validated(gate, person)
        await made_call(gate, 1 if person == "person-1" else 2, person_id=person)
    gate.clock.advance(days=1)
    await made_call(gate, 3)
    # Somebody sets the record of the first call right, past the service.
    async with gate.engine.begin() as connection:
        changed = "UPDATE attempt SET outcome = 'conversation' WHERE contact_id = 'contact-1'"
        await connection.exec_driver_sql(changed)
    first, last = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 3, tzinfo=UTC)
    for _ in range(2):
        after: str | None = ""
        while after is not None:
            async with gate.transactions.begin() as work:
                journal = Journal(gate.settings.pseudonyms)
                after = await hindsight.sweep(first, last, gate.gate, work, journal, after)
    (violation,) = await gate.emitted("violation")
    assert (violation["rule_id"], violation["contact_id"]) == ("US-CONV-7", "contact-3")
    assert violation["records"] == [decision_id_of("contact-3", 1)]


async def test_a_permit_whose_evidence_is_erased_is_not_used_once_it_is_in_doubt(gate: House) -> None:
    await gate.feed(asks(1))
    async with gate.client() as client:
        await client.post("/erasures", json={"person_id": "person-1"}, headers={"Idempotency-Key": "e"})
        fact = {"facts": [{"name": "time_barred", "value": False}]}
        await client.post("/persons/person-1/facts", json=fact, headers={"Idempotency-Key": "f"})
    (answer,) = await gate.redeem(Redemption(permit_id_of("contact-1", 1), "contact-1", "dispatch-1"))
    assert answer.reason == "EVIDENCE-ERASED"


async def test_attempts_older_than_the_packs_look_back_are_left_out(gate: House) -> None:
    await gate.feed(asks(1), asks(2, purpose=Purpose.LOCATE))
    for number in (1, 2):
        permit_id = permit_id_of(f"contact-{number}", 1)
        await gate.redeem(Redemption(permit_id, f"contact-{number}", f"dispatch-{number}"))
        await gate.feed(dispatched(permit_id, f"contact-{number}"))
    gate.clock.instant = NOON + timedelta(days=300)
    shown = await standing(gate)
    # Calls to locate somebody are counted for ever.
    assert [attempt["attempt_id"] for attempt in shown["attempts"]] == [permit_id_of("contact-2", 1)]
