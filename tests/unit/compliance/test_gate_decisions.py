"""The gate's rules, one at a time and together."""

from datetime import UTC, datetime, timedelta

import pytest

from services.compliance.domain.decision import decide
from services.compliance.domain.facts import AttemptState, Hold, OptOut
from services.compliance.domain.rules import GateRules
from shared.contracts.decisions import Effect
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Purpose
from tests.unit.compliance.gate_cases import NOON, attempt, facts, jurisdiction, party, request, rules

BEIJING = timedelta(hours=8)


def at_beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - BEIJING


@pytest.mark.parametrize(
    ("local", "effect"),
    [
        ("2026-03-02T22:00:00", Effect.DEFER),
        ("2026-03-02T21:59:59", Effect.ALLOW),
        ("2026-03-02T08:00:00", Effect.ALLOW),
        ("2026-03-02T07:59:59.999999", Effect.DEFER),
    ],
)
def test_the_window_is_half_open(local: str, effect: Effect) -> None:
    assert decide(request(), facts(), rules(), at_beijing(local)).effect is effect


def test_a_deferral_at_night_names_the_next_opening_and_the_numbers_used() -> None:
    decision = decide(request(), facts(), rules(), at_beijing("2026-03-02T22:00:00"))
    assert decision.until == at_beijing("2026-03-03T08:00:00")
    assert [reason.rule_id for reason in decision.reasons] == ["QUIET-HOURS"]
    assert decision.reasons[0].numbers["local"] == "22:00"
    assert decision.reasons[0].numbers["to"] == "22:00"


def test_a_permit_ends_with_its_time_to_live() -> None:
    assert decide(request(), facts(), rules(), NOON).valid_until == NOON + timedelta(minutes=5)


def test_a_permit_ends_with_the_window_where_that_is_earlier() -> None:
    # Case S1: decided at 20:58 New York time, where contact ends at 21:00.
    now = datetime(2026, 7, 8, 0, 58, tzinfo=UTC)
    decision = decide(request(jurisdiction="US", time_zone="America/New_York"), facts(), rules(), now)
    assert decision.valid_until == datetime(2026, 7, 8, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", [None, "Mars/Olympus", "../../etc/passwd", "Factory"])
def test_a_zone_that_nobody_knows_is_for_a_human(zone: str | None) -> None:
    decision = decide(request(time_zone=zone), facts(), rules(), NOON)
    assert decision.effect is Effect.REVIEW
    assert decision.reasons[0].rule_id == "QUIET-HOURS"


def test_a_zone_on_file_stands_in_for_one_that_the_request_lacks() -> None:
    decision = decide(request(time_zone=None), facts(parties=[party()]), rules(), NOON)
    assert decision.effect is Effect.ALLOW


def test_every_candidate_zone_has_to_permit_the_hour() -> None:
    known = facts(parties=[party(time_zone="America/New_York")])
    decision = decide(request(), known, rules(), NOON)
    assert decision.effect is Effect.DEFER
    # 08:00 in New York is 21:00 in Shanghai: one hour suits both; midnight UTC is 08:00 and 19:00.
    assert decision.until == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)


def test_hours_that_never_meet_are_for_a_human() -> None:
    known = facts(parties=[party(time_zone="America/Sao_Paulo")])
    narrow = GateRules({"CN": jurisdiction("CN", 9, 12)}, timedelta(minutes=5), "narrow")
    decision = decide(request(), known, narrow, NOON)
    assert decision.effect is Effect.REVIEW
    assert decision.reasons[-1].numbers["zone"] == "America/Sao_Paulo,Asia/Shanghai"


def test_an_unknown_jurisdiction_is_for_a_human_and_is_not_repeated() -> None:
    decision = decide(request(jurisdiction="<script>"), facts(), rules(), NOON)
    assert decision.effect is Effect.REVIEW
    assert decision.reasons[0].rule_id == "JURISDICTION"
    assert "script" not in str(decision.reasons)


def test_the_stricter_jurisdiction_counts() -> None:
    known = facts(parties=[party(jurisdiction="US")])
    decision = decide(request(), known, rules(), at_beijing("2026-03-02T21:30:00"))
    assert decision.effect is Effect.DEFER
    assert decision.reasons[0].numbers["jurisdiction"] == "US"


@pytest.mark.parametrize("state", [AttemptState.RESERVED, AttemptState.REDEEMED, AttemptState.LEFT])
def test_the_day_cap_counts_reservations_redemptions_and_dispatches(state: AttemptState) -> None:
    known = facts(attempts=[attempt(NOON - timedelta(hours=hours), state) for hours in (1, 2, 3)])
    decision = decide(request(), known, rules(), NOON)
    assert decision.effect is Effect.DEFER
    assert decision.until == at_beijing("2026-03-03T08:00:00")
    assert decision.reasons[0].numbers == {
        "jurisdiction": "CN",
        "zone": "Asia/Shanghai",
        "date": "2026-03-02",
        "count": "3",
        "max": "3",
    }


