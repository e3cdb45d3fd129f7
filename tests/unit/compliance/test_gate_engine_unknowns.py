"""What is not known never permits a contact, and does not forbid what it has no bearing on."""

from datetime import timedelta
from typing import Any

import pytest

from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.gate.explaining import explain
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome, PersonFacts, Place, ZoneEvidence
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.gate.rules import Status
from services.compliance.domain.packs.choosing import UNKNOWN
from shared.contracts.decisions import Effect
from shared.contracts.vocabulary import Channel
from tests.unit.compliance.gate_engine_packs import facts, library, overlay, pack, request, utc

NOON = utc("2026-03-02T12:00:00Z")
OPEN = {"kind": "window", "allow": [{"days": ["any"], "from": "08:00", "to": "20:00"}]}
CLOSED = {"kind": "window", "allow": [{"days": ["any"], "from": "13:00", "to": "14:00"}]}


def decided(
    rule: dict[str, Any], asked: GateRequest | None = None, told: PersonFacts | None = None
) -> Decision:
    return decide(asked or request(), told or facts(), library(pack([rule])), NOON)


def zoned(*names: str, source: str = "address") -> PersonFacts:
    return PersonFacts(
        place=Place(country="XX"),
        zones=tuple(ZoneEvidence(zone=name, source=source) for name in names),  # type: ignore[arg-type]
    )


def test_without_a_zone_nobody_can_tell_the_hour() -> None:
    assert decided(OPEN, told=zoned()).effect is Effect.REVIEW
    assert decided(OPEN, told=zoned("Mars/Olympus")).effect is Effect.REVIEW
    assert decided(OPEN, told=zoned("UTC", "Mars/Olympus")).effect is Effect.REVIEW


def test_a_source_that_the_pack_does_not_name_is_no_evidence() -> None:
    mode = {"time_zone": {"mode": "debtor", "sources": ["declared"]}}
    packs = library(pack([OPEN], defaults=mode))
    assert decide(request(), zoned("UTC"), packs, NOON).effect is Effect.REVIEW
    assert decide(request(), zoned("UTC", source="declared"), packs, NOON).effect is Effect.ALLOW


def test_conflicting_zones_all_have_to_pass() -> None:
    decision = decided(OPEN, told=zoned("UTC", "Pacific/Auckland"))
    assert [reason.numbers["zone"] for reason in decision.reasons] == ["Pacific/Auckland"]
    assert decision.until == utc("2026-03-02T19:00:00Z")


def calls(*hours_ago: int) -> list[Attempt]:
    outcome = AttemptOutcome.CONVERSATION
    return [
        Attempt(at=NOON - timedelta(hours=hours), channel=Channel.CALL_LIVE, outcome=outcome)
        for hours in hours_ago
    ]


def test_without_a_zone_counts_matter_only_where_some_clock_could_reach_the_limit() -> None:
    span = {"type": "rolling_local_days", "days": 2}
    rule = {"kind": "counter", "count": {"event": "placed"}, "per": ["person"], "window": span, "max": 2}
    for hours_ago, effect in (((1,), "allow"), ((1, 49), "review"), ((1, 51), "allow")):
        told = PersonFacts(place=Place(country="XX"), attempts=calls(*hours_ago))
        assert decided(rule, told=told).effect == effect


def test_without_a_zone_a_cooldown_may_still_run() -> None:
    rule = {"kind": "cooldown", "after": {"event": "conversation"}, "per": ["person"], "days": 1}
    for hours_ago, effect in (((25,), "review"), ((27,), "allow")):
        told = PersonFacts(place=Place(country="XX"), attempts=calls(*hours_ago))
        assert decided(rule, told=told).effect == effect


@pytest.mark.parametrize(
    ("known", "effect"), [({"time_barred": True}, "deny"), ({"time_barred": False}, "allow"), ({}, "review")]
)
def test_when_is_a_missing_fact_where_it_is_unknown_and_would_decide(
    known: dict[str, bool], effect: str
) -> None:
    rule = {"kind": "content", "when": "time_barred", "must_not": ["sue_threat"], "effect": "deny"}
    told = facts(known=known)
    threat = request(channel="letter", content={"tags": ["sue_threat"]})
    assert decided(rule, threat, told).effect == effect
    assert decided(rule, request(channel="letter", content={"tags": []}), told).effect is Effect.ALLOW


def test_a_rule_of_some_facts_applies_where_they_are_known_to_be_true() -> None:
    rule = CLOSED | {"applies": {"facts": ["residential_landline"]}}
    assert decided(rule).effect is Effect.ALLOW
    assert decided(rule, told=facts(known={"residential_landline": True})).effect is Effect.DEFER


