"""One gate behind two doors: caps are exact, and a request is decided once."""

import asyncio

import pytest_asyncio

from services.compliance.domain.record import permit_id_of
from services.compliance.redeeming import Redemption
from shared.contracts.contacts import ContactWithdrawn
from shared.contracts.parties import PartyChanged, PartyRemoved
from shared.contracts.vocabulary import PartyRole
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, body, house
from tests.unit.compliance.gate_cases import NOON


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def test_fifty_at_once_through_both_doors_get_exactly_three_permits(gate: House) -> None:
    async with gate.client() as client:

        async def by_http(number: int) -> None:
            answer = await client.post(
                "/permits", json=body(number), headers={"Idempotency-Key": f"key-{number}"}
            )
            assert answer.status_code == 201, answer.text

        doors = [by_http(number) for number in range(25)]
        doors += [gate.feed(asks(number)) for number in range(25, 50)]
        await asyncio.gather(*doors)
    effects = await gate.rows("SELECT effect, count(*) FROM decision GROUP BY effect ORDER BY effect")
    assert [tuple(row) for row in effects] == [("allow", 3), ("defer", 47)]
    assert await gate.states() == {"reserved": 3}
    indexes = [row.leaf_index for row in await gate.rows("SELECT leaf_index FROM log_entry ORDER BY 1")]
    assert indexes == list(range(50))
    assert len(await gate.emitted("contact.allowed")) == 3
    assert len(await gate.emitted("contact.deferred")) == 47


async def test_batches_for_many_persons_in_any_order_do_not_block_each_other(gate: House) -> None:
    persons = [f"person-{number}" for number in range(20)]
    forwards = [asks(number, person_id=person) for number, person in enumerate(persons)]
    backwards = [asks(number + 100, person_id=person) for number, person in enumerate(reversed(persons))]
    await asyncio.gather(*(gate.feed(*batch) for batch in (forwards, backwards, forwards, backwards)))
    assert await gate.states() == {"reserved": 40}


async def test_requests_of_one_batch_count_against_each_other(gate: House) -> None:
    await gate.feed(*(asks(number) for number in range(5)))
    rows = await gate.rows("SELECT contact_id, effect FROM decision ORDER BY contact_id")
    assert [row.effect for row in rows] == ["allow"] * 3 + ["defer"] * 2
    deferred = await gate.emitted("contact.deferred")
    assert {reason["rule_id"] for event in deferred for reason in event["reasons"]} == {"DAY-CAP"}
    assert deferred[0]["reasons"][0]["numbers"]["count"] == "3"


async def test_a_request_that_comes_again_is_not_decided_again(gate: House) -> None:
    await gate.feed(asks(1), asks(1))
    await gate.feed(asks(1))
    assert await gate.states() == {"reserved": 1}
    assert len(await gate.emitted()) == 1
    async with gate.client() as client:
        answer = await client.post("/permits", json=body(1), headers={"Idempotency-Key": "a"})
    assert answer.status_code == 200
    assert answer.json()["permit_id"] == permit_id_of("contact-1", 1)
    assert answer.json()["leaf"] == {"origin": "bank.example/compliance/2026", "index": 0}
    assert len(await gate.leaves()) == 1


async def test_the_next_ask_is_a_request_of_its_own(gate: House) -> None:
    await gate.feed(asks(1))
    await gate.feed(asks(1, ask=2))
    assert await gate.states() == {"reserved": 2}


async def test_an_idempotency_key_gives_the_same_answer_and_one_reservation(gate: House) -> None:
    async with gate.client() as client:
        first = await client.post("/permits", json=body(1), headers={"Idempotency-Key": "a"})
        again = await client.post("/permits", json=body(1), headers={"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.text == first.text
    assert await gate.states() == {"reserved": 1}


async def test_a_pair_that_names_somebody_else_is_a_conflict(gate: House) -> None:
    await gate.feed(asks(1))
    async with gate.client() as client:
        answer = await client.post(
            "/permits", json=body(1, person_id="person-2"), headers={"Idempotency-Key": "a"}
        )
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:recoup:problem:ask-taken"


async def test_the_zone_on_file_counts_beside_that_of_the_request(gate: House) -> None:
    changed = PartyChanged(
        person_id="person-1",
        customer_id="customer-1",
        version=2,
        role=PartyRole.DEBTOR,
        jurisdiction="GB",
        language="en",
        time_zone="America/New_York",
        sealed_name="sealed",
        contact_points=[],
    )
    gate.clock.instant = NOON.replace(hour=9)
    await gate.feed(asks(1, jurisdiction="GB", time_zone="Europe/London"), changed)
    deferred = (await gate.emitted("contact.deferred"))[0]
    assert {reason["numbers"]["zone"] for reason in deferred["reasons"]} == {"America/New_York"}
    assert deferred["until"] == "2026-03-02T13:00:00Z"


async def test_an_older_version_of_a_party_changes_nothing(gate: House) -> None:
    def version(number: int, zone: str) -> PartyChanged:
        return PartyChanged(
            person_id="person-1",
            customer_id="customer-1",
            version=number,
            role=PartyRole.DEBTOR,
            jurisdiction="CN",
            language="zh",
            time_zone=zone,
            sealed_name="sealed",
            contact_points=[],
        )

    await gate.feed(version(3, "Asia/Shanghai"), version(2, "America/New_York"))
    await gate.feed(version(1, "Europe/London"))
    assert [tuple(row) for row in await gate.rows("SELECT version, time_zone FROM party")] == [
        (3, "Asia/Shanghai")
    ]
    await gate.feed(PartyRemoved(person_id="person-1", customer_id="customer-1", version=4))
    await gate.feed(asks(1))
    assert (await gate.emitted("contact.denied"))[0]["reasons"][0]["rule_id"] == "PARTY-REMOVED"


async def test_an_unredeemed_permit_counts_until_its_grace_is_over(gate: House) -> None:
    await gate.feed(*(asks(number) for number in range(3)))
    gate.clock.advance(minutes=5)
    assert await gate.fire_timers() == 0
    await gate.feed(asks(10))
    assert len(await gate.emitted("contact.deferred")) == 1
    gate.clock.advance(minutes=2)
    assert await gate.fire_timers() == 1
    assert await gate.states() == {"free": 3}
    await gate.feed(asks(11))
    assert await gate.states() == {"free": 3, "reserved": 1}
    kinds = [leaf["kind"] for leaf in await gate.leaves()]
    assert kinds.count("permit_expired") == 3


async def test_a_redeemed_permit_does_not_expire_but_is_freed_by_withdrawal(gate: House) -> None:
    await gate.feed(asks(1))
    permit_id = permit_id_of("contact-1", 1)
    await gate.redeem(Redemption(permit_id, "contact-1", "dispatch-1"))
    gate.clock.advance(hours=1)
    await gate.fire_timers()
    assert await gate.states() == {"redeemed": 1}
    await gate.feed(
        ContactWithdrawn(
            contact_id="contact-1",
            permit_id=permit_id,
            person_id="person-1",
            customer_id="customer-1",
            case_id="case-1",
            reason="cured",
            withdrawn_at=NOON,
        )
    )
    assert await gate.states() == {"free": 1}
