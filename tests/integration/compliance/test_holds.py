"""Holds of every kind, on a person, a debt or a contact point, with their ends."""

from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from services.compliance.domain.record import permit_id_of
from services.compliance.redeeming import Redemption
from shared.contracts.vocabulary import HoldKind, Purpose
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, house
from tests.integration.compliance.persons import post
from tests.unit.compliance.gate_cases import NOON

REVIEWED = {HoldKind.VULNERABLE, HoldKind.HARDSHIP_REVIEW, HoldKind.COMPLAINT}
LEFT_OPEN = {HoldKind.SCRA_ACTIVE_DUTY}
"""Holds that are about going to court, not about contact."""


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def place(gate: House, kind: str, person_id: str = "person-1", **changes: object) -> dict[str, object]:
    return await post(gate, "/holds", person_id=person_id, customer_id="customer-1", kind=kind, **changes)


async def test_every_kind_of_hold_stops_collection_or_asks_for_a_look(gate: House) -> None:
    for number, kind in enumerate(HoldKind):
        await place(gate, kind, person_id=f"person-{kind}")
        await gate.feed(asks(number, person_id=f"person-{kind}"))
    rows = await gate.rows("SELECT person_id, effect FROM decision")
    effects = {row.person_id.removeprefix("person-"): row.effect for row in rows}
    assert {kind for kind, effect in effects.items() if effect == "review"} == REVIEWED
    assert {kind for kind, effect in effects.items() if effect == "allow"} == LEFT_OPEN
    assert {kind for kind, effect in effects.items() if effect == "deny"} == set(
        HoldKind
    ) - REVIEWED - LEFT_OPEN


async def test_a_hold_leaves_open_what_its_kind_leaves_open(gate: House) -> None:
    await place(gate, "instalment_agreement")
    await gate.feed(asks(1, purpose=Purpose.SERVICE), asks(2))
    assert [event["contact_id"] for event in await gate.emitted("contact.allowed")] == ["contact-1"]


async def test_a_hold_on_one_debt_leaves_the_others_open_and_stops_no_case(gate: House) -> None:
    hold = await place(gate, "dispute", debt="account-1")
    assert (hold["debt"], hold["until"]) == ("account-1", None)
    await gate.feed(
        asks(1, debts=["account-1"]), asks(2, debts=["account-2"]), asks(3, debts=["account-2", "account-1"])
    )
    assert [event["contact_id"] for event in await gate.emitted("contact.allowed")] == ["contact-2"]
    assert await gate.emitted("hold.placed") == []


async def test_a_contact_that_names_no_debt_is_about_the_one_on_hold_too(gate: House) -> None:
    hold = await place(gate, "dispute", debt="account-1")
    await gate.feed(asks(1), asks(2, debts=["account-2"]))
    assert [event["contact_id"] for event in await gate.emitted("contact.allowed")] == ["contact-2"]
    await post(gate, f"/holds/{hold['hold_id']}/release", reason="answered")
    await gate.feed(asks(3))
    assert len(await gate.emitted("contact.allowed")) == 2


async def test_a_hold_ends_at_its_instant_exclusive_whether_or_not_its_timer_has_fired(gate: House) -> None:
    until = NOON + timedelta(hours=1)
    await place(gate, "dispute", until=until.isoformat())
    gate.clock.instant = until - timedelta(microseconds=1)
    await gate.feed(asks(1))
    gate.clock.instant = until
    await gate.feed(asks(2))
    rows = await gate.rows("SELECT contact_id, effect, until FROM decision ORDER BY contact_id")
    assert [row.effect for row in rows] == ["deny", "allow"]
    async with gate.client() as client:
        active = (await client.get("/holds", params={"active": True})).json()["items"]
    assert active == []
    assert await gate.fire_timers() == 1
    assert [event["reason"] for event in await gate.emitted("hold.released")] == ["expired"]


async def test_a_hold_released_before_its_end_is_told_once_and_its_timer_finds_nothing(gate: House) -> None:
    hold = await place(gate, "dispute", until=(NOON + timedelta(hours=1)).isoformat())
    await post(gate, f"/holds/{hold['hold_id']}/release", reason="answered")
    await post(gate, f"/holds/{hold['hold_id']}/release", expect=409, reason="again")
    gate.clock.advance(seconds=7200)
    await gate.fire_timers()
    assert len(await gate.emitted("hold.released")) == 1


async def test_of_two_holds_of_a_kind_the_later_end_counts(gate: House) -> None:
    for hours in (2, 1):
        await place(gate, "dispute", until=(NOON + timedelta(hours=hours)).isoformat())
    gate.clock.advance(seconds=3600)
    await gate.fire_timers()
    await gate.feed(asks(1))
    gate.clock.advance(seconds=3600)
    await gate.feed(asks(2))
    rows = await gate.rows("SELECT effect FROM decision ORDER BY contact_id")
    assert [row.effect for row in rows] == ["deny", "allow"]


async def test_a_hold_cannot_end_in_the_past_and_its_own_instant_is_the_past(gate: House) -> None:
    await post(
        gate,
        "/holds",
        expect=422,
        person_id="person-1",
        customer_id="customer-1",
        kind="dispute",
        until=gate.clock.now().isoformat(),
    )
    assert await gate.leaves() == []


async def test_a_hold_on_one_contact_point_leaves_the_others_open(gate: House) -> None:
    await place(gate, "wrong_number", contact_point_id="point-1")
    await gate.feed(asks(1), asks(2, contact_point_id="point-2"))
    assert [event["contact_id"] for event in await gate.emitted("contact.allowed")] == ["contact-2"]


@pytest.mark.parametrize(("wished", "days"), [(None, 60), (30, 30), (90, 60)])
async def test_breathing_space_lasts_sixty_days_at_most(gate: House, wished: int | None, days: int) -> None:
    await post(gate, "/persons/person-1/places", places=[{"country": "GB"}])
    until = None if wished is None else (NOON + timedelta(days=wished)).isoformat()
    hold = await place(gate, "breathing_space", until=until)
    assert datetime.fromisoformat(str(hold["until"])) == NOON + timedelta(days=days)
    gate.clock.advance(days=days)
    assert await gate.fire_timers() == 1
    (released,) = await gate.emitted("hold.released")
    assert released["reason"] == "expired"


async def test_where_no_pack_ends_a_kind_it_lasts_until_it_is_released(gate: House) -> None:
    await post(gate, "/persons/person-1/places", places=[{"country": "CN"}])
    assert (await place(gate, "breathing_space"))["until"] is None


async def test_a_permit_that_is_out_is_decided_again_after_a_hold_that_leaves_its_purpose_open(
    gate: House,
) -> None:
    await gate.feed(asks(1, purpose=Purpose.SERVICE), asks(2))
    await place(gate, "dispute")
    answers = await gate.redeem(
        *(Redemption(permit_id_of(f"contact-{n}", 1), f"contact-{n}", f"dispatch-{n}") for n in (1, 2))
    )
    assert [answer.reason for answer in answers] == [None, "CN-HOLDS"]


async def test_the_release_tells_its_reason_only_in_what_can_be_erased(gate: House) -> None:
    hold = await place(gate, "dispute")
    await post(gate, f"/holds/{hold['hold_id']}/release", reason="settled with the customer")
    entries = await gate.rows("SELECT convert_from(entry, 'UTF8') AS entry FROM log_entry")
    assert not any("settled" in row.entry for row in entries)
    bodies = await gate.rows("SELECT convert_from(body, 'UTF8') AS body FROM payload")
    assert any("settled" in row.body for row in bodies)