def test_the_day_cap_counts_calendar_days_by_the_local_clock() -> None:
    yesterday = [attempt(at_beijing(f"2026-03-01T{hour}:30:00")) for hour in (19, 20, 21)]
    assert decide(request(), facts(attempts=yesterday), rules(), NOON).effect is Effect.ALLOW


def test_below_the_cap_is_allowed() -> None:
    known = facts(attempts=[attempt(NOON), attempt(NOON)])
    assert decide(request(), known, rules(), NOON).effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("kind", "purpose", "effect"),
    [
        (HoldKind.DISPUTE, Purpose.COLLECT, Effect.DENY),
        (HoldKind.COMPLAINT, Purpose.COLLECT, Effect.DENY),
        (HoldKind.COMPLAINT, Purpose.COMPLAINT_REPLY, Effect.ALLOW),
        (HoldKind.BANKRUPTCY, Purpose.LEGAL_NOTICE, Effect.ALLOW),
        (HoldKind.BANKRUPTCY, Purpose.SERVICE, Effect.DENY),
        (HoldKind.MANUAL, Purpose.SERVICE, Effect.DENY),
        (HoldKind.VULNERABLE, Purpose.COLLECT, Effect.REVIEW),
        (HoldKind.HARDSHIP_REVIEW, Purpose.COLLECT, Effect.REVIEW),
        (HoldKind.WRONG_NUMBER, Purpose.SERVICE, Effect.DENY),
    ],
)
def test_holds(kind: HoldKind, purpose: Purpose, effect: Effect) -> None:
    known = facts(holds=[Hold("hold-1", kind, None, None)])
    assert decide(request(purpose=purpose), known, rules(), NOON).effect is effect


def test_a_hold_ends_at_its_hour() -> None:
    known = facts(holds=[Hold("hold-1", HoldKind.BREATHING_SPACE, None, NOON)])
    assert decide(request(), known, rules(), NOON).effect is Effect.ALLOW
    assert decide(request(), known, rules(), NOON - timedelta(seconds=1)).effect is Effect.DENY


def test_a_wrong_number_bars_that_contact_point_only() -> None:
    known = facts(holds=[Hold("hold-1", HoldKind.WRONG_NUMBER, "point-1", None)])
    denied = decide(request(), known, rules(), NOON)
    assert (denied.effect, denied.reasons[0].rule_id) == (Effect.DENY, "WRONG-NUMBER")
    assert decide(request(contact_point_id="point-2"), known, rules(), NOON).effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("opted_out", "channel", "effect"),
    [
        ("sms", Channel.SMS, Effect.DENY),
        ("sms", Channel.EMAIL, Effect.ALLOW),
        ("all", Channel.EMAIL, Effect.DENY),
    ],
)
def test_opt_outs(opted_out: str, channel: Channel, effect: Effect) -> None:
    known = facts(opt_outs=[OptOut(opted_out, NOON)])
    assert decide(request(channel=channel), known, rules(), NOON).effect is effect


@pytest.mark.parametrize("role", [PartyRole.CONTACT, PartyRole.RELATIVE, PartyRole.EMPLOYER, PartyRole.HEIR])
def test_third_parties_are_denied(role: PartyRole) -> None:
    decision = decide(request(role=role), facts(), rules(), NOON)
    assert (decision.effect, decision.reasons[0].rule_id) == (Effect.DENY, "PARTY")


def test_the_role_on_file_counts_even_where_the_request_names_another() -> None:
    known = facts(parties=[party(role=PartyRole.RELATIVE)])
    assert decide(request(), known, rules(), NOON).effect is Effect.DENY


def test_somebody_who_is_no_party_any_more_is_denied() -> None:
    known = facts(parties=[party(removed=True)])
    assert decide(request(), known, rules(), NOON).effect is Effect.DENY


def test_the_worst_effect_wins_and_all_reasons_are_told() -> None:
    known = facts(
        holds=[Hold("hold-1", HoldKind.VULNERABLE, None, None)],
        opt_outs=[OptOut("sms", NOON)],
        attempts=[attempt(at_beijing("2026-03-02T20:00:00"))] * 3,
    )
    decision = decide(request(), known, rules(), at_beijing("2026-03-02T23:00:00"))
    assert decision.effect is Effect.DENY
    assert [reason.rule_id for reason in decision.reasons] == ["HOLD", "OPT-OUT", "QUIET-HOURS", "DAY-CAP"]
    assert (decision.until, decision.valid_until) == (None, None)
    assert all(reason.citation for reason in decision.reasons)
