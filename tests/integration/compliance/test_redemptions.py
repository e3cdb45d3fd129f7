"""Redeeming permits: once, in time, and not past a hold or an opt-out."""

import asyncio
from datetime import timedelta

import pytest_asyncio

from services.compliance.domain.record import permit_id_of
from services.compliance.redeeming import Redemption
from services.compliance.store import people
from shared.contracts.contacts import ContactFailed
from shared.contracts.vocabulary import Channel, OutcomeCode
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, dispatched, house, outcome
from tests.unit.compliance.gate_cases import NOON

PERMIT = permit_id_of("contact-1", 1)


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    made = await house(engine_for)
    await made.feed(asks(1))
    return made


def of(dispatch_id: str = "dispatch-1", contact_id: str = "contact-1", permit_id: str = PERMIT) -> Redemption:
    return Redemption(permit_id, contact_id, dispatch_id)


async def reason(gate: House, asked: Redemption) -> str | None:
    return (await gate.redeem(asked))[0].reason


async def test_a_permit_is_redeemed_with_a_leaf(gate: House) -> None:
    (answer,) = await gate.redeem(of())
    assert (answer.result, answer.reason, answer.leaf_index) == ("redeemed", None, 1)
    leaf = (await gate.leaves())[1]
    assert (leaf["kind"], leaf["permit"], leaf["dispatch"]) == ("redeemed", PERMIT, "dispatch-1")


async def test_of_many_dispatches_at_once_exactly_one_redeems(gate: House) -> None:
    answers = await asyncio.gather(*(gate.redeem(of(f"dispatch-{number}")) for number in range(20)))
    results = [answer.reason for (answer,) in answers]
    assert sorted(results, key=str).count(None) == 1
    assert set(results) == {None, "PERMIT-USED"}
    assert len(await gate.leaves()) == 2


async def test_the_same_dispatch_hears_the_same_answer_again(gate: House) -> None:
    first = await gate.redeem(of())
    assert await gate.redeem(of()) == first
    twice = await gate.redeem(of(), of())
    assert twice == first * 2
    assert len(await gate.leaves()) == 2


async def test_two_dispatches_in_one_request_cannot_both_redeem(gate: House) -> None:
    answers = await gate.redeem(of("dispatch-1"), of("dispatch-2"))
    assert [answer.reason for answer in answers] == [None, "PERMIT-USED"]


async def test_a_permit_is_not_valid_at_its_end(gate: House) -> None:
    gate.clock.advance(minutes=5, microseconds=-1)
    assert await reason(gate, of()) is None
    gate.clock.advance(microseconds=1)
    assert await reason(gate, of()) == "PERMIT-EXPIRED"


async def test_unknown_permits_and_other_contacts_are_refused(gate: House) -> None:
    assert await reason(gate, of(permit_id="permit-none")) == "PERMIT-UNKNOWN"
    assert await reason(gate, of(contact_id="contact-2")) == "PERMIT-OTHER-CONTACT"
    assert await gate.states() == {"reserved": 1}


async def test_a_hold_that_came_after_the_permit_refuses_it(gate: House) -> None:
    await gate.feed(outcome(OutcomeCode.COMPLAINT))
    assert await reason(gate, of()) == "CN-HOLDS"


async def test_a_permit_in_doubt_does_not_count_against_itself(gate: House) -> None:
    await gate.feed(asks(2), asks(3))
    async with gate.client() as client:
        fact = {"facts": [{"name": "time_barred", "value": False}]}
        await client.post("/persons/person-1/facts", json=fact, headers={"Idempotency-Key": "a"})
    assert [row.doubted for row in await gate.rows("SELECT doubted FROM attempt")] == [True] * 3
    wanted = [(permit_id_of(f"contact-{number}", 1), f"contact-{number}") for number in (1, 2, 3)]
    answers = await gate.redeem(*(Redemption(permit, contact, f"d-{contact}") for permit, contact in wanted))
    assert [answer.reason for answer in answers] == [None] * 3


async def test_a_wrong_number_refuses_permits_for_that_contact_point(gate: House) -> None:
    await gate.feed(asks(2))
    await gate.feed(outcome(OutcomeCode.WRONG_NUMBER, contact_id="contact-2"))
    assert await reason(gate, of()) == "CN-HOLDS"
    assert await gate.emitted("hold.placed") == []
    await gate.feed(asks(3, contact_point_id="point-2"))
    assert len(await gate.emitted("contact.allowed")) == 3


async def test_a_freed_permit_cannot_be_redeemed(gate: House) -> None:
    await gate.feed(
        ContactFailed(
            contact_id="contact-1",
            permit_id=PERMIT,
            person_id="person-1",
            customer_id="customer-1",
            case_id="case-1",
            channel=Channel.SMS,
            reason="no template",
            left_bank=False,
            failed_at=NOON,
        )
    )
    assert await gate.states() == {"free": 1}
    assert await reason(gate, of()) == "PERMIT-WITHDRAWN"


async def test_a_dispatched_contact_stays_counted_and_cannot_go_out_again(gate: House) -> None:
    await gate.redeem(of())
    await gate.feed(dispatched(PERMIT))
    assert await gate.states() == {"left": 1}
    assert await reason(gate, of()) == "PERMIT-USED"
    assert await gate.emitted("violation") == []


async def test_a_contact_that_left_without_a_redeemed_permit_is_a_violation(gate: House) -> None:
    await gate.feed(dispatched(PERMIT), dispatched("permit-invented", "contact-9"))
    found = await gate.emitted("violation")
    assert {(event["contact_id"], event["rule_id"]) for event in found} == {
        ("contact-1", "PERMIT-NOT-REDEEMED"),
        ("contact-9", "PERMIT-UNKNOWN"),
    }
    assert await gate.states() == {"left": 1}


async def test_five_hundred_are_redeemed_in_one_request_of_the_api(engine_for: EngineFor) -> None:
    gate = await house(engine_for)
    await gate.feed(*(asks(number, person_id=f"person-{number}") for number in range(500)))
    wanted = [
        {
            "permit_id": permit_id_of(f"contact-{number}", 1),
            "contact_id": f"contact-{number}",
            "dispatch_id": f"dispatch-{number}",
        }
        for number in range(500)
    ]
    async with gate.client() as client:
        answer = await client.post("/redemptions", json={"redemptions": wanted})
        too_many = await client.post("/redemptions", json={"redemptions": [*wanted, wanted[0]]})
        none = await client.post("/redemptions", json={"redemptions": []})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["permit_id"] for result in results] == [one["permit_id"] for one in wanted]
    assert {result["result"] for result in results} == {"redeemed"}
    assert sorted(result["leaf_index"] for result in results) == list(range(500, 1000))
    assert (too_many.status_code, none.status_code) == (422, 422)


async def test_a_redemption_waits_for_whoever_decides_about_the_person(gate: House) -> None:
    async with gate.transactions.begin() as work:
        await people.lock(work.connection, ["person-1"])
        redeeming = asyncio.create_task(gate.redeem(of()))
        await asyncio.sleep(0.2)
        assert not redeeming.done()
    assert (await redeeming)[0].result == "redeemed"


async def test_the_clock_of_the_permit_is_the_services_clock(gate: House) -> None:
    gate.clock.instant = NOON - timedelta(days=1)
    assert await reason(gate, of()) is None
