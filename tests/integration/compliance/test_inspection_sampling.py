"""Samples on a real PostgreSQL: once a plan and period, from what went out, with what is known of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest_asyncio

from services.compliance.domain.complaints.file import Evidence
from services.compliance.domain.complaints.words import EvidenceKind
from services.compliance.domain.inspection.sampling import draw
from services.compliance.store import inspection_documents as documents
from services.compliance.store import inspection_population as population
from services.compliance.tables import complaint_evidence
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel
from shared.database import sets
from tests.conftest import EngineFor
from tests.integration.compliance.house import asks
from tests.integration.compliance.inspection_house import QUIET, RUDE, Inspections, inspections
from tests.unit.compliance.gate_cases import NOON

DAY = timedelta(days=1)
HALF = {"title": "Half", "valid_from": "2026-03-02", "rate": "0.5", "seed": "s"}
COVERED = {"first": "2026-03-02", "last": "2026-03-02"}


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Inspections]:
    async with inspections(engine_for) as made:
        yield made


async def plan(
    desk: Inspections, status: int = 201, name: str = "half", **changes: object
) -> dict[str, object]:
    return await desk.post("planner", f"/inspection-plans/{name}/versions", status, **(HALF | changes))


async def sampled(desk: Inspections) -> set[str]:
    listed = await desk.get("reader", "/inspections", sampled=True)
    return {one["contact_id"] for one in listed["items"]}


async def test_samplers_and_commands_at_once_draw_a_sample_once(desk: Inspections) -> None:
    await plan(desk)
    await desk.went_out(1, 2, 3, 4)
    desk.house.clock.advance(days=1)
    counts = await asyncio.gather(*(desk.sample() for _ in range(4)))
    assert sum(counts) == 1
    await desk.post("planner", "/inspection-plans/half/draws", 409, day="2026-03-02")
    assert len(await sampled(desk)) == 2
    assert len(await desk.house.rows("SELECT * FROM inspection_draw")) == 1
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    assert (kinds.count("sample_drawn"), kinds.count("inspection_queued")) == (1, 2)


async def test_a_sample_can_be_drawn_again_from_the_plan_and_the_population(desk: Inspections) -> None:
    await plan(desk, weights={"channel": {"call_live": "3"}})
    await desk.went_out(1, 2, 3)
    await desk.went_out(4, 5, channel=Channel.SMS)
    desk.house.clock.advance(days=1)
    made = await desk.post("planner", "/inspection-plans/half/draws", 201, day="2026-03-02")
    assert (made["population"], made["selected"], made["drawn_by"]) == (5, 3, "planner")
    async with desk.house.engine.connect() as connection:
        ((known,),) = (await documents.plans(connection)).values()
        found = await population.candidates(connection, NOON - DAY, NOON + DAY, ())
    again = draw(known, reversed(found))
    assert set(again.contact_ids) == await sampled(desk)
    assert again.digest == made["digest"]


async def test_periods_that_nobody_drew_are_made_up_for(desk: Inspections) -> None:
    await plan(desk)
    await desk.went_out(1, 2)
    desk.house.clock.advance(days=1)
    await desk.went_out(3)
    desk.house.clock.advance(days=2)
    assert await desk.sample() == 2 + 1  # a day without contacts has its empty sample
    draws = (await desk.get("reader", "/inspection-draws", plan_id="half"))["items"]
    assert [(one["first"], one["population"], one["selected"]) for one in draws] == [
        ("2026-03-04", 0, 0),
        ("2026-03-03", 1, 1),
        ("2026-03-02", 2, 1),
    ]
    page = await desk.get("reader", "/inspection-draws", limit=2)
    rest = await desk.get("reader", "/inspection-draws", limit=2, cursor=page["next"])
    assert [one["first"] for one in rest["items"]] == ["2026-03-02"]


async def test_only_what_went_out_in_the_period_on_the_plans_channels_is_drawn(desk: Inspections) -> None:
    await plan(desk, rate="1", channels=["call_live"])
    await desk.went_out(1)
    await desk.went_out(2, channel=Channel.SMS)
    await desk.house.feed(asks(3, person_id="person-3", channel=Channel.CALL_LIVE))  # permitted, never made
    desk.at(NOON + timedelta(hours=13))  # 01:00 of the next day in Shanghai
    await desk.post("planner", "/inspection-plans/half/draws", 409, day="2026-03-03")
    desk.at(NOON + timedelta(hours=23))
    await desk.went_out(4)
    assert await desk.sample() == 1
    assert await sampled(desk) == {"contact-1"}


async def test_what_is_known_of_a_contact_weighs(desk: Inspections) -> None:
    await desk.went_out(1, 2)
    await desk.transcribe(1, RUDE, collector_id="collector-8")
    await desk.transcribe(2, QUIET, collector_id="collector-8", started_at="2026-01-05T00:00:00Z")
    async with desk.house.engine.begin() as connection:
        evidence = Evidence(
            complaint_id="complaint-1",
            kind=EvidenceKind.CONTACT,
            reference="contact-1",
            added_by="clerk",
            added_at=NOON,
        )
        await sets.insert(connection, complaint_evidence, [evidence])
        found = {
            one.contact_id: one
            for one in await population.candidates(connection, NOON - DAY, NOON + DAY, [Channel.CALL_LIVE])
        }
    rude, quiet = found["contact-1"], found["contact-2"]
    assert rude.complained
    assert (rude.finding, rude.seconds, rude.collector_id) == (Severity.CRITICAL, 700, "collector-8")
    assert (quiet.finding, quiet.seconds, quiet.complained) == (None, 12, False)
    assert rude.collector_since is not None
    assert rude.collector_since.date() == date(2026, 1, 5)


async def test_a_contact_that_two_plans_draw_is_inspected_once(desk: Inspections) -> None:
    await plan(desk, rate="1")
    await plan(desk, name="all", rate="1", span="week", valid_from="2026-03-02")
    await desk.went_out(1)
    desk.house.clock.advance(days=8)
    await desk.sample()
    (one,) = (await desk.get("reader", "/inspections"))["items"]
    assert {reason["plan_id"] for reason in one["reasons"]} == {"half", "all"}


async def test_a_plan_changes_by_versions_that_hold_from_a_day_to_come(desk: Inspections) -> None:
    await plan(desk)
    await plan(desk, 422, valid_from="2026-03-01")
    await plan(desk, 422, span="week", valid_from="2026-03-10")
    await plan(desk, 422, number=3)
    await plan(desk, 422, rate="0")
    await plan(desk, 422, zone="Mars/Olympus")
    await plan(desk, 422, weights={"complaint": "0"})
    second = await plan(desk, rate="1", valid_from="2026-03-03", seed=None)
    assert (second["version"], second["body"]["seed"]) == (2, "s")  # type: ignore[index]
    await desk.went_out(1, 2, 3, 4)
    desk.house.clock.advance(days=1)
    await desk.went_out(5, 6)
    desk.house.clock.advance(days=1)
    await desk.sample()
    draws = (await desk.get("reader", "/inspection-draws"))["items"]
    assert [(one["version"], one["selected"]) for one in draws] == [(2, 2), (1, 2)]
    assert [one["version"] for one in (await desk.get("reader", "/inspection-plans"))["items"]] == [2]
    assert len(await desk.get("reader", "/inspection-plans/half/versions")) == 2
    await desk.get("reader", "/inspection-plans/none/versions", 404)


async def test_coverage_is_inspected_by_recordings_for_each_branch_collector_and_channel(
    desk: Inspections,
) -> None:
    await desk.form()
    await desk.went_out(1, 2, 3)
    await desk.went_out(4, channel=Channel.SMS)
    await desk.transcribe(1, collector_id="collector-1", branch_id="east")
    await desk.transcribe(2, collector_id="collector-2", branch_id="east", agency_id="agency-1")
    for number in (1, 4):
        made = await desk.post("anna", "/inspections", 201, contact_id=f"contact-{number}", note="n")
        await desk.post("anna", f"/inspections/{made['inspection_id']}/claim")
        await desk.result(made["inspection_id"])

    async def coverage(by: str, **query: object) -> list[tuple[object, ...]]:
        rows = (await desk.get("reader", "/inspection-coverage", by=by, **(COVERED | query)))["items"]
        return [(row["key"], row["recordings"], row["inspected"], row["coverage"]) for row in rows]

    assert await coverage("all") == [("", 4, 2, "0.5000")]
    assert await coverage("branch") == [("", 2, 1, "0.5000"), ("east", 2, 1, "0.5000")]
    assert await coverage("agency") == [("", 3, 2, "0.6667"), ("agency-1", 1, 0, "0.0000")]
    assert await coverage("channel") == [("call_live", 3, 1, "0.3333"), ("sms", 1, 1, "1.0000")]
    assert [row[0] for row in await coverage("collector")] == ["bank", "collector-1", "collector-2"]
    assert await coverage("all", channel=["sms"]) == [("", 1, 1, "1.0000")]
    assert await coverage("all", first="2026-03-03", last="2026-03-03") == []
    first = await desk.get("reader", "/inspection-coverage", by="branch", limit=1, **COVERED)
    rest = await desk.get("reader", "/inspection-coverage", by="branch", cursor=first["next"], **COVERED)
    assert [row["key"] for row in first["items"] + rest["items"]] == ["", "east"]
    for query in ({"last": "2026-03-01"}, {"last": "2028-01-01"}, {"zone": "Mars/Olympus"}):
        await desk.get("reader", "/inspection-coverage", 422, **(COVERED | query))