def test_a_rule_of_some_products_needs_to_know_the_product() -> None:
    rule = CLOSED | {"applies": {"products": ["mortgage"]}}
    assert decided(rule).effect is Effect.REVIEW
    assert decided(rule, request(product="mortgage")).effect is Effect.DEFER
    assert decided(rule, request(product="credit_card")).effect is Effect.ALLOW


def test_what_waives_a_rule_has_to_be_known() -> None:
    rule = CLOSED | {"waived_by": {"fact": "prior_express_consent"}}
    assert decided(rule).effect is Effect.DEFER
    assert decided(rule, told=facts(known={"prior_express_consent": True})).effect is Effect.ALLOW


def test_days_that_the_calendar_does_not_cover_need_a_human_where_the_kind_of_day_matters() -> None:
    hours = [
        {"days": ["workday", "makeup_workday", "weekend"], "from": "08:00", "to": "20:00"},
        {"days": ["holiday"], "from": "10:00", "to": "16:00"},
    ]
    packs = library(pack([{"kind": "window", "allow": hours}]))
    at = {"2027-01-05T12:00:00Z": "allow", "2027-01-05T09:00:00Z": "review", "2027-01-05T21:00:00Z": "defer"}
    for text, effect in at.items():
        assert decide(request(), facts(), packs, utc(text)).effect == effect


def test_a_deferral_into_days_that_are_not_covered_waits_for_hours_permitted_on_any_day() -> None:
    hours = [
        {"days": ["workday", "makeup_workday", "weekend"], "from": "08:00", "to": "20:00"},
        {"days": ["holiday"], "from": "10:00", "to": "16:00"},
    ]
    packs = library(pack([{"kind": "window", "allow": hours}]))
    decision = decide(request(), facts(), packs, utc("2026-12-31T21:00:00Z"))
    assert decision.until == utc("2027-01-01T10:00:00Z")


def test_a_country_without_packs_needs_a_human() -> None:
    abroad = facts(place=Place(country="YY"))
    decision = decided(OPEN, told=abroad)
    assert decision.effect is Effect.REVIEW
    assert [reason.rule_id for reason in decision.reasons] == ["PLACE-UNKNOWN"]
    both = facts(more_places=(Place(country="YY"),))
    assert decided(OPEN, told=both).effect is Effect.REVIEW


def test_an_overlay_that_may_apply_needs_a_human_only_if_it_would_object() -> None:
    local = overlay([CLOSED | {"id": "LOCAL"}], jurisdiction={"country": "XX", "state": "S"})
    packs = library(pack([OPEN]), local)
    unsaid = facts(place=Place(country="XX", state=UNKNOWN))
    there = facts(place=Place(country="XX", state="S"))
    doubtful = decide(request(), unsaid, packs, NOON)
    assert [(reason.rule_id, reason.effect) for reason in doubtful.reasons] == [("LOCAL", Effect.REVIEW)]
    assert decide(request(), there, packs, NOON).effect is Effect.DEFER
    assert decide(request(), unsaid, packs, utc("2026-03-02T13:30:00Z")).effect is Effect.ALLOW
    nearly = decide(request(), unsaid, packs, utc("2026-03-02T13:58:00Z"))
    assert nearly.valid_until == utc("2026-03-02T14:00:00Z")
    assert nearly.packs == ("base@1", "days@1")


def test_every_rule_is_told_with_what_came_of_it() -> None:
    consent = {"consent": "time"}
    rules = [
        OPEN | {"id": "OPEN"},
        CLOSED | {"id": "CLOSED"},
        CLOSED | {"id": "WAIVED", "waived_by": {"fact": "prior_express_consent"}},
        CLOSED | {"id": "ASIDE", "when": "time_barred", "waived_by": consent},
        CLOSED | {"id": "OTHER", "applies": {"channels": ["sms"]}},
    ]
    told = facts(known={"prior_express_consent": True, "time_barred": False})
    explained = explain(request(), told, library(pack(rules)), NOON)
    assert {looked.rule_id: (looked.status, looked.because) for looked in explained.rules} == {
        "OPEN": (Status.PASSED, ""),
        "CLOSED": (Status.APPLIED, ""),
        "WAIVED": (Status.WAIVED, "prior_express_consent"),
        "ASIDE": (Status.NOT_APPLICABLE, "not time_barred"),
        "OTHER": (Status.NOT_APPLICABLE, "channel call_live"),
    }
    assert explained.decision == decide(request(), told, library(pack(rules)), NOON)
