"""The instants at which something begins or ends, one by one: what random situations seldom meet."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.gate.facts import (
    Attempt,
    AttemptOutcome,
    Consent,
    Hold,
    PersonFacts,
    Preference,
)
from shared.contracts.decisions import Effect
from shared.contracts.vocabulary import Channel, HoldKind
from tests.unit.compliance.gate_engine_packs import facts, library, overlay, pack, request, utc

NOON = utc("2026-03-02T12:00:00Z")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NEW_YORK = "America/New_York"


def window(first: str, last: str, *days: str, **more: Any) -> dict[str, Any]:
    return {"kind": "window", "allow": [{"days": list(days or ("any",)), "from": first, "to": last}], **more}


def decided(rule: dict[str, Any], told: PersonFacts, now: datetime) -> Decision:
    return decide(request(), told, library(pack([rule])), now)


def call(at: datetime) -> Attempt:
    return Attempt(at=at, channel=Channel.CALL_LIVE, outcome=AttemptOutcome.NO_ANSWER)


def test_an_attempt_leaves_a_duration_exactly_when_that_has_passed() -> None:
    span = {"type": "rolling_duration", "hours": 2}
    rule = {"kind": "counter", "count": {"event": "placed"}, "per": ["person"], "window": span, "max": 1}
    told = facts(attempts=[call(NOON)])
    decision = decided(rule, told, NOON + HOUR)
    assert decision.until == NOON + 2 * HOUR
    assert decided(rule, told, NOON + 2 * HOUR).effect is Effect.ALLOW
    assert decided(rule, told, NOON + 2 * HOUR - timedelta.resolution).effect is Effect.DEFER


def test_a_permit_ends_at_midnight_where_the_next_kind_of_day_is_closed() -> None:
    rule = window("00:00", "24:00", "workday", "makeup_workday")
    # Friday 2026-02-27; Saturday is a weekend.
    decision = decided(rule, facts(), utc("2026-02-27T23:58:00Z"))
    assert decision.valid_until == utc("2026-02-28T00:00:00Z")


def test_a_permit_goes_on_over_midnight_where_the_next_day_is_open_as_well() -> None:
    now = utc("2026-03-02T23:58:00Z")
    for rule in (window("00:00", "24:00"), window("00:00", "24:00", "workday")):
        assert decided(rule, facts(), now).valid_until == now + 5 * MINUTE


def test_a_permit_ends_where_a_hold_begins_that_is_known_already() -> None:
    rule = {"kind": "hold", "holds": {"dispute": {"scope": "debt", "block": "any"}}, "effect": "deny"}
    told = facts(holds=(Hold(kind=HoldKind.DISPUTE, placed_at=NOON + MINUTE),))
    assert decided(rule, told, NOON).valid_until == NOON + MINUTE


def test_a_permit_ends_where_the_clock_jumps_out_of_the_hours() -> None:
    # New York, 2026-11-01: at 06:00 UTC the clock goes back from 02:00 to 01:00.
    decision = decided(window("01:30", "02:00"), facts(NEW_YORK), utc("2026-11-01T05:58:00Z"))
    assert decision.valid_until == utc("2026-11-01T06:00:00Z")


def test_hours_that_come_twice_are_open_twice() -> None:
    decision = decided(window("01:00", "01:30"), facts(NEW_YORK), utc("2026-11-01T05:45:00Z"))
    assert decision.until == utc("2026-11-01T06:00:00Z")


def test_inconvenient_hours_end_where_the_clock_jumps_out_of_them() -> None:
    rule = {"kind": "preference", "deny_if_pref": "inconvenient_now_or_place"}
    wish = Preference(kind="inconvenient", since=NOON, from_="01:30", to="02:00")
    decision = decided(rule, facts(NEW_YORK, preferences=(wish,)), utc("2026-11-01T05:45:00Z"))
    assert decision.until == utc("2026-11-01T06:00:00Z")


def test_a_deferral_ends_where_the_overlay_behind_it_does() -> None:
    span = {"type": "rolling_local_days", "days": 7}
    rule = {"kind": "counter", "count": {"event": "placed"}, "per": ["person"], "window": span, "max": 1}
    ending = overlay([rule], effective={"from": "2026-01-01", "to": "2026-03-03"})
    packs = library(pack([window("08:00", "20:00")]), ending)
    decision = decide(request(), facts(attempts=[call(NOON)]), packs, NOON + HOUR)
    assert decision.until == utc("2026-03-04T08:00:00Z")


def test_a_permit_ends_where_an_overlay_begins() -> None:
    beginning = overlay([window("08:00", "20:00")], effective={"from": "2026-03-03"})
    packs = library(pack([window("00:00", "24:00")]), beginning)
    decision = decide(request(), facts(), packs, utc("2026-03-02T23:58:00Z"))
    assert decision.valid_until == utc("2026-03-03T00:00:00Z")


def test_a_deferral_ends_with_a_consent_that_begins() -> None:
    consent = Consent(kind="time", given_at=NOON + 10 * MINUTE, until=NOON + HOUR)
    closed = window("18:00", "19:00", waived_by={"consent": "time"})
    assert decided(closed, facts(consents=(consent,)), NOON).until == NOON + 10 * MINUTE


def test_the_direct_consent_ends_by_itself() -> None:
    closed = window("18:00", "19:00", waived_by={"consent": "call_frequency_7d"})
    consent = Consent(kind="call_frequency_7d", given_at=NOON)
    told = facts("UTC", "Asia/Tokyo", consents=(consent,))
    # Day 1 is March 2 in both; day 7 ends on the 8th, in Tokyo first.
    assert decided(closed, told, utc("2026-03-08T14:59:59Z")).effect is Effect.ALLOW
    assert decided(closed, told, utc("2026-03-08T15:00:00Z")).effect is not Effect.ALLOW


@pytest.mark.parametrize(("of_overlay", "minutes"), [(60, 1), (600, 5)])
def test_the_shortest_time_to_live_counts(of_overlay: int, minutes: int) -> None:
    mode = {"mode": "debtor", "sources": ["declared"]}
    shorter = overlay([], defaults={"time_zone": mode, "decision_ttl_seconds": of_overlay})
    packs = library(pack([window("00:00", "24:00")]), shorter)
    assert decide(request(), facts(), packs, NOON).valid_until == NOON + minutes * MINUTE
