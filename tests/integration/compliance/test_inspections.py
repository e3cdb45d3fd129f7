"""Inspection of what was said to persons (register rows F1's detection and F2), through the API."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from tests.conftest import EngineFor
from tests.integration.compliance.inspection_house import (
    MET,
    RUDE,
    THREAT,
    Inspections,
    inspections,
)

PLAN = {"title": "Every second call", "valid_from": "2026-03-02", "rate": "0.5", "channels": ["call_live"]}


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Inspections]:
    async with inspections(engine_for) as made:
        yield made


async def test_recordings_are_sampled_inspected_and_rectified_F2(desk: Inspections) -> None:
    """The whole road: plan, sample, transcript, queue, score, violation, rectification, coverage."""
    await desk.form()
    made = await desk.post("planner", "/inspection-plans/calls/versions", 201, **PLAN)
    assert made["version"] == 1
    await desk.went_out(1, 2, 3, 4)
    assert await desk.sample() == 0  # the day is not over
    desk.house.clock.advance(days=1)
    assert await desk.sample() == 1
    assert await desk.sample() == 0
    (draw,) = (await desk.get("reader", "/inspection-draws"))["items"]
    assert (draw["population"], draw["selected"], draw["drawn_by"]) == (4, 2, "sampler")
    drawn = (await desk.get("reader", "/inspections", sampled=True))["items"]
    assert {one["reasons"][0]["period"] for one in drawn} == {"2026-03-02"}

    # A threat goes before the sample; its contact was not drawn.
    rude = next(n for n in range(1, 5) if f"contact-{n}" not in {one["contact_id"] for one in drawn})
    taken = await desk.transcribe(rude, RUDE)
    (finding,) = taken["findings"]
    assert (finding["tag"], finding["severity"], finding["turn"]) == ("threat", "critical", 2)
    assert "eight prohibitions" in finding["citation"]
    claimed = await desk.post("anna", "/inspections/claims")
    assert (claimed["contact_id"], claimed["priority"]) == (f"contact-{rude}", 4)
    text = await desk.get("anna", f"/transcripts/contact-{rude}/text")
    assert text["turns"][2]["text"] == THREAT
    done = await desk.result(
        claimed["inspection_id"],
        marks=MET | {"lawful": "not_met"},
        violations=[{"finding_id": finding["finding_id"], "item_id": "lawful"}],
    )
    assert (done["passed"], done["score"], done["state"]) == (False, "0.00", "completed")
    (violation,) = done["found"]
    (told,) = await desk.house.emitted("violation.found")
    assert (told["violation_id"], told["rule_id"]) == (violation["violation_id"], "CN-CONTENT")
    assert taken["transcript_id"] in told["records"]

    name = violation["violation_id"]
    await desk.act(name, "confirmation", "anna", 403)
    await desk.act(name, "confirmation", "ben")
    due = (desk.house.clock.now() + timedelta(days=10)).isoformat()
    await desk.act(name, "rectification", "ben", owner_id="cora", due_at=due)
    desk.house.clock.advance(days=11)
    assert await desk.fire_timers() == 1
    (late,) = await desk.house.emitted("violation.overdue")
    assert late["owner_id"] == "cora"
    await desk.act(name, "rectification/completion", "cora")
    await desk.act(name, "rectification/verification", "cora", 403)
    assert (await desk.act(name, "rectification/verification", "ben"))["state"] == "verified"

    # The rest of the sample passes.
    for _ in drawn:
        claimed = await desk.post("ben", "/inspections/claims")
        assert (await desk.result(claimed["inspection_id"], "ben"))["passed"] is True
    await desk.post("ben", "/inspections/claims", 404)
    (row,) = (await desk.get("reader", "/inspection-coverage", first="2026-03-02", last="2026-03-02"))[
        "items"
    ]
    assert (row["recordings"], row["inspected"], row["sampled"], row["violated"]) == (4, 3, 2, 1)
    assert (row["coverage"], row["violation_rate"], row["mean_score"]) == ("0.7500", "0.3333", "66.67")
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    for kind in (
        "inspection_plan_made",
        "inspection_form_made",
        "sample_drawn",
        "inspection_queued",
        "transcript_received",
        "inspection_claimed",
        "inspection_completed",
        "violation",
        "violation_confirmed",
        "violation_rectification_set",
        "violation_overdue",
        "violation_rectified",
        "violation_verified",
    ):
        assert kind in kinds
    assert len(await desk.house.emitted("inspection.completed")) == 3
    report = await desk.house.audit()
    assert not report.findings


async def test_recordings_that_break_f1_are_found_in_what_the_collector_says_only(desk: Inspections) -> None:
    await desk.went_out(1, 2)
    said_by_person = [{"speaker": "person", "text": THREAT}, {"speaker": "collector", "text": "请您冷静。"}]
    taken = await desk.transcribe(1, said_by_person)
    assert (taken["findings"], taken["inspection_id"]) == ([], None)
    split = [
        {"speaker": "collector", "text": "你再不还钱，我们就找人"},
        {"speaker": "collector", "text": "去收拾你"},
    ]
    taken = await desk.transcribe(2, split)
    assert {(one["tag"], one["turn"]) for one in taken["findings"]} == {("threat", 0)}
    assert taken["inspection_id"] is not None
    found = await desk.get("reader", "/inspection-findings", severity="critical")
    assert [one["contact_id"] for one in found["items"]] == ["contact-2"]
