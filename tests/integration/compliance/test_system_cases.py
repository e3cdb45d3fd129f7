"""The system-level cases of the rules' case table that the gate decides, by their numbers."""

import asyncio
from datetime import UTC, datetime

import pytest_asyncio

from services.compliance.domain.record import decision_id_of, permit_id_of
from services.compliance.redeeming import Redemption
from shared.contracts.contacts import ContactFailed, OptedOut
from shared.contracts.vocabulary import Channel, OutcomeCode
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, about, asks, house
from tests.integration.compliance.persons import (
    call,
    call_came_to,
    made_call,
    post,
    validated,
)
from tests.unit.compliance.gate_cases import NOON

TEN_IN_NEW_YORK = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
PERMIT = permit_id_of("contact-1", 1)


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    made = await house(engine_for)
    made.clock.instant = TEN_IN_NEW_YORK
    return made


async def six_of_seven(gate: House) -> None:
    """Six unanswered calls on the six days before the fourth of July, 10:00 in New York."""
    await validated(gate)
    for number in range(1, 7):
        await made_call(gate, number)
        gate.clock.advance(days=1)


async def test_s1_a_dispatch_after_the_end_of_the_window_is_refused(gate: House) -> None:
    await validated(gate)
    gate.clock.instant = datetime(2026, 7, 8, 0, 58, tzinfo=UTC)  # 20:58 in New York
    await gate.feed(call(1))
    assert (await gate.emitted("contact.allowed"))[0]["valid_until"] == "2026-07-08T01:00:00Z"
    gate.clock.advance(minutes=3)
    (answer,) = await gate.redeem(Redemption(PERMIT, "contact-1", "dispatch-1"))
    assert (answer.result, answer.reason) == ("refused", "PERMIT-EXPIRED")


async def test_s2_of_two_that_ask_at_the_same_time_for_the_seventh_call_one_gets_it(gate: House) -> None:
    await six_of_seven(gate)
    await asyncio.gather(gate.feed(call(20)), gate.feed(call(21)))
    rows = await gate.rows(
        "SELECT effect, reasons FROM decision WHERE contact_id LIKE 'contact-2_' ORDER BY effect"
    )
    assert [row.effect for row in rows] == ["allow", "defer"]
    seven = [reason for reason in rows[1].reasons if reason["rule_id"] == "US-7-IN-7"]
    assert [reason["numbers"]["max"] for reason in seven] == ["7"]


async def test_s3_an_attempt_without_an_outcome_counts_until_records_prove_that_there_was_none(
    gate: House,
) -> None:
    await six_of_seven(gate)
    await gate.feed(call(20))
    permit_id = permit_id_of("contact-20", 1)
    await gate.redeem(Redemption(permit_id, "contact-20", "dispatch-20"))
    gate.clock.advance(hours=5)
    await gate.fire_timers()
    await gate.feed(call(21))
    (deferred,) = await gate.emitted("contact.deferred")
    assert "US-7-IN-7" in {reason["rule_id"] for reason in deferred["reasons"]}
    unsent = about(permit_id, "contact-20", channel=Channel.CALL_LIVE)
    await gate.feed(
        ContactFailed(**unsent, reason="no call at the carrier", left_bank=False, failed_at=gate.clock.now())
    )
    await gate.feed(call(22))
    assert (await gate.emitted("contact.allowed"))[-1]["contact_id"] == "contact-22"


