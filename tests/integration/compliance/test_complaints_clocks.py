"""The clocks of complaints on the runtime's timers (case S14): each is told once when it runs out."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import Complaints, complaints, lives_in


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Complaints]:
    async with complaints(engine_for) as made:
        yield made


async def test_case_s14_the_clock_of_china_with_approval_for_each_longer_term(desk: Complaints) -> None:
    await desk.house.feed(lives_in("CN", "Asia/Shanghai"))
    name = await desk.register()
    for due_on in ("2026-04-01", "2026-05-01"):
        await desk.act(name, "extension")
        longer = await desk.act(name, "extension/approval", "decider")
        assert longer["due_on"] == due_on
    assert longer["extensions_left"] == 0
    refused = await desk.act(name, "extension", status=409)
    assert refused["detail"] == "The rule that sets the term grants no further extension."
    assert [event["extension"] for event in await desk.house.emitted("complaint.extended")] == [1, 2]
    desk.house.clock.advance(days=59)
    await desk.house.fire_timers()
    assert [event["clock"] for event in await desk.house.emitted("overdue")] == ["acknowledgement"]
    desk.house.clock.advance(days=1)
    await desk.house.fire_timers()
    assert len(await desk.house.emitted("overdue")) == 1  # the last day is not over yet
    desk.house.clock.advance(days=1)
    await desk.house.fire_timers()
    late = (await desk.house.emitted("overdue"))[-1]
    assert (late["clock"], late["due_at"]) == ("decision", "2026-05-01T16:00:00Z")


async def test_the_clock_of_britain_is_eight_weeks_and_policy_rules_elsewhere(desk: Complaints) -> None:
    await desk.house.feed(lives_in("GB", "Europe/London"))
    name = await desk.register()
    shown = await desk.get("reader", f"/complaints/{name}")
    assert shown["due_on"] == "2026-04-27"
    assert shown["term_cite"].startswith("DISP 1.6.2R")
    other = await desk.register(person_id="person-9")
    assert (await desk.get("reader", f"/complaints/{other}"))["due_on"] == "2026-03-17"


async def test_every_clock_that_runs_out_is_told_once(desk: Complaints) -> None:
    name = await desk.register()
    desk.house.clock.advance(days=2)
    await desk.house.fire_timers()
    desk.house.clock.advance(days=14)
    await desk.house.fire_timers()
    assert await desk.house.fire_timers() == 0
    told = await desk.house.emitted("complaint.overdue")
    assert [event["clock"] for event in told] == ["acknowledgement", "decision"]
    shown = await desk.get("reader", f"/complaints/{name}")
    assert (shown["late_to_acknowledge"], shown["late_to_decide"]) == (True, True)
    assert [act["actor"] for act in shown["history"]] == ["clerk", "clock", "clock"]
    listed = await desk.get("reader", "/complaints", late=True)
    assert [item["complaint_id"] for item in listed["items"]] == [name]
    assert [leaf["kind"] for leaf in await desk.house.leaves()].count("complaint_overdue") == 2


async def test_a_late_action_is_told_and_one_that_is_done_is_not(desk: Complaints) -> None:
    name = await desk.register()
    await desk.decide(name)
    for number in range(3):
        await desk.act(
            name,
            "actions",
            description=f"Action {number}",
            owner_id="owner",
            due_at="2026-03-05T00:00:00Z",
        )
    shown = await desk.get("reader", f"/complaints/{name}")
    first = shown["actions"][0]["action_id"]
    await desk.act(name, f"actions/{first}/completion")
    desk.house.clock.advance(days=30)
    assert await desk.house.fire_timers() == 2
    late = await desk.house.emitted("complaint.overdue")
    assert {event["clock"] for event in late} == {"rectification"}
    assert {event["action_id"] for event in late} == {
        action["action_id"] for action in shown["actions"] if action["action_id"] != first
    }


async def test_no_timer_is_left_of_a_complaint_that_ended(desk: Complaints) -> None:
    name = await desk.register()
    assert len(await desk.house.rows("SELECT * FROM timer")) == 2
    await desk.act(name, "withdrawal", "decider")
    assert await desk.house.rows("SELECT * FROM timer") == []


async def test_a_reopened_complaint_has_a_new_term_and_a_new_hold(desk: Complaints) -> None:
    name = await desk.register()
    await desk.act(name, "withdrawal", "decider")
    desk.house.clock.advance(days=100)
    again = await desk.act(name, "reopening")
    assert (again["state"], again["round"]) == ("reopened", 2)
    assert again["due_on"] == "2026-06-25"
    holds = await desk.house.emitted("hold.placed")
    assert len({hold["hold_id"] for hold in holds}) == 2
    assert len(await desk.house.rows("SELECT * FROM timer")) == 1
