"""What each kind of rule does, and the numbers that it tells."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.gate.facts import (
    Attempt,
    AttemptOutcome,
    Consent,
    Event,
    Hold,
    PersonFacts,
    Preference,
)
from services.compliance.domain.gate.request import GateRequest
from shared.contracts.decisions import Effect, Force
from shared.contracts.vocabulary import Channel, HoldKind
from tests.unit.compliance.gate_engine_packs import facts, library, overlay, pack, request, utc

NOON = utc("2026-03-02T12:00:00Z")
HOUR = timedelta(hours=1)


def decided(
    rule: dict[str, Any],
    asked: GateRequest | None = None,
    told: PersonFacts | None = None,
    now: datetime = NOON,
) -> Decision:
    packs = library(pack([{"id": "RULE", **rule}]))
    return decide(asked or request(), told or facts(), packs, now)


def numbers(decision: Decision) -> dict[str, str]:
    assert [reason.rule_id for reason in decision.reasons] == ["RULE"]
    return decision.reasons[0].numbers


def call(at: datetime, outcome: str = "no_answer", **more: Any) -> Attempt:
    return Attempt(at=at, channel=Channel.CALL_LIVE, outcome=AttemptOutcome(outcome), **more)


def counter(event: str, most: int = 1, **more: Any) -> dict[str, Any]:
    span = {"type": "calendar_day"}
    return {
        "kind": "counter",
        "count": {"event": event, **more},
        "per": ["person"],
        "window": span,
        "max": most,
    }


@pytest.mark.parametrize(
    ("event", "outcomes"),
    [
        (
            "placed",
            "reserved dispatched placed busy not_in_service no_answer voicemail answered conversation",
        ),
        ("connected", "reserved dispatched answered conversation voicemail delivered"),
        ("unanswered", "reserved dispatched busy not_in_service no_answer voicemail"),
        ("conversation", "reserved dispatched answered conversation"),
        ("communicated", "reserved dispatched placed voicemail answered conversation"),
    ],
)
def test_an_attempt_counts_as_what_it_became_or_may_still_become(event: str, outcomes: str) -> None:
    counted = set(outcomes.split())
    known = {"reserved", "dispatched", "placed", "busy", "not_in_service", "no_answer", "voicemail"}
    for outcome in known | {"answered", "conversation", "free"}:
        told = facts(attempts=[call(NOON - HOUR, outcome)])
        expected = Effect.DEFER if outcome in counted else Effect.ALLOW
        assert decided(counter(event), told=told).effect is expected, outcome


def test_a_message_on_its_way_cannot_become_a_conversation() -> None:
    sent = Attempt(at=NOON - HOUR, channel=Channel.SMS, outcome=AttemptOutcome.DISPATCHED)
    assert decided(counter("conversation"), told=facts(attempts=[sent])).effect is Effect.ALLOW
    assert decided(counter("delivered"), told=facts(attempts=[sent])).effect is Effect.DEFER


def test_a_counter_tells_its_numbers() -> None:
    told = facts(attempts=[call(NOON - HOUR), call(NOON - 2 * HOUR)])
    assert numbers(decided(counter("placed", 2), told=told)) == {
        "count": "2",
        "event": "placed",
        "window": "calendar_day",
        "per": "person",
        "max": "2",
        "zone": "UTC",
    }


def test_visits_are_counted_whatever_else_was_tried() -> None:
    visit = Attempt(at=NOON - HOUR, channel=Channel.VISIT, outcome=AttemptOutcome.VISITED)
    assert decided(counter("visit"), told=facts(attempts=[call(NOON - HOUR)])).effect is Effect.ALLOW
    assert decided(counter("visit"), told=facts(attempts=[visit])).effect is Effect.DEFER


def test_not_a_single_attempt_is_permitted_where_the_last_permitted_number_is_none() -> None:
    decision = decided(counter("placed", 0))
    assert [reason.rule_id for reason in decision.reasons] == ["RULE", "NEVER-PERMITTED"]


def test_inbound_attempts_count_where_the_rule_says_so() -> None:
    received = facts(attempts=[call(NOON - HOUR, "conversation", direction="in")])
    assert decided(counter("conversation"), told=received).effect is Effect.ALLOW
    assert decided(counter("conversation", direction="any"), told=received).effect is Effect.DEFER


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("creditor", {"creditor": "other bank"}),
        ("collector", {"collector_id": "agency"}),
        ("person", {"person_id": "guarantor"}),
        ("debt", {"debts": ("card",)}),
        ("contact_point", {"contact_point_id": "work"}),
    ],
)
def test_attempts_count_for_the_same_key_only(key: str, other: dict[str, Any]) -> None:
    rule = counter("placed") | {"per": [key]}
    assert decided(rule, told=facts(attempts=[call(NOON - HOUR, **other)])).effect is Effect.ALLOW
    assert decided(rule, told=facts(attempts=[call(NOON - HOUR)])).effect is Effect.DEFER
    unlimited = rule | {"per": ["creditor"] if key != "creditor" else ["person"]}
    assert decided(unlimited, told=facts(attempts=[call(NOON - HOUR, **other)])).effect is Effect.DEFER


def test_an_attempt_that_names_no_debt_may_have_been_about_any() -> None:
    rule = counter("placed") | {"per": ["debt"]}
    assert decided(rule, told=facts(attempts=[call(NOON - HOUR, debts=())])).effect is Effect.DEFER


def test_a_preference_for_hours_holds_over_midnight_on_the_day_it_begins() -> None:
    rule = {"kind": "preference", "deny_if_pref": "inconvenient_now_or_place"}
    friday_night = Preference(kind="inconvenient", since=NOON, weekdays=(5,), from_="22:00", to="06:00")
    told = facts(preferences=(friday_night,))
    saturday = decided(rule, told=told, now=utc("2026-03-07T03:00:00Z"))
    assert saturday.effect is Effect.DEFER and saturday.until == utc("2026-03-07T06:00:00Z")
    assert decided(rule, told=told, now=utc("2026-03-06T03:00:00Z")).effect is Effect.ALLOW
    assert decided(rule, told=told, now=utc("2026-03-07T22:30:00Z")).effect is Effect.ALLOW


def test_an_inconvenient_place_is_not_waited_for() -> None:
    rule = {"kind": "preference", "deny_if_pref": "inconvenient_now_or_place"}
    at_work = Preference(kind="inconvenient", since=NOON - HOUR, contact_point_id="work")
    told = facts(preferences=(at_work,))
    assert decided(rule, request(contact_point_id="work"), told).effect is Effect.REVIEW
    assert decided(rule, request(contact_point_id="mobile"), told).effect is Effect.ALLOW


def test_an_opt_out_of_everything_is_one_of_each_channel_and_point() -> None:
    rule = {"kind": "preference", "deny_if_pref": "medium_opt_out", "effect": "deny"}
    told = facts(preferences=(Preference(kind="medium_opt_out", since=NOON - HOUR),))
    assert decided(rule, told=told).effect is Effect.DENY
    assert decided(rule, told=told, now=NOON - 2 * HOUR).effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("hold", "purpose", "effect"),
    [
        ({"scope": "person", "block": ["collect"]}, "collect", Effect.DENY),
        ({"scope": "person", "block": ["collect"]}, "service", Effect.ALLOW),
        ({"scope": "person", "block": "any", "allow": ["service"]}, "service", Effect.ALLOW),
        ({"scope": "person", "block": "any", "to_parties": ["debtor"]}, "collect", Effect.ALLOW),
        ({"scope": "person", "block": [], "effect": "review"}, "service", Effect.REVIEW),
        ({"scope": "debt", "block": "any"}, "collect", Effect.ALLOW),
        ({"scope": "contact_point", "block": "any"}, "collect", Effect.ALLOW),
    ],
)
def test_a_hold_stops_what_its_kind_says(hold: dict[str, Any], purpose: str, effect: Effect) -> None:
    rule = {"kind": "hold", "holds": {"dispute": hold}, "effect": "deny"}
    elsewhere = Hold(kind=HoldKind.DISPUTE, placed_at=NOON - HOUR, debt="card", contact_point_id="work")
    assert decided(rule, request(purpose=purpose), facts(holds=(elsewhere,))).effect is effect


def test_a_hold_that_names_no_debt_is_about_every_one() -> None:
    rule = {"kind": "hold", "holds": {"dispute": {"scope": "debt", "block": "any"}}, "effect": "deny"}
    everything = Hold(kind=HoldKind.DISPUTE, placed_at=NOON - HOUR)
    assert decided(rule, told=facts(holds=(everything,))).effect is Effect.DENY


def test_a_hold_that_no_rule_names_stops_everything() -> None:
    rule = {"kind": "hold", "holds": {"dispute": {"scope": "debt", "block": ["collect"]}}}
    manual = Hold(kind=HoldKind.MANUAL, placed_at=NOON - HOUR)
    decision = decided(rule, request(purpose="service"), facts(holds=(manual,)))
    assert decision.effect is Effect.DENY
    assert [reason.rule_id for reason in decision.reasons] == ["HOLD-UNNAMED"]


def test_a_hold_of_so_many_days_ends_with_the_last_of_them_where_that_comes_last() -> None:
    rule = {"kind": "hold", "holds": {"dispute": {"scope": "debt", "block": "any", "max_days": 2}}}
    told = facts("UTC", "America/New_York", holds=(Hold(kind=HoldKind.DISPUTE, placed_at=NOON),))
    decision = decided(rule, told=told, now=NOON)
    assert decision.until == utc("2026-03-04T05:00:00Z")


def test_content_is_looked_at_where_there_is_any_and_asked_for_where_there_is_none() -> None:
    rule = {"kind": "content", "must_include": ["institution_name"], "must_not": ["threat"], "effect": "deny"}
    wrong = decided(rule, request(channel="sms", content={"tags": ["threat"], "linter": "3"}))
    assert wrong.effect is Effect.DENY
    assert numbers(wrong) == {"must_include": "institution_name", "must_not": "threat", "linter": "3"}
    assert (
        decided(rule, request(channel="sms", content={"tags": ["institution_name"]})).effect is Effect.ALLOW
    )
    assert decided(rule).obligations == ("include:institution_name",)


def test_content_asked_for_by_channel_is_asked_of_that_channel() -> None:
    rule = {"kind": "content", "must_include_by_channel": {"sms": ["opt_out_method"]}, "effect": "deny"}
    assert decided(rule, request(channel="sms")).obligations == ("include:opt_out_method",)
    assert decided(rule, request(channel="letter", content={"tags": []})).effect is Effect.ALLOW


def test_who_may_not_learn_of_the_debt_gets_no_words_of_it() -> None:
    rule = {
        "kind": "party",
        "allow": [{"parties": ["relative"], "purposes": ["locate"], "disclose_debt": False}],
        "effect": "deny",
    }
    asked = {"party": "relative", "purpose": "locate"}
    assert decided(rule, request(**asked)).obligations == ("withhold:debt",)
    told = request(**asked, content={"tags": ["third_party_debt_disclosure"]})
    assert decided(rule, told).effect is Effect.DENY


def test_the_first_entry_whose_condition_holds_permits_a_party() -> None:
    heir = {"parties": ["heir"], "purposes": "any", "disclose_debt": True}
    rule = {
        "kind": "party",
        "allow": [heir | {"require": {"any_fact": ["debtor_deceased"]}}],
        "effect": "deny",
    }
    asked = request(party="heir")
    assert decided(rule, asked, facts(known={"debtor_deceased": True})).effect is Effect.ALLOW
    assert numbers(decided(rule, asked)) == {
        "party": "heir",
        "purpose": "collect",
        "requires_one_of": "debtor_deceased",
    }


def test_a_basis_is_a_fact_or_a_consent_in_force_of_that_name() -> None:
    rule = {"kind": "consent", "require": {"any_fact": ["prior_express_consent"]}, "effect": "deny"}
    consent = Consent(kind="prior_express_consent", given_at=NOON - HOUR, until=NOON + HOUR)
    assert decided(rule).effect is Effect.DENY
    assert decided(rule, told=facts(known={"prior_express_consent": True})).effect is Effect.ALLOW
    assert decided(rule, told=facts(consents=(consent,))).effect is Effect.ALLOW
    assert decided(rule, told=facts(consents=(consent,)), now=NOON + HOUR).effect is Effect.DENY
    revoked = facts(consents=(consent,), known={"prior_express_consent": False})
    assert decided(rule, told=revoked).effect is Effect.DENY


def test_a_permit_ends_with_the_consent_that_it_rests_on() -> None:
    rule = {"kind": "consent", "require": {"any_fact": ["prior_express_consent"]}, "effect": "deny"}
    end = NOON + timedelta(seconds=90)
    consent = Consent(kind="prior_express_consent", given_at=NOON - HOUR, until=end)
    assert decided(rule, told=facts(consents=(consent,))).valid_until == end


def test_an_actor_has_what_is_said_of_him_and_enough_staff() -> None:
    rule = {"kind": "actor", "require": {"facts": ["recorded_line"], "min_staff": 2}, "effect": "deny"}
    assert numbers(decided(rule)) == {
        "missing": "recorded_line",
        "staff": "1",
        "min_staff": "2",
        "role": "bank",
    }
    ready = request(collector={"staff": 2, "facts": ["recorded_line"]})
    assert decided(rule, ready).obligations == ("record:recorded_line",)
    assert decided(rule, ready, facts(known={"recorded_line": False})).effect is Effect.DENY


def test_a_sequence_leaves_time_after_the_event_that_starts_it() -> None:
    validation = {"event": "validation_sent", "by": "P5D", "of": "initial_communication"}
    rule = {"kind": "sequence", "require": validation, "effect": "deny"}
    first = Event(kind="initial_communication", at=NOON)
    told = facts(events=(first,))
    assert decided(rule).effect is Effect.DENY
    last = utc("2026-03-07T23:59:00Z")
    assert decided(rule, told=told, now=last).valid_until == utc("2026-03-08T00:00:00Z")
    assert decided(rule, told=told, now=utc("2026-03-08T00:00:00Z")).effect is Effect.DENY
    sent = facts(events=(first, Event(kind="validation_sent", at=NOON, debt="debt")))
    assert decided(rule, told=sent, now=utc("2026-04-08T00:00:00Z")).effect is Effect.ALLOW
    two = request(debts=["debt", "card"])
    assert decided(rule, two, sent, utc("2026-04-08T00:00:00Z")).effect is Effect.DENY


def test_business_days_of_a_sequence_are_the_calendars() -> None:
    validation = {"event": "validation_sent", "by": "P2BD", "of": "initial_communication"}
    rule = {"kind": "sequence", "require": validation, "effect": "deny"}
    # Friday 2026-02-13; Saturday is worked, Monday is a holiday.
    told = facts(events=(Event(kind="initial_communication", at=utc("2026-02-13T12:00:00Z")),))
    assert decided(rule, told=told, now=utc("2026-02-17T23:59:59Z")).effect is Effect.ALLOW
    assert decided(rule, told=told, now=utc("2026-02-18T00:00:00Z")).effect is Effect.DENY


def test_a_cooldown_tells_when_it_ends() -> None:
    rule = {
        "kind": "cooldown",
        "after": {"event": "conversation", "direction": "any"},
        "per": ["person"],
        "days": 7,
    }
    told = facts(attempts=[call(NOON, "conversation", direction="in")])
    assert numbers(decided(rule, told=told)) == {
        "event": "conversation",
        "days": "7",
        "per": "person",
        "zone": "UTC",
        "event_on": "2026-03-02",
        "free_on": "2026-03-09",
    }


def test_all_reasons_are_told_and_the_worst_effect_wins() -> None:
    closed = {"kind": "window", "allow": [{"days": ["any"], "from": "13:00", "to": "14:00"}]}
    unbased = {"kind": "consent", "require": {"any_fact": ["prior_express_consent"]}, "effect": "deny"}
    packs = library(pack([closed, unbased]), overlay([{**closed, "id": "MORE", "effect": "review"}]))
    decision = decide(request(), facts(), packs, NOON)
    assert decision.effect is Effect.DENY and decision.until is None
    assert [(reason.rule_id, reason.effect) for reason in decision.reasons] == [
        ("WINDOW", Effect.DEFER),
        ("CONSENT", Effect.DENY),
        ("MORE", Effect.REVIEW),
    ]
    assert decision.packs == ("base@1", "overlay@1", "days@1")


def test_an_overlay_restates_a_rule_of_its_base() -> None:
    closed = {"id": "HOURS", "kind": "window", "allow": [{"days": ["any"], "from": "13:00", "to": "14:00"}]}
    tighter = closed | {"effect": "deny"}
    decision = decide(request(), facts(), library(pack([closed]), overlay([tighter])), NOON)
    assert [(reason.rule_id, reason.effect) for reason in decision.reasons] == [("HOURS", Effect.DENY)]


@pytest.mark.parametrize(("role", "force"), [("agency", Force.LAW), ("bank", Force.POLICY)])
def test_a_first_party_treated_as_covered_is_told_of_policy(role: str, force: Force) -> None:
    closed = {"kind": "window", "allow": [{"days": ["any"], "from": "13:00", "to": "14:00"}]}
    covered = pack([closed], applicability={"covered_roles": ["agency"]})
    decision = decide(request(collector={"role": role}), facts(), library(covered), NOON)
    assert [reason.force for reason in decision.reasons] == [force]


def test_a_first_party_that_is_not_covered_is_not_bound() -> None:
    closed = {"kind": "window", "allow": [{"days": ["any"], "from": "13:00", "to": "14:00"}]}
    outside = {"covered_roles": ["agency"], "treat_first_party_as_covered": False}
    packs = library(pack([closed], applicability=outside))
    assert decide(request(), facts(), packs, NOON).effect is Effect.ALLOW
    assert decide(request(collector={"role": "agency"}), facts(), packs, NOON).effect is Effect.DEFER


def test_a_deferral_waits_for_the_end_of_a_hold_that_no_rule_names() -> None:
    closed = {"kind": "window", "allow": [{"days": ["any"], "from": "13:00", "to": "18:00"}]}
    later = Hold(kind=HoldKind.MANUAL, placed_at=NOON + HOUR / 2, until=NOON + 2 * HOUR)
    assert decided(closed, told=facts(holds=(later,))).until == NOON + 2 * HOUR
    open_ended = Hold(kind=HoldKind.MANUAL, placed_at=NOON + HOUR / 2)
    assert decided(closed, told=facts(holds=(open_ended,))).effect is Effect.REVIEW