async def test_s4_a_conversation_that_is_reported_late_makes_the_call_since_a_breach(gate: House) -> None:
    await validated(gate)
    gate.clock.instant = datetime(2026, 7, 1, 18, 0, tzinfo=UTC)  # 14:00 in New York
    await made_call(gate, 1)  # noted as unanswered at first
    gate.clock.advance(hours=2)
    await made_call(gate, 2)
    assert await gate.emitted("violation") == []
    gate.clock.advance(hours=2)
    at = datetime(2026, 7, 1, 18, 0, tzinfo=UTC)
    late = call_came_to(gate, 1, OutcomeCode.RIGHT_PARTY, at=at)
    late = type(late)(
        **{name: getattr(late, name) for name in late.__struct_fields__} | {"outcome_id": "late"}
    )
    await gate.feed(late)
    (violation,) = await gate.emitted("violation")
    assert (violation["rule_id"], violation["contact_id"]) == ("US-CONV-7", "contact-2")
    assert violation["records"] == [decision_id_of("contact-2", 1), "outcome:late"]
    leaf = (await gate.leaves())[-1]
    assert (leaf["kind"], leaf["rule"], leaf["records"]) == ("violation", "US-CONV-7", violation["records"])
    await gate.feed(late)
    assert len(await gate.emitted("violation")) == 1


async def test_s4_no_call_is_permitted_while_it_is_not_known_what_the_last_one_came_to(gate: House) -> None:
    await validated(gate)
    await made_call(gate, 1, outcome=None)
    gate.clock.advance(hours=2)
    await gate.feed(call(2))
    (deferred,) = await gate.emitted("contact.deferred")
    assert [reason["rule_id"] for reason in deferred["reasons"]] == ["US-CONV-7"]
    await gate.feed(call_came_to(gate, 1, OutcomeCode.NO_ANSWER))
    await gate.feed(call(3))
    assert (await gate.emitted("contact.allowed"))[-1]["contact_id"] == "contact-3"


async def test_s5_an_event_that_is_delivered_again_counts_once(gate: House) -> None:
    await validated(gate)
    await gate.feed(call(1))
    await gate.redeem(Redemption(PERMIT, "contact-1", "dispatch-1"))
    news = [gate.received(call_came_to(gate, 1, code)) for code in (OutcomeCode.NO_ANSWER,)]
    await gate.feed_received([*news, *news])
    before = await gate.rows("SELECT * FROM attempt ORDER BY permit_id")
    leaves = len(await gate.leaves())
    await gate.feed_received(news)
    assert await gate.rows("SELECT * FROM attempt ORDER BY permit_id") == before
    assert len(await gate.leaves()) == leaves


async def test_s7_after_a_move_the_attempts_are_counted_by_both_clocks(gate: House) -> None:
    await post(gate, "/persons/person-1/zones", source="declared", zones=["America/New_York"])
    await validated(gate)
    in_massachusetts = {"jurisdiction": "US-MA", "time_zone": None}
    for number in (1, 2):
        await made_call(gate, number, **in_massachusetts)
        gate.clock.advance(days=1)
    gate.clock.instant = datetime(2026, 7, 7, 16, 0, tzinfo=UTC)
    await gate.feed(call(3, **in_massachusetts))
    where = await post(gate, "/persons/person-1/zones", source="declared", zones=["America/Los_Angeles"])
    assert {zone["zone"] for zone in where["zones"]} == {"America/New_York", "America/Los_Angeles"}
    await gate.feed(call(3, ask=2, **in_massachusetts))
    before, after = await gate.emitted("contact.deferred")
    assert [reason["rule_id"] for reason in before["reasons"]] == ["MA-2-IN-7"]
    # The call of the first of July is seven dates ago when the eighth begins: in the one zone, then in both.
    assert (before["until"], after["until"]) == ("2026-07-08T12:00:00Z", "2026-07-08T15:00:00Z")
    gate.clock.advance(days=7)
    where = await post(gate, "/persons/person-1/zones", source="phone_prefix", zones=[])
    assert {zone["zone"] for zone in where["zones"]} == {"America/Los_Angeles"}


async def test_s9_a_message_that_is_queued_when_stop_arrives_is_refused(gate: House) -> None:
    gate.clock.instant = NOON
    await gate.feed(asks(1))
    await gate.feed(
        OptedOut(
            person_id="person-1",
            customer_id="customer-1",
            channel=Channel.SMS,
            contact_point_id=None,
            opted_out_at=NOON,
        )
    )
    (answer,) = await gate.redeem(Redemption(PERMIT, "contact-1", "dispatch-1"))
    assert (answer.result, answer.reason) == ("refused", "CN-OPTOUT")
