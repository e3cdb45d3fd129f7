"""Records of one human count as one person: attempts, reservations, holds, opt-outs (case S8)."""

import asyncio
from typing import Any

import pytest_asyncio

from services.compliance.domain.record import permit_id_of
from services.compliance.redeeming import Redemption
from services.compliance.store import people
from shared.contracts.contacts import OptedOut
from shared.contracts.vocabulary import Channel
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, house
from tests.integration.compliance.persons import post, standing
from tests.unit.compliance.gate_cases import NOON


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def merge(gate: House, person_id: str, into: str) -> dict[str, list[str]]:
    return await post(gate, f"/persons/{person_id}/merge", into=into)


async def reason(gate: House, number: int) -> str | None:
    contact = f"contact-{number}"
    (answer,) = await gate.redeem(Redemption(permit_id_of(contact, 1), contact, f"dispatch-{number}"))
    return answer.reason


async def test_s8_reservations_that_are_too_many_for_one_human_are_withdrawn_at_once(gate: House) -> None:
    await gate.feed(asks(1), asks(2, person_id="person-2"))
    gate.clock.advance(seconds=1)
    await gate.feed(asks(3), asks(4, person_id="person-2"))
    made = await merge(gate, "person-2", "person-1")
    assert (made["root"], made["members"]) == ("person-1", ["person-1", "person-2"])
    # Three a day: of four reservations the last one has to go.
    assert len(made["withdrawn"]) == 1
    assert await gate.states() == {"reserved": 3, "free": 1}
    reasons = [await reason(gate, number) for number in (1, 2, 3, 4)]
    assert sorted(reasons, key=str) == [None, None, None, "PERMIT-WITHDRAWN"]
    assert reasons[0] is None and reasons[1] is None
    leaves = {leaf["kind"]: leaf for leaf in await gate.leaves()}
    assert leaves["permit_withdrawn"]["rule"] == "DAY-CAP"
    assert "persons_merged" in leaves
    await gate.feed(asks(5), asks(6, person_id="person-2"))
    assert len(await gate.emitted("contact.deferred")) == 2


async def test_s8_holds_and_opt_outs_of_one_record_bar_the_other(gate: House) -> None:
    await gate.feed(asks(1))
    await post(gate, "/holds", person_id="person-2", customer_id="customer-2", kind="minor")
    made = await merge(gate, "person-2", "person-1")
    assert made["withdrawn"] == [permit_id_of("contact-1", 1)]
    await gate.feed(asks(2), asks(3, person_id="person-2"))
    denied = await gate.emitted("contact.denied")
    assert [reason["rule_id"] for event in denied for reason in event["reasons"]] == ["CN-HOLDS"] * 2


async def test_what_comes_for_one_record_puts_permits_of_the_other_in_doubt(gate: House) -> None:
    await merge(gate, "person-2", "person-1")
    await gate.feed(asks(1))
    stop = OptedOut(
        person_id="person-2",
        customer_id="customer-2",
        channel=Channel.SMS,
        contact_point_id=None,
        opted_out_at=NOON,
    )
    await gate.feed(stop)
    assert await reason(gate, 1) == "CN-OPTOUT"


async def test_groups_are_put_together_whole(gate: House) -> None:
    await merge(gate, "person-2", "person-1")
    await merge(gate, "person-4", "person-3")
    made = await merge(gate, "person-4", "person-2")
    assert made["members"] == [f"person-{number}" for number in (1, 2, 3, 4)]
    for number in (1, 2, 3, 4):
        found = await standing(gate, f"person-{number}")
        assert found["merged"] == made["members"]
    async with gate.client() as client:
        again = await client.post(
            "/persons/person-3/merge", json={"into": "person-2"}, headers={"Idempotency-Key": "again"}
        )
        itself = await client.post(
            "/persons/person-9/merge", json={"into": "person-9"}, headers={"Idempotency-Key": "itself"}
        )
    assert (again.status_code, itself.status_code) == (409, 409)


async def test_the_cap_of_merged_records_is_exact_whichever_is_asked_for(gate: House) -> None:
    for number in (2, 3, 4):
        await merge(gate, f"person-{number}", "person-1")
    persons = [f"person-{number % 4 + 1}" for number in range(24)]
    await asyncio.gather(*(gate.feed(asks(number, person_id=one)) for number, one in enumerate(persons)))
    assert await gate.states() == {"reserved": 3}


async def test_merging_and_asking_at_the_same_time_never_gives_too_many(gate: House) -> None:
    asked = [gate.feed(asks(number, person_id=f"person-{number % 2 + 1}")) for number in range(12)]
    await asyncio.gather(*asked[:6], merge(gate, "person-2", "person-1"), *asked[6:])
    assert (await gate.states())["reserved"] == 3


async def separate(gate: House, person_id: str, reason: str = "two brothers") -> dict[str, Any]:
    return await post(gate, f"/persons/{person_id}/separate", reason=reason)


