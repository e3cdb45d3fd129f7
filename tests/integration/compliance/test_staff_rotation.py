"""Nobody stays with the same debtor for too long (register row F8), or contacts whom they are tied to."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest_asyncio

from services.compliance.domain.staff.tenure import latest, tenure_of
from services.compliance.staff_rotation import RotationSweep, tenures
from shared.contracts.staff import StaffRole
from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import lives_in
from tests.integration.compliance.staff_house import Staff, rules_of, staff


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Staff]:
    async with staff(engine_for) as made:
        yield made


async def test_f8_who_is_too_long_with_a_debtor_is_reassigned_and_then_denied(desk: Staff) -> None:
    await desk.train()
    await desk.train("staff-2")
    for number, days in enumerate((0, 60, 60, 59), start=1):
        desk.house.clock.advance(days=days)
        assert (await desk.permit(number))["effect"] == "allow"
        assert await desk.redeem(number) == ("redeemed", None)
    assert await desk.sweep.step() == 0
    (near,) = (await desk.get("/rotation/tenures", near_days=5))["items"]
    assert (near["days"], near["limit_days"], near["due"]) == (179, 180, False)
    assert (await desk.get("/rotation/tenures", near_days=0))["items"] == []
    desk.house.clock.advance(days=1)
    another = RotationSweep(desk.house.transactions, desk.sweep.pseudonyms, desk.sweep.rules)
    assert [await desk.sweep.step(), await another.step()] == [1, 0]
    desk.house.clock.advance(days=1)
    assert await another.step() == 0  # once for each stretch
    (told,) = await desk.house.emitted("rotation_due")
    assert (told["staff_id"], told["customer_id"], told["cause"]) == ("staff-1", "customer-1", "tenure")
    assert (told["tenure_days"], told["bars_from"]) == (180, "2026-09-12T04:00:00Z")
    desk.house.clock.advance(days=12, hours=23, minutes=59)
    assert (await desk.permit(5))["effect"] == "allow"  # the time to hand over
    desk.house.clock.advance(minutes=1)
    denied = await desk.permit(6)
    assert (denied["effect"], rules_of(denied)) == ("deny", {"BANK-ROTATION"})
    assert (await desk.permit(7, "staff-2"))["effect"] == "allow"
    assert (await desk.permit(8, person_id="person-2"))["effect"] == "allow"
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    assert kinds.count("rotation_due") == 1


async def test_f8_an_exception_needs_a_second_person_is_logged_and_ends(desk: Staff) -> None:
    await desk.train()
    await desk.known_since(200)
    assert rules_of(await desk.permit(1)) == {"BANK-ROTATION"}
    asked = {"staff_id": "staff-1", "person_id": "person-1", "reason": "Court date next week"}
    until = (desk.now + timedelta(days=10)).isoformat()
    made = await desk.post("/rotation/exceptions", 201, until=until, **asked)
    await desk.post("/rotation/exceptions", 409, until=until, **asked)
    place = f"/rotation/exceptions/{made['exception_id']}"
    for who in ("clerk", "staff-1"):
        refused = await desk.post(f"{place}/approval", 403, who=who, reason="Fine")
        assert refused["type"] == "urn:recoup:problem:second-person-needed"
    assert rules_of(await desk.permit(2)) == {"BANK-ROTATION"}
    await desk.post(f"{place}/approval", who="lead", reason="Agreed")
    assert (await desk.permit(3))["effect"] == "allow"
    assert await desk.sweep.step() == 0  # nobody has to be reassigned while it stands
    (shown,) = (await desk.get("/rotation/exceptions", state="approved"))["items"]
    assert (shown["asked_by"], shown["decided_by"], shown["reason"]) == (
        "clerk",
        "lead",
        "Court date next week",
    )
    desk.house.clock.advance(days=9, hours=23, minutes=58)
    assert (await desk.permit(4))["effect"] == "allow"
    desk.house.clock.advance(minutes=2)
    await desk.house.fire_timers()
    assert await desk.redeem(4) == ("refused", "PERMIT-WITHDRAWN")
    assert "permit_withdrawn" in [leaf["kind"] for leaf in await desk.house.leaves()]
    assert rules_of(await desk.permit(5)) == {"BANK-ROTATION"}
    assert await desk.sweep.step() == 1
    assert (await desk.post("/rotation/exceptions", 201, until="2027-01-01T00:00:00Z", **asked))["state"] == (
        "asked"
    )
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    named = [kind.removeprefix("rotation_exception_") for kind in kinds if "rotation_exception" in kind]
    assert named == ["asked", "approved", "ended", "asked"]
    assert len(await desk.house.emitted("rotation_excepted")) == 1


async def test_an_exception_that_is_taken_back_withdraws_the_open_permits(desk: Staff) -> None:
    await desk.train()
    await desk.known_since(200)
    until = (desk.now + timedelta(days=10)).isoformat()
    asked = {"staff_id": "staff-1", "person_id": "person-1", "reason": "Court", "until": until}
    made = await desk.post("/rotation/exceptions", 201, **asked)
    place = f"/rotation/exceptions/{made['exception_id']}"
    await desk.post(f"{place}/approval", who="lead", reason="Agreed")
    await desk.permit(1)
    await desk.post(f"{place}/ending", reason="Handed over")
    assert await desk.redeem(1) == ("refused", "PERMIT-WITHDRAWN")
    other = await desk.post("/rotation/exceptions", 201, **asked)
    place = f"/rotation/exceptions/{other['exception_id']}"
    assert (await desk.post(f"{place}/refusal", who="lead", reason="No"))["state"] == "refused"
    await desk.post(f"{place}/approval", 409, who="lead", reason="After all")


async def test_a_long_enough_pause_ends_a_stretch(desk: Staff) -> None:
    await desk.train()
    await desk.known_since(210)
    desk.house.clock.advance(days=89)
    assert rules_of(await desk.permit(1)) == {"BANK-ROTATION"}
    desk.house.clock.advance(days=1)
    assert (await desk.permit(2))["effect"] == "allow"
    assert (await desk.get("/rotation/tenures", near_days=30))["items"] == []


async def test_the_limit_depends_on_the_role(desk: Staff) -> None:
    await desk.train(role="field_collector")
    await desk.known_since(120, every=40)
    assert await desk.sweep.step() == 1
    (told,) = await desk.house.emitted("rotation_due")
    assert (told["limit_days"], told["tenure_days"]) == (120, 120)


async def test_a_declared_tie_reassigns_at_once_and_denies_until_somebody_else_ends_it(desk: Staff) -> None:
    await desk.train()
    await desk.house.feed(lives_in("CN", "Asia/Shanghai"))
    assert (await desk.permit(1))["effect"] == "allow"
    tie = {"person_id": "person-1", "relation": "family", "reason": "My cousin"}
    made = await desk.post("/staff/staff-1/conflicts", 201, who="staff-1", **tie)
    (told,) = await desk.house.emitted("rotation_due")
    assert (told["cause"], told["customer_id"], told["case_id"]) == ("conflict", "customer-1", "case-1")
    assert await desk.redeem(1) == ("refused", "PERMIT-WITHDRAWN")
    assert rules_of(await desk.permit(2)) == {"BANK-INDEPENDENT"}
    assert (await desk.permit(3, person_id="person-2"))["effect"] == "allow"
    (shown,) = (await desk.get("/conflicts", person_id="person-1"))["items"]
    assert (shown["relation"], shown["reason"]) == ("family", "My cousin")
    place = f"/conflicts/{made['conflict_id']}/ending"
    await desk.post(place, 403, who="staff-1", reason="Gone")
    await desk.post(place, who="lead", reason="It was another person")
    assert (await desk.permit(4))["effect"] == "allow"
    await desk.post(place, 409, who="lead", reason="again")
    await desk.post("/staff/staff-9/conflicts", 404, **tie)
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    assert {"staff_conflict_declared", "staff_conflict_ended"} <= set(kinds)
    assert "cousin" not in str(await desk.house.rows("SELECT * FROM payload"))


async def test_records_of_one_human_are_one_person_to_rotation_and_ties(desk: Staff) -> None:
    await desk.train()
    await desk.known_since(200, person_id="person-2")
    async with desk.house.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO person_link (member_id, into_id, linked_at, linked_by)"
            " VALUES ('person-2', 'person-1', '2026-01-01T00:00:00Z', 'clerk')"
        )
    assert rules_of(await desk.permit(1)) == {"BANK-ROTATION"}
    await desk.post("/staff/staff-1/conflicts", 201, person_id="person-2", relation="friend")
    assert rules_of(await desk.permit(2)) == {"BANK-ROTATION", "BANK-INDEPENDENT"}
    assert await desk.sweep.step() == 1


async def test_what_never_went_out_is_no_contact(desk: Staff) -> None:
    await desk.train()
    await desk.permit(1)
    desk.house.clock.advance(minutes=30)
    await desk.house.fire_timers()  # nobody redeemed it
    desk.house.clock.advance(days=80)
    await desk.permit(2)
    assert await desk.redeem(2) == ("redeemed", None)
    desk.house.clock.advance(days=20)
    assert await desk.sweep.step() == 0
    assert (await desk.get("/rotation/tenures", near_days=159))["items"] == []
    assert len((await desk.get("/rotation/tenures", near_days=160))["items"]) == 1


async def test_what_is_read_in_sets_is_what_the_contacts_say_one_by_one(desk: Staff) -> None:
    chance = random.Random(20261125)
    rules = desk.sweep.rules
    expected: dict[tuple[str, str], datetime] = {}
    for number in range(60):
        pair = (f"staff-{number % 7}", f"person-{number}")
        ago = sorted({chance.randrange(0, 500) for _ in range(chance.randrange(1, 9))})
        for days in ago:
            await desk.known_since(days, days + 1, staff_id=pair[0], person_id=pair[1])
        contacts = [desk.now - timedelta(days=days) for days in ago]
        tenure = tenure_of(latest(contacts, 90), None, rules.rotation, desk.now)
        if tenure is not None and tenure.days >= 100:  # staff who are not registered: the strictest limit
            expected[pair] = tenure.since
    async with desk.house.engine.connect() as connection:
        found = {
            (pair.staff_id, pair.person_id): tenure.since
            async for pair, tenure in tenures(connection, rules, desk.now, near_days=20)
        }
    assert found == expected and expected
    first = await desk.get("/rotation/tenures", near_days=20, limit=3)
    rest = await desk.get("/rotation/tenures", near_days=20, limit=200, cursor=first["next"])
    shown = [(one["staff_id"], one["person_id"]) for one in first["items"] + rest["items"]]
    assert shown == sorted(expected)
    assert rules.rotation.limit_of(None) == rules.rotation.limit_of(StaffRole.FIELD_COLLECTOR)
