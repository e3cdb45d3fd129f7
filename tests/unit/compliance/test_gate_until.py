"""What a deferral and a permit promise about time, in zones with and without summer time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.compliance.domain.decision import decide
from services.compliance.domain.rules import GateRules
from services.compliance.domain.window import Window, reached
from shared.contracts.decisions import Effect
from tests.unit.compliance.gate_cases import attempt, facts, jurisdiction, party, request

ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Havana",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/St_Johns",
)
MINUTE = timedelta(minutes=1)


def moments(first: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.integers(0, days * 86_400).map(lambda seconds: first + timedelta(seconds=seconds))


instants = st.one_of(
    moments(datetime(2026, 1, 1, tzinfo=UTC), 365),
    moments(datetime(2011, 12, 26, tzinfo=UTC), 7),  # Apia skipped the 30th
    moments(datetime(2026, 3, 7, tzinfo=UTC), 2),  # summer time begins in New York
    moments(datetime(2026, 10, 24, tzinfo=UTC), 2),  # and ends in London
)


@st.composite
def situations(draw: st.DrawFn):  # type: ignore[no-untyped-def]
    now = draw(instants)
    opens = draw(st.integers(4, 12))
    closes = draw(st.integers(opens + 1, 23))
    cap = draw(st.integers(1, 3))
    rules = GateRules({"CN": jurisdiction("CN", opens, closes, cap)}, timedelta(minutes=5), "x")
    ages = draw(st.lists(st.integers(0, 30 * 60), max_size=5))
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3))
    known = facts(
        attempts=[attempt(now - age * MINUTE) for age in ages],
        parties=[party(time_zone=zone) for zone in zones[1:]],
    )
    return request(time_zone=zones[0]), known, rules, now


@given(situations())
def test_a_deferred_contact_is_permitted_at_until_and_not_a_minute_before(situation) -> None:  # type: ignore[no-untyped-def]
    asked, known, rules, now = situation
    decision = decide(asked, known, rules, now)
    assume(decision.effect is Effect.DEFER)
    assert decision.until is not None and decision.until > now
    assert decide(asked, known, rules, decision.until).effect is Effect.ALLOW
    before = decision.until - MINUTE
    if before >= now:
        assert decide(asked, known, rules, before).effect is Effect.DEFER


@given(situations())
def test_no_instant_before_until_is_permitted(situation) -> None:  # type: ignore[no-untyped-def]
    asked, known, rules, now = situation
    decision = decide(asked, known, rules, now)
    assume(decision.until is not None)
    instant = now
    while instant < decision.until:
        assert decide(asked, known, rules, instant).effect is Effect.DEFER
        instant += timedelta(minutes=30)


@given(situations())
def test_a_permit_is_good_for_every_moment_of_its_validity(situation) -> None:  # type: ignore[no-untyped-def]
    asked, known, rules, now = situation
    now = decide(asked, known, rules, now).until or now
    decision = decide(asked, known, rules, now)
    assume(decision.valid_until is not None)
    assert now < decision.valid_until <= now + rules.permit_ttl
    last = decision.valid_until - timedelta(microseconds=1)
    assert decide(asked, known, rules, last).effect is Effect.ALLOW
    if decision.valid_until < now + rules.permit_ttl:
        assert decide(asked, known, rules, decision.valid_until).effect is Effect.DEFER


def test_a_minute_that_the_clock_jumps_over_is_reached_at_the_jump() -> None:
    # New York, 2026-03-08: 02:00 becomes 03:00 at 07:00 UTC.
    jump = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert reached(ZoneInfo("America/New_York"), jump.date(), 2 * 60 + 30) == jump


@pytest.mark.parametrize(("opens", "closes"), [(480, 480), (600, 480), (180, 480), (480, 1440)])
def test_a_window_that_is_empty_or_reaches_into_the_night_is_refused(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="window"):
        Window(opens, closes)
