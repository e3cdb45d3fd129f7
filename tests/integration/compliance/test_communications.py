"""What follows from attempts and replies: the initial communication, and that a debtor is out of reach."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest_asyncio

from shared.contracts.vocabulary import Channel, OutcomeCode, PartyRole, Purpose
from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import lives_in
from tests.integration.compliance.house import House, asks, house
from tests.integration.compliance.persons import NEW_YORK, call_came_to, made_call, standing


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def effects(gate: House) -> dict[str, str]:
    rows = await gate.rows("SELECT contact_id, effect FROM decision")
    return {row.contact_id: row.effect for row in rows}


async def test_a_call_that_came_to_a_conversation_is_the_initial_communication(gate: House) -> None:
    gate.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    await gate.feed(lives_in("US-CT", "America/New_York"))
    said = msgspec.structs.replace(call_came_to(gate, 1, OutcomeCode.RIGHT_PARTY), contact_id=None)
    await gate.feed(said)
    assert [(event["kind"], event["at"]) for event in (await standing(gate))["events"]] == [
        ("initial_communication", "2026-07-01T14:00:00Z")
    ]
    # The validation notice has five days from then on; collection may go on meanwhile, and not after.
    gate.clock.advance(days=2)
    await gate.feed(asks(2, **NEW_YORK))
    gate.clock.advance(days=4)
    await gate.feed(asks(3, **NEW_YORK))
    rows = await gate.rows("SELECT contact_id, reasons FROM decision")
    rules = {row.contact_id: {reason["rule_id"] for reason in row.reasons} for row in rows}
    assert "US-VALIDATION" not in rules["contact-2"]
    assert "US-VALIDATION" in rules["contact-3"]


async def test_the_initial_communication_is_the_first_one_and_not_a_call_that_nobody_took(
    gate: House,
) -> None:
    gate.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    await gate.feed(lives_in("US-CT", "America/New_York"))
    notice = {"purpose": Purpose.VALIDATION}
    await made_call(gate, 1, OutcomeCode.NO_ANSWER, **notice)
    assert "initial_communication" not in [one["kind"] for one in (await standing(gate))["events"]]
    gate.clock.advance(days=1)
    await made_call(gate, 2, OutcomeCode.RIGHT_PARTY, **notice)
    gate.clock.advance(days=9)
    await made_call(gate, 3, OutcomeCode.RIGHT_PARTY, **notice)
    events = (await standing(gate))["events"]
    first = [one["at"] for one in events if one["kind"] == "initial_communication"]
    assert first == ["2026-07-02T14:00:00Z"]


async def test_where_no_rule_asks_for_it_no_initial_communication_is_kept(gate: House) -> None:
    await gate.feed(lives_in("CN", "Asia/Shanghai"))
    await gate.feed(msgspec.structs.replace(call_came_to(gate, 1, OutcomeCode.RIGHT_PARTY), contact_id=None))
    assert (await standing(gate))["events"] == []


async def test_a_debtor_who_wrote_since_is_not_out_of_reach(gate: House) -> None:
    await gate.feed(lives_in("CN", "Asia/Shanghai"))
    in_china = {"jurisdiction": "CN", "time_zone": "Asia/Shanghai"}
    for number in (1, 2, 3):
        await made_call(gate, number, OutcomeCode.NO_ANSWER, **in_china)
    third = {"person_id": "person-2", "role": PartyRole.CONTACT, "purpose": Purpose.LOCATE}
    await gate.feed(asks(11, **third))
    reply = msgspec.structs.replace(
        call_came_to(gate, 4, OutcomeCode.OTHER),
        contact_id=None,
        channel=Channel.SMS,
        recorded_at=gate.clock.now() + timedelta(minutes=5),
    )
    await gate.feed(reply)
    await gate.feed(asks(12, **third))
    decided = await effects(gate)
    assert (decided["contact-11"], decided["contact-12"]) == ("allow", "deny")
