"""Complaints, opt-outs, holds: what persons say and what people order stops contact."""

import pytest_asyncio

from shared.contracts.contacts import ContactAnswered, ContactDelivered, OptedOut
from shared.contracts.vocabulary import Channel, OutcomeCode
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, house, outcome
from tests.unit.compliance.gate_cases import NOON


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def test_a_complaint_starts_its_clock_and_places_a_hold(gate: House) -> None:
    await gate.feed(outcome(OutcomeCode.COMPLAINT))
    (complaint,) = await gate.emitted("complaint.received")
    (hold,) = await gate.emitted("hold.placed")
    assert complaint["due_at"].startswith("2026-03-1")
    assert (hold["kind"], hold["person_id"]) == ("complaint", "person-1")
    await gate.feed(asks(1))
    (referred,) = await gate.emitted("contact.referred")
    numbers = referred["reasons"][0]["numbers"]
    assert (numbers["hold"], numbers["hold_id"]) == ("complaint", hold["hold_id"])
    kinds = [leaf["kind"] for leaf in await gate.leaves()]
    assert kinds == ["outcome", "complaint_received", "hold_placed", "decision"]


async def test_an_outcome_that_comes_again_has_one_effect(gate: House) -> None:
    event = outcome(OutcomeCode.COMPLAINT)
    await gate.feed(event, event)
    await gate.feed(event)
    again = gate.received(outcome(OutcomeCode.REFUSED, "outcome-2"))
    await gate.feed_received([again])
    await gate.feed_received([again])
    assert len(await gate.emitted("complaint")) == 1
    assert len(await gate.leaves()) == 4


async def test_a_hold_in_a_batch_precedes_its_requests(gate: House) -> None:
    await gate.feed(asks(1), outcome(OutcomeCode.COMPLAINT))
    assert len(await gate.emitted("contact.referred")) == 1


async def test_opting_out_of_everything_denies_every_channel(gate: House) -> None:
    everything = OptedOut(
        person_id="person-1", customer_id="customer-1", channel=None, contact_point_id=None, opted_out_at=NOON
    )
    await gate.feed(everything, outcome(OutcomeCode.OPTED_OUT))
    await gate.feed(asks(1, channel=Channel.EMAIL))
    (denied,) = await gate.emitted("contact.denied")
    assert [reason["rule_id"] for reason in denied["reasons"]] == ["CN-OPTOUT"]
    assert "channel" not in denied["reasons"][0]["numbers"]
    rows = await gate.rows("SELECT channel FROM opt_out ORDER BY channel")
    assert [row.channel for row in rows] == ["all", "sms"]


async def test_news_of_unknown_permits_leave_a_leaf_and_change_nothing(gate: House) -> None:
    await gate.feed(asks(1))
    common = {
        "contact_id": "contact-1",
        "permit_id": "permit-1",
        "person_id": "person-1",
        "customer_id": "customer-1",
        "case_id": "case-1",
        "channel": Channel.SMS,
    }
    await gate.feed(
        ContactDelivered(delivered_at=NOON, **common),  # type: ignore[arg-type]
        ContactAnswered(answered_at=NOON, **common),  # type: ignore[arg-type]
    )
    assert [leaf["kind"] for leaf in await gate.leaves()] == ["decision", "delivered", "answered"]
    assert await gate.states() == {"reserved": 1}


async def test_leaves_carry_neither_person_nor_customer(gate: House) -> None:
    await gate.feed(asks(1), outcome(OutcomeCode.PROMISE))
    await gate.feed(outcome(OutcomeCode.COMPLAINT, "outcome-2"))
    rows = await gate.rows("SELECT entry FROM log_entry")
    text = b"".join(row.entry for row in rows).decode()
    assert "person-1" not in text
    assert "customer-1" not in text
    assert "point-1" not in text
    assert '"promise"' not in text
    assert len({leaf["subject"] for leaf in await gate.leaves()}) == 1


async def place(gate: House, key: str = "a", **changes: object) -> dict[str, object]:
    values = {"person_id": "person-1", "customer_id": "customer-1", "kind": "dispute"} | changes
    async with gate.client() as client:
        answer = await client.post("/holds", json=values, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def test_a_hold_is_placed_and_released_by_the_api(gate: House) -> None:
    hold = await place(gate)
    assert await place(gate) == hold
    await gate.feed(asks(1))
    assert len(await gate.emitted("contact.denied")) == 1
    async with gate.client() as client:
        path = f"/holds/{hold['hold_id']}/release"
        done = await client.post(path, json={"reason": "settled"}, headers={"Idempotency-Key": "b"})
        again = await client.post(path, json={"reason": "settled"}, headers={"Idempotency-Key": "c"})
        none = await client.post(
            "/holds/none/release", json={"reason": "x"}, headers={"Idempotency-Key": "d"}
        )
        active = await client.get("/holds", params={"person_id": "person-1", "active": True})
        all_of_them = await client.get("/holds", params={"active": False})
    assert (done.status_code, again.status_code, none.status_code) == (200, 409, 404)
    assert active.json()["items"] == []
    assert [item["release_reason"] for item in all_of_them.json()["items"]] == ["settled"]
    await gate.feed(asks(2))
    assert len(await gate.emitted("contact.allowed")) == 1
    assert len(await gate.emitted("hold.placed")) == len(await gate.emitted("hold.released")) == 1


async def test_a_hold_ends_by_itself(gate: House) -> None:
    await place(gate, until="2026-03-02T05:00:00Z", kind="breathing_space")
    gate.clock.advance(hours=1)
    assert await gate.fire_timers() == 1
    (released,) = await gate.emitted("hold.released")
    assert (released["reason"], released["released_at"]) == ("expired", "2026-03-02T05:00:00Z")
    await gate.feed(asks(1))
    assert len(await gate.emitted("contact.allowed")) == 1


async def test_an_end_that_no_hold_can_have_is_refused(gate: House) -> None:
    passed, without_zone = "2026-03-01T00:00:00Z", "2026-03-09T00:00:00"
    extremes = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
    async with gate.client() as client:
        for until in (passed, without_zone, *extremes):
            values = {"person_id": "p", "customer_id": "c", "kind": "dispute", "until": until}
            answer = await client.post("/holds", json=values, headers={"Idempotency-Key": until})
            assert answer.status_code == 422
