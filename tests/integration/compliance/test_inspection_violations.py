"""The violation register behind its API and its clock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from services.compliance.domain.inspection.violations import Found
from services.compliance.journal import Journal
from services.compliance.violation_register import register
from shared.contracts.complaints import Severity
from tests.conftest import EngineFor
from tests.integration.compliance.inspection_house import Inspections, inspections, key_of


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Inspections]:
    async with inspections(engine_for) as made:
        yield made


async def due(desk: Inspections, name: str, days: int = 5) -> None:
    """Confirmed, and to be put right by cora."""
    await desk.act(name, "confirmation", "ben")
    until = (desk.house.clock.now() + timedelta(days=days)).isoformat()
    await desk.act(name, "rectification", "ben", owner_id="cora", due_at=until)


async def test_a_second_person_confirms_or_dismisses_and_it_is_told(desk: Inspections) -> None:
    first, second = await desk.violation(1), None
    refused = await desk.act(first, "dismissal", "anna", 403)
    assert refused["type"] == "urn:recoup:problem:inspection-four-eyes"
    assert (await desk.act(first, "confirmation", "ben"))["decided_by"] == "ben"
    (told,) = await desk.house.emitted("violation.confirmed")
    assert (told["severity"], told["collector_id"], told["branch_id"]) == (
        "critical",
        "collector-7",
        "branch-1",
    )
    second = await desk.act(first, "dismissal", "cora", 409)
    assert second["detail"] == "The violation is confirmed; for this it has to be one of: found."


async def test_of_many_deciders_at_once_one_decides(desk: Inspections) -> None:
    name = await desk.violation()

    async def confirm(number: int) -> int:
        headers = {"X-API-Key": key_of(("ben", "cora")[number % 2]), "Idempotency-Key": f"at-once-{number}"}
        path = f"/violations/{name}/confirmation"
        return (await desk.client.post(path, json={"note": "x"}, headers=headers)).status_code

    assert sorted(await asyncio.gather(*map(confirm, range(8)))) == [200] + [409] * 7
    assert len(await desk.house.emitted("violation.confirmed")) == 1


async def test_a_dismissed_violation_counts_no_more(desk: Inspections) -> None:
    name = await desk.violation()
    day = {"first": "2026-03-02", "last": "2026-03-02"}
    (row,) = (await desk.get("reader", "/inspection-coverage", **day))["items"]
    assert (row["violated"], row["violation_rate"]) == (1, "1.0000")
    await desk.act(name, "dismissal", "ben")
    (row,) = (await desk.get("reader", "/inspection-coverage", **day))["items"]
    assert (row["violated"], row["violation_rate"]) == (0, "0.0000")
    (told,) = await desk.house.emitted("violation.dismissed")
    assert told["on_appeal"] is False


async def test_the_clock_tells_of_what_is_late_once_and_not_of_what_was_done(desk: Inspections) -> None:
    name = await desk.violation()
    await due(desk, name)
    desk.house.clock.advance(days=5)
    assert await desk.fire_timers() == 1
    assert await desk.fire_timers() == 0
    shown = await desk.get("anna", f"/violations/{name}")
    assert shown["late"] is True
    assert (shown["history"][-1]["act"], shown["history"][-1]["actor"]) == ("overdue", "clock")
    assert shown["history"][1]["note"] == "as heard"
    assert [one["violation_id"] for one in (await desk.get("reader", "/violations", late=True))["items"]] == [
        name
    ]
    until = (desk.house.clock.now() + timedelta(days=1)).isoformat()
    await desk.act(name, "rectification", "ben", owner_id="cora", due_at=until)
    await desk.act(name, "rectification/completion", "cora")
    desk.house.clock.advance(days=2)
    assert await desk.fire_timers() == 0
    assert len(await desk.house.emitted("violation.overdue")) == 1
    assert len(await desk.house.emitted("violation.rectified")) == 1


async def test_what_is_not_put_right_is_sent_back_and_its_clock_runs_on(desk: Inspections) -> None:
    name = await desk.violation()
    await due(desk, name)
    await desk.act(name, "rectification/completion", "cora")
    await desk.act(name, "rectification/return", "cora", 403)
    back = await desk.act(name, "rectification/return", "anna")
    assert back["state"] == "rectification_due"
    desk.house.clock.advance(days=6)
    assert await desk.fire_timers() == 1


async def test_the_collector_appeals_and_somebody_without_a_part_decides(desk: Inspections) -> None:
    name = await desk.violation()
    await desk.act(name, "confirmation", "collector-7", 403)
    await desk.act(name, "appeal", "collector-7", 409)
    await desk.act(name, "confirmation", "ben")
    (own,) = (await desk.get("collector-7", "/own-violations"))["items"]
    assert own["violation_id"] == name
    await desk.act(name, "appeal", "anna", 403)
    assert (await desk.act(name, "appeal", "collector-7"))["appeal"] == "lodged"
    for involved in ("anna", "ben", "collector-7"):
        await desk.act(name, "appeal/decision", involved, 403, upheld=True)
    decided = await desk.act(name, "appeal/decision", "cora", upheld=True)
    assert (decided["state"], decided["appeal"]) == ("dismissed", "upheld")
    (told,) = await desk.house.emitted("violation.dismissed")
    assert told["on_appeal"] is True
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    assert kinds[-2:] == ["violation_appealed", "violation_appeal_upheld"]


async def test_whoever_finds_a_violation_puts_it_into_the_register_once(desk: Inspections) -> None:
    rogue = Found(parts=("rogue", "sms-1"), rule_id="NO-DECISION", severity=Severity.CRITICAL)
    known = Found(
        parts=("rogue", "sms-2"),
        rule_id="NO-DECISION",
        severity=Severity.HIGH,
        person_id="person-1",
        customer_id="customer-1",
        contact_id="contact-1",
    )
    for expected in (2, 0):
        async with desk.house.transactions.begin() as work:
            journal = Journal(desk.house.settings.pseudonyms)
            made = await register([rogue, known], "reconciliation", work, journal)
            await journal.write(work)
        assert len(made) == expected
    assert len(await desk.house.emitted("violation.found")) == 2
    listed = await desk.get("reader", "/violations", rule_id="NO-DECISION", limit=1)
    rest = await desk.get("reader", "/violations", rule_id="NO-DECISION", limit=1, cursor=listed["next"])
    assert {one["person_id"] for one in listed["items"] + rest["items"]} == {None, "person-1"}
    name = next(one["violation_id"] for one in listed["items"] + rest["items"] if one["person_id"] is None)
    await due(desk, name)
    desk.house.clock.advance(days=5)
    assert await desk.fire_timers() == 1
    assert (await desk.get("reader", f"/violations/{name}"))["late"] is True


async def test_what_cannot_be_kept_is_refused(desk: Inspections) -> None:
    name = await desk.violation()
    await desk.act(name, "confirmation", "ben")
    for due_at in ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00", "9999-12-31T23:59:59-14:00"):
        await desk.act(name, "rectification", "ben", 422, owner_id="cora", due_at=due_at)
    await desk.act("none", "confirmation", "ben", 404)
    await desk.get("reader", "/violations/none", 404)
    await desk.act(name, "dismissal", "reader", 403)