async def test_records_taken_apart_count_for_themselves_again(gate: House) -> None:
    await merge(gate, "person-2", "person-1")
    await gate.feed(asks(1), asks(2, person_id="person-2"), asks(3))
    await gate.feed(asks(4), asks(5, person_id="person-2"))
    assert await gate.states() == {"reserved": 3}
    left = await separate(gate, "person-2")
    assert (left["root"], left["members"], left["withdrawn"]) == ("person-1", ["person-1"], [])
    # What was reserved while they were one stays with the record that it was reserved for.
    await gate.feed(asks(6), asks(7))
    await gate.feed(*(asks(number, person_id="person-2") for number in (8, 9, 10)))
    assert await gate.states() == {"reserved": 6}
    assert (await standing(gate, "person-1"))["merged"] == []
    assert len((await standing(gate, "person-2"))["attempts"]) == 3


async def test_holds_stay_with_the_record_that_they_were_placed_on(gate: House) -> None:
    await merge(gate, "person-2", "person-1")
    await post(gate, "/holds", person_id="person-2", customer_id="customer-2", kind="minor")
    await separate(gate, "person-2")
    await gate.feed(asks(1), asks(2, person_id="person-2"))
    rows = await gate.rows("SELECT person_id, effect FROM decision")
    assert {row.person_id: row.effect for row in rows} == {"person-1": "allow", "person-2": "deny"}


async def test_a_permit_that_rested_on_the_other_records_consent_is_withdrawn(gate: House) -> None:
    gate.clock.instant = NOON.replace(hour=15)
    await merge(gate, "person-2", "person-1")
    await post(gate, "/persons/person-2/consents", kind="time", channel="sms")
    await gate.feed(asks(1))
    assert await gate.states() == {"reserved": 1}
    left = await separate(gate, "person-2")
    assert left["withdrawn"] == [permit_id_of("contact-1", 1)]
    assert await reason(gate, 1) == "PERMIT-WITHDRAWN"


async def test_when_the_root_leaves_the_others_stay_together(gate: House) -> None:
    for number in (2, 3):
        await merge(gate, f"person-{number}", "person-1")
    left = await separate(gate, "person-1")
    assert (left["root"], left["members"]) == ("person-2", ["person-2", "person-3"])
    assert (await standing(gate, "person-3"))["merged"] == ["person-2", "person-3"]
    assert (await standing(gate, "person-1"))["merged"] == []
    await gate.feed(*(asks(number, person_id=f"person-{number % 2 + 2}") for number in range(6)))
    assert await gate.states() == {"reserved": 3}


async def test_the_history_of_a_link_stays_and_the_log_has_why_it_ended(gate: House) -> None:
    await merge(gate, "person-2", "person-1")
    await separate(gate, "person-2", "two brothers at one address")
    (kept,) = await gate.rows("SELECT * FROM person_unlink")
    assert (kept.member_id, kept.into_id, kept.reason) == (
        "person-2",
        "person-1",
        "two brothers at one address",
    )
    kinds = [leaf["kind"] for leaf in await gate.leaves()]
    assert kinds == ["persons_merged", "persons_separated"]
    entries = await gate.rows("SELECT entry FROM log_entry")
    assert not any(b"brothers" in row.entry for row in entries)
    gate.clock.advance(seconds=1)
    await merge(gate, "person-2", "person-1")
    await separate(gate, "person-2")
    assert len(await gate.rows("SELECT * FROM person_unlink")) == 2


async def test_a_record_that_is_merged_with_no_other_cannot_be_taken_apart(gate: House) -> None:
    await post(gate, "/persons/person-1/separate", expect=409, reason="nobody")
    assert await gate.leaves() == []


async def test_taking_apart_and_asking_at_the_same_time_loses_no_reservation(gate: House) -> None:
    await merge(gate, "person-2", "person-1")
    asked = [gate.feed(asks(number, person_id=f"person-{number % 2 + 1}")) for number in range(12)]
    await asyncio.gather(*asked[:6], separate(gate, "person-2"), *asked[6:])
    rows = await gate.rows("SELECT person_id, count(*) AS many FROM attempt GROUP BY person_id")
    assert max(row.many for row in rows) <= 3
    assert 3 <= sum(row.many for row in rows) <= 6


async def waiting(gate: House) -> int:
    """How many wait for a person's lock."""
    (row,) = await gate.rows(
        "SELECT count(*) AS many FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND query LIKE 'INSERT INTO person %' AND pid = ANY("
        "  SELECT pid FROM pg_locks WHERE relation = to_regclass('person'))"
    )
    return int(row.many)


async def test_what_comes_for_one_record_waits_for_whoever_decides_about_another(gate: House) -> None:
    for number in (2, 3, 4):
        await merge(gate, f"person-{number}", "person-1")
    async with gate.transactions.begin() as work:
        await people.lock(work.connection, ["person-2"])
        asking = asyncio.create_task(gate.feed(asks(1, person_id="person-3")))
        telling = asyncio.create_task(post(gate, "/persons/person-4/consents", kind="time"))
        async with asyncio.timeout(20):
            while await waiting(gate) < 2:  # noqa: ASYNC110  # only the database knows
                await asyncio.sleep(0.05)
        assert not asking.done()
        assert not telling.done()
    await asyncio.gather(asking, telling)
