"""What is put on file about persons decides what is permitted, and what was permitted is looked at again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from services.compliance.domain.record import permit_id_of
from services.compliance.redeeming import Redemption
from shared.contracts.contacts import ContactAnswered, ContactDelivered
from shared.contracts.parties import PartyChanged
from shared.contracts.vocabulary import Channel, OutcomeCode, PartyRole, Purpose
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, about, asks, dispatched, house, outcome
from tests.integration.compliance.persons import (
    NEW_YORK,
    call,
    call_came_to,
    dispatched_call,
    post,
    standing,
    validated,
)
from tests.unit.compliance.gate_cases import NOON

PERMIT = permit_id_of("contact-1", 1)


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    return await house(engine_for)


async def reason(gate: House, number: int = 1) -> str | None:
    contact = f"contact-{number}"
    (answer,) = await gate.redeem(Redemption(permit_id_of(contact, 1), contact, f"dispatch-{number}"))
    return answer.reason


async def effects(gate: House) -> dict[str, str]:
    rows = await gate.rows("SELECT contact_id, effect FROM decision")
    return {row.contact_id: row.effect for row in rows}


async def test_a_consent_to_night_calls_opens_the_night_and_its_withdrawal_refuses_the_permit(
    gate: House,
) -> None:
    gate.clock.instant = NOON.replace(hour=15)  # 23:00 in Shanghai
    await gate.feed(asks(1))
    consent = await post(gate, "/persons/person-1/consents", kind="time")
    await gate.feed(asks(2), asks(3, channel=Channel.EMAIL))
    assert await effects(gate) == {"contact-1": "defer", "contact-2": "allow", "contact-3": "allow"}
    path = f"/persons/person-1/consents/{consent['consent_id']}/withdraw"
    assert (await post(gate, path))["withdrawn_at"] is not None
    assert await reason(gate, 2) == "CN-TIME"
    await post(gate, path, expect=404)
    await gate.feed(asks(4))
    assert (await effects(gate))["contact-4"] == "defer"


async def test_a_consent_ends_by_itself_and_the_permit_with_it(gate: House) -> None:
    gate.clock.instant = NOON.replace(hour=15)
    until = gate.clock.now() + timedelta(minutes=2)
    await post(gate, "/persons/person-1/consents", kind="time", channel="sms", until=until.isoformat())
    await gate.feed(asks(1), asks(2, channel=Channel.EMAIL))
    assert await effects(gate) == {"contact-1": "allow", "contact-2": "defer"}
    (allowed,) = await gate.emitted("contact.allowed")
    assert datetime.fromisoformat(allowed["valid_until"]) == until


async def test_a_preference_is_kept_until_it_is_withdrawn(gate: House) -> None:
    asked = {"kind": "inconvenient", "from_time": "11:00", "to_time": "13:00", "weekdays": [1, 2]}
    await gate.feed(asks(1))
    kept = await post(gate, "/persons/person-1/preferences", **asked)
    assert await reason(gate) == "CN-PREF-TIME-PLACE"
    await gate.feed(asks(2))
    (deferred,) = await gate.emitted("contact.deferred")
    assert deferred["until"] == "2026-03-02T05:00:00Z"
    await post(gate, f"/persons/person-1/preferences/{kept['preference_id']}/withdraw")
    await gate.feed(asks(3))
    assert (await effects(gate))["contact-3"] == "allow"


async def test_a_contact_person_who_refuses_is_not_contacted_again(gate: House) -> None:
    await post(gate, "/persons/person-1/facts", facts=[{"name": "debtor_unreachable", "value": True}])
    third = {"role": PartyRole.CONTACT, "purpose": Purpose.LOCATE}
    await gate.feed(asks(1, **third))
    await post(gate, "/persons/person-1/preferences", kind="refuses_contact")
    await gate.feed(asks(2, **third))
    assert await effects(gate) == {"contact-1": "allow", "contact-2": "deny"}


async def test_three_failures_in_a_row_make_the_debtor_unreachable_for_the_contact_person(
    gate: House,
) -> None:
    def party(person_id: str, role: PartyRole) -> PartyChanged:
        return PartyChanged(
            person_id=person_id,
            customer_id="customer-1",
            version=1,
            role=role,
            jurisdiction="CN",
            language="zh",
            time_zone="Asia/Shanghai",
            sealed_name="sealed",
            contact_points=[],
        )

    third = {"person_id": "person-2", "role": PartyRole.CONTACT, "purpose": Purpose.LOCATE}
    await gate.feed(party("person-1", PartyRole.DEBTOR), party("person-2", PartyRole.CONTACT))
    in_china = {"jurisdiction": "CN", "time_zone": "Asia/Shanghai"}
    for number in (1, 2, 3):
        await gate.feed(asks(10 + number, **third))
        await gate.feed(call(number, **in_china))
        assert await reason(gate, number) is None
        await gate.feed(dispatched_call(gate, number), call_came_to(gate, number, OutcomeCode.NO_ANSWER))
    await gate.feed(asks(20, **third))
    decided = await effects(gate)
    assert [decided[f"contact-{number}"] for number in (11, 12, 13, 20)] == ["deny", "deny", "deny", "allow"]
    later = gate.clock.now() + timedelta(hours=1)
    await gate.feed(
        msgspec.structs.replace(call_came_to(gate, 4, OutcomeCode.OTHER), contact_id=None, recorded_at=later)
    )
    await gate.feed(asks(21, **third))
    assert (await effects(gate))["contact-21"] == "deny"


async def test_a_fact_is_true_false_or_not_known_for_a_debt_or_a_number(gate: House) -> None:
    path = "/persons/person-1/facts"
    said = await post(
        gate,
        path,
        facts=[
            {"name": "time_barred", "value": True, "debt": "account-1"},
            {"name": "time_barred", "value": False, "debt": "account-2"},
        ],
    )
    assert [(one["debt"], one["value"], one["set_by"]) for one in said["facts"]] == [
        ("account-1", True, "tester"),
        ("account-2", False, "tester"),
    ]
    threat = {"content_tags": ["institution_name", "sue_threat"]}
    await gate.feed(
        asks(1, debts=["account-1"], **threat),
        asks(2, debts=["account-2"], **threat),
        asks(3, debts=["account-3"], **threat),
    )
    assert await effects(gate) == {"contact-1": "review", "contact-2": "allow", "contact-3": "review"}
    rows = await gate.rows("SELECT contact_id, reasons FROM decision WHERE contact_id = 'contact-3'")
    assert rows[0].reasons[0]["numbers"]["unknown"] == "time_barred"
    said = await post(gate, path, facts=[{"name": "time_barred", "value": None, "debt": "account-1"}])
    assert [one["debt"] for one in said["facts"]] == ["account-2"]


async def test_a_place_brings_its_packs_and_the_one_that_was_left_stays_for_a_while(gate: House) -> None:
    await post(gate, "/persons/person-1/places", places=[{"country": "IN"}])
    gate.clock.instant = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)  # 21:30 in Shanghai, 19:00 in India
    await gate.feed(asks(1))
    (deferred,) = await gate.emitted("contact.deferred")
    assert "IN-TIME" in {reason["rule_id"] for reason in deferred["reasons"]}
    where = await post(gate, "/persons/person-1/places", places=[])
    assert [place["country"] for place in where["places"]] == ["IN"]
    gate.clock.advance(days=7)
    await gate.feed(asks(2))
    assert (await effects(gate))["contact-2"] == "allow"
    assert (await standing(gate))["where"]["places"] == []


async def test_a_validation_notice_opens_collection_and_a_place_without_a_pack_is_for_a_human(
    gate: House,
) -> None:
    gate.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    await gate.feed(call(1), asks(2, jurisdiction="ZZ"), asks(3, jurisdiction="<script>"))
    await validated(gate)
    await gate.feed(call(4))
    decided = await effects(gate)
    assert decided == {
        "contact-1": "deny",
        "contact-2": "review",
        "contact-3": "review",
        "contact-4": "allow",
    }
    told = await gate.rows("SELECT reasons::text AS said FROM decision WHERE contact_id = 'contact-3'")
    assert "script" not in told[0].said
    assert NEW_YORK["jurisdiction"] == "US-CT"


@pytest.mark.parametrize("zone", [None, "Mars/Olympus", "../../etc/passwd", "Factory"])
async def test_a_zone_that_nobody_knows_is_for_a_human(gate: House, zone: str | None) -> None:
    gate.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    await gate.feed(asks(1, jurisdiction="GB", time_zone=zone))
    assert await effects(gate) == {"contact-1": "review"}


async def test_news_of_a_contact_are_its_outcome_in_whatever_order_they_come(gate: House) -> None:
    await gate.feed(asks(1), asks(2))
    await gate.redeem(Redemption(PERMIT, "contact-1", "d"))
    arrived = ContactDelivered(**about(PERMIT), delivered_at=NOON)
    await gate.feed(arrived)
    await gate.feed(dispatched(PERMIT))
    found = await standing(gate)
    assert {one["attempt_id"]: one["outcome"] for one in found["attempts"]}[PERMIT] == "delivered"
    await gate.feed(ContactAnswered(**about(PERMIT), answered_at=NOON))
    await gate.feed(outcome(OutcomeCode.PROMISE))
    found = await standing(gate)
    replies = [one for one in found["attempts"] if one["direction"] == "in"]
    assert [(one["outcome"], one["channel"]) for one in replies] == [("conversation", "sms")]
    await gate.feed(asks(3))
    assert (await effects(gate))["contact-3"] == "allow"  # what a person sends is no attempt of ours


async def test_an_inbound_call_starts_the_cooldown_of_seven_days(gate: House) -> None:
    gate.clock.instant = datetime(2026, 7, 6, 14, 0, tzinfo=UTC)
    await validated(gate)
    await gate.feed(call(1))
    called = msgspec.structs.replace(
        call_came_to(gate, 1, OutcomeCode.OTHER), contact_id=None, outcome_id="inbound-call"
    )
    await gate.feed(called)
    assert await reason(gate) == "US-CONV-7"
    gate.clock.instant = datetime(2026, 7, 12, 14, 0, tzinfo=UTC)
    await gate.feed(call(2))
    gate.clock.instant = datetime(2026, 7, 13, 14, 0, tzinfo=UTC)
    await gate.feed(call(3))
    decided = await effects(gate)
    assert (decided["contact-2"], decided["contact-3"]) == ("defer", "allow")


async def test_the_standing_of_a_person_is_shown_whole(gate: House) -> None:
    await gate.feed(asks(1), outcome(OutcomeCode.COMPLAINT))
    await post(gate, "/persons/person-1/consents", kind="frequency")
    await post(gate, "/persons/person-1/preferences", kind="medium_opt_out", channel="email")
    found = await standing(gate)
    assert [hold["kind"] for hold in found["holds"]] == ["complaint"]
    assert [one["kind"] for one in found["consents"]] == ["frequency"]
    assert [one["channel"] for one in found["preferences"]] == ["email"]
    nobody = await standing(gate, "person-unknown")
    assert nobody["attempts"] == nobody["holds"] == nobody["merged"] == []


async def test_every_command_has_its_leaf_and_says_nothing_personal_in_it(gate: House) -> None:
    path = "/persons/person-1"
    await post(gate, f"{path}/consents", kind="time")
    await post(gate, f"{path}/preferences", kind="refuses_contact")
    await post(gate, f"{path}/facts", facts=[{"name": "time_barred", "value": True}])
    await post(gate, f"{path}/zones", source="declared", zones=["Asia/Shanghai"])
    await post(gate, f"{path}/places", places=[{"country": "CN", "state": "XJ"}])
    await post(gate, f"{path}/events", kind="validation_sent")
    kinds = [leaf["kind"] for leaf in await gate.leaves()]
    assert kinds == [
        "consent_recorded",
        "preference_recorded",
        "facts_set",
        "zones_declared",
        "places_declared",
        "event_recorded",
    ]
    entries = await gate.rows("SELECT convert_from(entry, 'UTF8') AS entry FROM log_entry")
    text = "".join(row.entry for row in entries)
    for word in ("person-1", "XJ", "Shanghai", "time_barred", "tester"):
        assert word not in text
    async with gate.client() as client:
        await client.post("/erasures", json={"person_id": "person-1"}, headers={"Idempotency-Key": "e"})
    assert await gate.rows("SELECT 1 FROM payload") == []


async def test_a_command_that_is_sent_again_is_done_once(gate: House) -> None:
    one = await post(gate, "/persons/person-1/consents", key="a", kind="time")
    assert await post(gate, "/persons/person-1/consents", key="a", kind="time") == one
    assert len(await gate.leaves()) == len(await gate.rows("SELECT 1 FROM consent")) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("consents", {"kind": "everything"}),
        ("consents", {"kind": "time", "until": "2026-03-01T00:00:00Z"}),
        ("consents", {"kind": "time", "given_at": "2026-03-03T00:00:00Z"}),
        ("consents", {"kind": "time", "given_at": "0001-01-01T00:00:00+14:00"}),
        ("preferences", {"kind": "inconvenient", "from_time": "11:00"}),
        ("preferences", {"kind": "inconvenient", "from_time": "24:00", "to_time": "25:00"}),
        ("preferences", {"kind": "inconvenient", "weekdays": [8]}),
        ("facts", {"facts": []}),
        ("facts", {"facts": [{"name": "rich", "value": True}]}),
        ("facts", {"facts": [{"name": "time_barred", "value": "yes"}]}),
        ("facts", {"facts": [{"name": "time_barred", "value": True}] * 2}),
        ("zones", {"source": "declared", "zones": ["Mars/Olympus"]}),
        ("zones", {"source": "guess", "zones": []}),
        ("places", {"places": [{"country": "China"}]}),
        ("events", {"kind": "moon_landing"}),
        ("events", {"kind": "validation_sent", "at": "9999-12-31T23:59:59-14:00"}),
        ("merge", {}),
    ],
)
async def test_what_cannot_be_kept_is_refused(gate: House, path: str, body: dict[str, Any]) -> None:
    await post(gate, f"/persons/person-1/{path}", expect=422, **body)
    assert await gate.leaves() == []
