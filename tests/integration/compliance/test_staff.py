"""Who may contact (register row F7): the register of staff, certificates, and the gate that asks it."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from services.compliance.gate import Ask
from services.compliance.journal import Journal
from services.compliance.store import people
from shared.contracts.vocabulary import Channel
from tests.conftest import EngineFor
from tests.integration.compliance.house import asks
from tests.integration.compliance.staff_house import DIGEST, Staff, rules_of, staff

COURSE = {"course_id": "course-1", "kind": "compliance_training", "title": "合规培训 2026"}


@pytest_asyncio.fixture
async def register(engine_for: EngineFor) -> AsyncIterator[Staff]:
    async with staff(engine_for) as made:
        yield made


async def test_f7_only_who_is_trained_and_certified_contacts_and_nobody_after_it_expired(
    register: Staff,
) -> None:
    assert rules_of(await register.permit(1)) == {"BANK-TRAINED"}
    await register.post("/training-courses", 201, **COURSE, passing_score=80, valid_days=400)
    await register.enrol(branch_id="branch-1")
    await register.pass_("job_certificate", valid_until="2027-06-01T00:00:00+08:00", score=91)
    await register.pass_("compliance_training", status=422, course_id="course-1", score=79)
    assert rules_of(await register.permit(2)) == {"BANK-TRAINED"}
    await register.pass_("compliance_training", course_id="course-1", score=80)
    assert (await register.get("/staff/staff-1/standing", channel="call_live"))["may_contact"]
    allowed = await register.permit(3)
    assert allowed["effect"] == "allow"
    assert await register.redeem(3) == ("redeemed", None)
    # The training counts for 365 days, whatever the course says.
    register.house.clock.advance(days=335)
    await register.house.fire_timers()
    (warned,) = await register.house.emitted("certificate_expiring")
    assert (warned["kind"], warned["ends_at"]) == ("compliance_training", "2027-03-02T04:00:00Z")
    register.house.clock.advance(days=29, hours=23, minutes=57)
    assert (await register.permit(4))["effect"] == "allow"
    register.house.clock.advance(minutes=3)
    await register.house.fire_timers()
    assert await register.redeem(4) == ("refused", "PERMIT-WITHDRAWN")
    denied = await register.permit(5)
    (reason,) = denied["reasons"]
    assert (denied["effect"], reason["rule_id"]) == ("deny", "BANK-TRAINED")
    assert reason["numbers"]["missing"] == "collector_trained"
    shown = await register.get("/staff/staff-1")
    assert shown["lacks"] == ["compliance_training"]
    assert len(await register.house.emitted("certificate_expired")) == 1
    kinds = [leaf["kind"] for leaf in await register.house.leaves()]
    assert kinds.count("staff_certified") == 2 and "staff_certificate_expired" in kinds
    await register.house.sign()
    assert (await register.house.audit()).first_findings == []


async def test_the_door_of_kafka_asks_the_register_as_well(register: Staff) -> None:
    await register.train()
    await register.house.feed(
        asks(1, channel=Channel.CALL_LIVE, staff_id="staff-1"),
        asks(2, channel=Channel.CALL_LIVE, staff_id="staff-2", person_id="person-2"),
        asks(3, channel=Channel.SMS, staff_id="staff-2", person_id="person-3"),
    )
    rows = await register.house.rows("SELECT contact_id, effect FROM decision ORDER BY contact_id")
    assert [tuple(row) for row in rows] == [
        ("contact-1", "allow"),
        ("contact-2", "deny"),
        ("contact-3", "allow"),
    ]


async def test_a_revoked_certificate_takes_back_the_permits_that_are_open(register: Staff) -> None:
    job, _ = await register.train()
    await register.train("staff-2")
    for number, member in ((1, "staff-1"), (2, "staff-2"), (3, "staff-1")):
        answer = await register.permit(number, member, person_id=f"person-{number}")
        assert answer["effect"] == "allow"
    assert await register.redeem(3) == ("redeemed", None)
    await register.post(f"/certificates/{job}/revocation", reason="Somebody else sat the exam")
    assert await register.redeem(1) == ("refused", "PERMIT-WITHDRAWN")
    assert await register.redeem(2) == ("redeemed", None)
    assert rules_of(await register.permit(4)) == {"BANK-TRAINED"}
    (leaf,) = [one for one in await register.house.leaves() if one["kind"] == "permit_withdrawn"]
    assert (leaf["contact"], leaf["rule"]) == ("contact-1", "BANK-TRAINED")
    await register.post(f"/certificates/{job}/revocation", 409, reason="again")
    await register.house.fire_timers()
    register.house.clock.advance(days=400)
    await register.house.fire_timers()
    assert {event["kind"] for event in await register.house.emitted("certificate_expired")} == {
        "compliance_training"
    }


async def test_a_permit_that_is_being_given_while_its_certificate_is_revoked_is_taken_back(
    register: Staff,
) -> None:
    job, _ = await register.train()
    house = register.house
    async with house.transactions.begin() as work:
        await people.lock(work.connection, ["person-1"])
        asked = asks(1, channel=Channel.CALL_LIVE, staff_id="staff-1")
        (made,) = await house.gate.permit([Ask(asked)], work, Journal(house.settings.pseudonyms))
        assert made.permit_id is not None
        revoking = asyncio.create_task(register.post(f"/certificates/{job}/revocation", reason="Fraud"))
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
        while not (revoking.done() or await house.rows(waiting)):  # noqa: ASYNC110  # only the database knows
            await asyncio.sleep(0.01)
    await revoking
    assert await register.redeem(1) == ("refused", "PERMIT-WITHDRAWN")


async def test_who_is_suspended_makes_no_contacts_until_it_is_lifted(register: Staff) -> None:
    await register.train()
    assert (await register.permit(1))["effect"] == "allow"
    made = await register.post("/staff/staff-1/suspensions", 201, reason="Under investigation")
    assert await register.redeem(1) == ("refused", "PERMIT-WITHDRAWN")
    assert (await register.get("/staff/staff-1"))["lacks"] == ["suspended"]
    name = made["suspension_id"]
    await register.post(f"/staff/staff-1/suspensions/{name}/lifting", reason="Unfounded")
    assert (await register.permit(2))["effect"] == "allow"
    await register.post(f"/staff/staff-1/suspensions/{name}/lifting", 409, reason="again")


async def test_a_sanction_that_suspends_stops_contacts_until_it_is_lifted(register: Staff) -> None:
    await register.train()
    async with register.house.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO sanction (sanction_id, complaint_id, person_id, collector_id, finding, measure,"
            " points, vetoes_incentive, sanctioned_on, sanctioned_at) VALUES ('sanction-1', 'c', 'person-9',"
            " 'staff-1', 'upheld', 'suspension', 12, true, '2026-03-01', '2026-03-01T00:00:00Z')"
        )
    assert rules_of(await register.permit(1)) == {"BANK-TRAINED"}
    (shown,) = (await register.get("/staff/staff-1"))["suspensions"]
    assert (shown["suspension_id"], shown["suspended_by"]) == ("sanction-1", "complaints")
    await register.post("/staff/staff-1/suspensions/sanction-1/lifting", reason="Served")
    assert (await register.permit(2))["effect"] == "allow"


async def test_staff_of_an_agency_needs_the_same_and_works_for_that_agency_only(
    engine_for: EngineFor,
) -> None:
    vouched = ["agency_whitelisted", "mandate_active", "official_number", "recorded_line"]
    desks = {
        "bank": {"facts": ["recorded_line", "official_number"]},
        "agency-1": {"role": "agency", "facts": vouched},
    }
    agency = {"collector_id": "agency-1", "role": "agency"}
    async with staff(engine_for, desks=desks) as register:
        await register.enrol("staff-7", agency_id="agency-1")
        assert rules_of(await register.permit(1, "staff-7", collector=agency)) == {"BANK-TRAINED"}
        await register.pass_("job_certificate", "staff-7")
        await register.pass_("compliance_training", "staff-7")
        assert (await register.permit(2, "staff-7", collector=agency))["effect"] == "allow"
        assert rules_of(await register.permit(3, "staff-7")) == {"BANK-TRAINED"}


async def test_who_does_not_work_here_any_more_contacts_nobody(register: Staff) -> None:
    await register.train()
    await register.enrol(active_until=(register.now.replace(minute=2)).isoformat())
    assert (await register.permit(1))["effect"] == "allow"
    register.house.clock.advance(minutes=2)
    await register.house.fire_timers()
    assert await register.redeem(1) == ("refused", "PERMIT-WITHDRAWN")
    assert (await register.get("/staff/staff-1"))["lacks"] == ["not_active"]
    assert (await register.get("/staff", active=True))["items"] == []


async def test_nobody_can_claim_of_themselves_what_the_register_says(register: Staff) -> None:
    claims = {"facts": ["recorded_line", "collector_trained", "collector_independent", "rotation_excepted"]}
    assert rules_of(await register.permit(1, collector=claims)) == {"BANK-TRAINED"}
    await register.train()
    await register.post("/staff/staff-1/conflicts", 201, person_id="person-1", relation="family")
    assert rules_of(await register.permit(2, collector=claims)) == {"BANK-INDEPENDENT"}


async def test_a_new_certificate_in_time_means_no_warning(register: Staff) -> None:
    await register.train()
    register.house.clock.advance(days=300)
    await register.pass_("compliance_training")
    register.house.clock.advance(days=100)
    await register.house.fire_timers()
    assert await register.house.emitted("certificate_expir") == []
    assert (await register.permit(1))["effect"] == "allow"


async def test_uploads_take_good_rows_and_tell_line_field_and_remedy_of_others(register: Staff) -> None:
    members = (
        "staff_id,role,agency_id,branch_id,active_from\n"
        "staff-1,collector,,branch-1,2025-01-01T00:00:00+08:00\n"
        "staff-2,boss,,,2025-01-01T00:00:00+08:00\n"
        "staff-3,team_lead,agency-1,,2025-01-01T00:00:00\n"
        "staff-4,collector\n"
        "staff-1,team_lead,,,2025-01-01T00:00:00Z\n"
    )
    made = await register.upload("/staff-batches", members)
    assert (made["taken"], made["changed"]) == (1, 1)
    found = [(error["line"], error["field"]) for error in made["errors"]]
    assert found == [(3, "role"), (4, "active_from"), (5, ""), (6, "staff_id")]
    assert all(error["message"] and error["remedy"] for error in made["errors"])
    again = await register.upload("/staff-batches", members)
    assert (again["taken"], again["changed"]) == (1, 0)
    certificates = "\n".join(
        [
            f'{{"staff_id": "{staff_id}", "kind": "job_certificate",'
            f' "passed_at": "2026-01-01T00:00:00Z", "evidence_digest": "{DIGEST}"}}'
            for staff_id in ("staff-1", "staff-9")
        ]
        + ["not json", ""]
    )
    made = await register.upload("/certificate-batches", certificates, "application/x-ndjson")
    assert (made["taken"], made["changed"]) == (1, 1)
    assert [(error["line"], error["field"]) for error in made["errors"]] == [(2, "staff_id"), (3, "")]
    await register.upload("/staff-batches", "x", "application/pdf", 415)
    assert [leaf["kind"] for leaf in await register.house.leaves()] == ["staff_changed", "staff_certified"]


async def test_lists_are_paged_by_keys_and_need_scopes(register: Staff) -> None:
    for number in range(5):
        await register.enrol(f"staff-{number}", branch_id=f"branch-{number % 2}")
        await register.pass_("licence", f"staff-{number}", valid_until=f"2026-0{number + 4}-01T00:00:00Z")
    first = await register.get("/staff", limit=3)
    rest = await register.get("/staff", limit=3, cursor=first["next"])
    assert [one["staff_id"] for one in first["items"] + rest["items"]] == [f"staff-{n}" for n in range(5)]
    assert rest["next"] is None
    assert len((await register.get("/staff", branch_id="branch-1"))["items"]) == 2
    query = {"ends_before": "2026-07-15T00:00:00+08:00", "limit": 2}
    first = await register.get("/certificates", **query)
    rest = await register.get("/certificates", **query, cursor=first["next"])
    assert [one["staff_id"] for one in first["items"] + rest["items"]] == [f"staff-{n}" for n in range(4)]
    shown = await register.get("/staff-rules")
    assert shown["version"] == "2026.11.0" and shown["rules"]["rotation"]["limit_days"] == 180
    await register.get("/staff", 403, who="desk")
    await register.post("/staff", 403, who="reader", staff_id="x", role="collector", active_from="2025")
    await register.get("/staff/staff-99", 404)
    assert len((await register.get("/training-courses"))["items"]) == 0


async def test_the_same_key_registers_once(register: Staff) -> None:
    headers = {"X-API-Key": "rk_compliance-clerk-key-for-tests", "Idempotency-Key": "same"}
    said = {"staff_id": "staff-1", "role": "collector", "active_from": "2025-01-01T00:00:00Z"}
    answers = [await register.client.post("/staff", json=said, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await register.house.emitted("staff.changed")) == 1
