"""Complaints (register rows F3, F4, D10, G10): intake, hold, two persons, recusal, consequences."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.compliance import holding
from services.compliance.journal import Journal
from shared.contracts.vocabulary import Channel, OutcomeCode, PartyRole, Purpose
from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import UPHELD, Complaints, complaints, effect_of, lives_in
from tests.integration.compliance.house import asks, outcome


@pytest_asyncio.fixture
async def desk(engine_for: EngineFor) -> AsyncIterator[Complaints]:
    async with complaints(engine_for) as made:
        yield made


async def test_f3_a_complaint_is_linked_to_its_contacts_stops_collection_and_starts_its_clock(
    desk: Complaints,
) -> None:
    await desk.house.feed(lives_in("CN", "Asia/Shanghai"))
    name = await desk.register(contact_ids=["contact-1", "contact-2"])
    shown = await desk.get("reader", f"/complaints/{name}")
    assert [item["reference"] for item in shown["evidence"]] == ["contact-1", "contact-2"]
    assert shown["received_on"] == "2026-03-02"
    assert shown["due_on"] == "2026-03-17"  # case S14
    (hold,) = await desk.house.emitted("hold.placed")
    assert (hold["kind"], hold["hold_id"], hold["person_id"]) == ("complaint", shown["hold_id"], "person-1")
    (told,) = await desk.house.emitted("complaint.received")
    assert (told["due_at"], told["category"], told["collector_id"]) == (
        shown["due_at"],
        "harassment",
        "collector-7",
    )
    kinds = [leaf["kind"] for leaf in await desk.house.leaves()]
    assert kinds == ["complaint_received", "hold_placed"]
    assert await effect_of(desk, asks(1)) != "allow"


async def test_d10_collection_stops_while_a_complaint_about_disclosure_is_open(desk: Complaints) -> None:
    """The complaint is about a relative who was told of the debt; relatives are not contacted anyway."""
    await desk.house.feed(lives_in("CN", "Asia/Shanghai"))
    name = await desk.register(category="third_party_disclosure")
    for number, channel in enumerate((Channel.SMS, Channel.EMAIL, Channel.CALL_LIVE)):
        assert await effect_of(desk, asks(number, channel=channel)) != "allow"
    assert await effect_of(desk, asks(8, role=PartyRole.RELATIVE, person_id="relative-1")) == "deny"
    await desk.act(name, "withdrawal", "decider")
    assert await effect_of(desk, asks(9)) == "allow"


async def test_d10_the_complaint_can_be_answered_while_collection_stops(desk: Complaints) -> None:
    await desk.house.feed(lives_in("CN", "Asia/Shanghai"))
    await desk.register()
    assert await effect_of(desk, asks(1, purpose=Purpose.COMPLAINT_REPLY)) == "allow"


async def test_d10_collection_stops_in_britain_as_well(desk: Complaints) -> None:
    await desk.house.feed(lives_in("GB", "Europe/London"))
    await desk.register()
    request = asks(1, jurisdiction="GB", time_zone="Europe/London")
    desk.house.clock.advance(hours=6)
    assert await effect_of(desk, request) in ("review", "deny")


async def test_f4_a_complaint_about_collection_is_investigated_decided_and_rectified(
    desk: Complaints,
) -> None:
    name = await desk.register()
    await desk.decide(name)
    added = await desk.act(
        name,
        "actions",
        description="Train the team on what may be said",
        owner_id="lead-9",
        due_at="2026-04-01T00:00:00Z",
    )
    assert added["state"] == "rectifying"
    shown = await desk.get("clerk", f"/complaints/{name}")
    (action,) = shown["actions"]
    assert (action["description"], action["owner_id"]) == ("Train the team on what may be said", "lead-9")
    await desk.act(name, "closing", "decider", 422)
    await desk.act(name, f"actions/{action['action_id']}/completion")
    closed = await desk.act(name, "closing", "decider")
    assert (closed["state"], closed["finding"], closed["root_cause"]) == (
        "closed",
        "upheld",
        "staff_conduct",
    )
    (sanction,) = await desk.house.emitted("collector.sanctioned")
    assert (sanction["collector_id"], sanction["points"], sanction["vetoes_incentive"]) == (
        "collector-7",
        6,
        True,
    )
    (done,) = await desk.house.emitted("rectification.done")
    assert done["action_id"] == action["action_id"]
    assert len(await desk.house.emitted("complaint.closed")) == 1
    assert len(await desk.house.emitted("complaint.completed")) == 1
    assert len(await desk.house.emitted("hold.released")) == 1


async def test_f4_the_person_complained_about_and_their_supervisor_have_no_part(desk: Complaints) -> None:
    name = await desk.register()
    for recused in ("collector-7", "lead-3"):
        await desk.act(name, "assignment", status=403, assignee_id=recused)
        problem = await desk.act(name, "acknowledgement", recused, 403)
        assert problem["type"] == "urn:recoup:problem:complaint-recused"
        assert problem["detail"].startswith("The person complained about and their supervisor")
        await desk.get(recused, f"/complaints/{name}", 403)
        await desk.get(recused, f"/complaints/{name}/texts", 403)
    await desk.investigate(name)
    await desk.act(name, "decision", "investigator", **UPHELD)
    for recused in ("collector-7", "lead-3"):
        await desk.act(name, "decision/approval", recused, 403)
        await desk.act(name, "withdrawal", recused, 403)
    await desk.act(name, "decision/approval", "decider")


async def test_f4_whoever_turns_out_to_be_complained_about_loses_the_case(desk: Complaints) -> None:
    name = await desk.register(collector_id=None, supervisor_id=None)
    await desk.investigate(name)
    changed = await desk.act(
        name, "classification", category="privacy", severity="low", collector_id="investigator"
    )
    assert (changed["assignee_id"], changed["collector_id"]) == (None, "investigator")
    await desk.act(name, "decision", "investigator", 403, **UPHELD)
    (told,) = await desk.house.emitted("complaint.classified")
    assert told["category"] == "privacy"


async def test_f4_two_persons_decide_and_grant_longer_terms(desk: Complaints) -> None:
    await desk.house.feed(lives_in("CN", "Asia/Shanghai"))
    name = await desk.register()
    await desk.act(name, "extension", "both")
    refused = await desk.act(name, "extension/approval", "both", 403)
    assert refused["type"] == "urn:recoup:problem:complaint-four-eyes"
    await desk.act(name, "acknowledgement")
    await desk.act(name, "assignment", assignee_id="both")
    await desk.act(name, "investigation", "both")
    await desk.act(name, "decision", "both", **UPHELD)
    await desk.act(name, "decision/approval", "both", 403)
    back = await desk.act(name, "decision/refusal", "decider")
    assert (back["state"], back["decision_proposed_by"]) == ("investigating", None)


async def test_a_message_that_complains_opens_a_complaint(desk: Complaints) -> None:
    await desk.house.feed(lives_in("CN", "Asia/Shanghai"))
    await desk.house.feed(outcome(OutcomeCode.COMPLAINT))
    (listed,) = (await desk.get("reader", "/complaints"))["items"]
    assert (listed["contact_id"], listed["source"], listed["channel"], listed["category"]) == (
        "contact-1",
        "inbound_message",
        "sms",
        "other",
    )
    assert listed["due_at"] == "2026-03-17T16:00:00Z"
    assert len(await desk.house.rows("SELECT * FROM timer")) == 2
    named = await desk.act(
        listed["complaint_id"], "classification", category="harassment", severity="high", branch_id="b"
    )
    assert (named["category"], named["branch_id"]) == ("harassment", "b")


async def test_other_reasons_go_on_holding_after_a_complaint_is_closed(desk: Complaints) -> None:
    first, second = await desk.register(), await desk.register(category="privacy")
    await desk.act(first, "withdrawal", "decider")
    assert await effect_of(desk, asks(1)) != "allow"
    await desk.act(second, "withdrawal", "decider")
    assert len(await desk.house.emitted("hold.released")) == 2
    assert await effect_of(desk, asks(2)) == "allow"


async def test_a_hold_that_somebody_released_before_does_not_keep_a_complaint_open(desk: Complaints) -> None:
    name = await desk.register()
    hold = (await desk.get("reader", f"/complaints/{name}"))["hold_id"]
    async with desk.house.transactions.begin() as work:
        await holding.release(hold, "mistake", work, Journal(desk.house.settings.pseudonyms))
    assert (await desk.act(name, "withdrawal", "decider"))["state"] == "withdrawn"
    assert [leaf["kind"] for leaf in await desk.house.leaves()][-1] == "complaint_withdrawn"


async def test_f10_f11_g10_sanctions_points_and_the_compliance_veto_of_a_month(desk: Complaints) -> None:
    await desk.decide(await desk.register(agency_id="agency-1"))
    await desk.decide(await desk.register(severity="low"), measure="none", finding="partly_upheld")
    await desk.decide(
        await desk.register(collector_id="collector-8", severity="low"), finding="upheld", measure="none"
    )
    scores = await desk.get("reader", "/conduct-scores", month="2026-03")
    assert scores["items"] == [
        {"subject": "collector-7", "sanctions": 2, "points": 7, "vetoes_incentive": True},
        {"subject": "collector-8", "sanctions": 1, "points": 1, "vetoes_incentive": False},
    ]
    agencies = await desk.get("reader", "/conduct-scores", month="2026-03", role="agency")
    assert [(row["subject"], row["points"]) for row in agencies["items"]] == [("agency-1", 6)]
    assert (await desk.get("reader", "/conduct-scores", month="2026-04"))["items"] == []
    page = await desk.get("reader", "/conduct-scores", month="2026-03", limit=1)
    rest = await desk.get("reader", "/conduct-scores", month="2026-03", limit=1, cursor=page["next"])
    assert rest["items"] == scores["items"][1:]
