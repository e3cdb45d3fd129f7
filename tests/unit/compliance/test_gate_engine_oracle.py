"""Windows, counters and cooldowns read off wall clocks in the plainest way, against the engine."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.compliance.domain.gate.clocks import DAY, instant, second_of, zone_named
from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome
from shared.contracts.vocabulary import Channel
from tests.unit.compliance.gate_engine_packs import facts, library, pack, request
from tests.unit.compliance.test_gate_engine_until import ZONES, instants

NOT_CONNECTED = (AttemptOutcome.BUSY, AttemptOutcome.NOT_IN_SERVICE)
SPOKE = (
    AttemptOutcome.CONVERSATION,
    AttemptOutcome.ANSWERED,
    AttemptOutcome.RESERVED,
    AttemptOutcome.DISPATCHED,
)
zones = st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True)
calls = st.lists(
    st.tuples(st.integers(0, 12 * 1440), st.sampled_from(AttemptOutcome)).map(
        lambda pair: (timedelta(minutes=pair[0]), pair[1])
    ),
    max_size=10,
)
enough = settings(max_examples=60, deadline=None)


def known(now: datetime, names: list[str], tried: list[tuple[timedelta, AttemptOutcome]]):  # type: ignore[no-untyped-def]
    attempts = [Attempt(at=now - age, outcome=what, channel=Channel.CALL_LIVE) for age, what in tried]
    return facts(*names, attempts=attempts)


def hit(rule, now: datetime, told) -> bool:  # type: ignore[no-untyped-def]
    decision = decide(request(), told, library(pack([rule])), now)
    return any(reason.rule_id == "RULE" for reason in decision.reasons)


@enough
@given(instants, zones, st.integers(0, 47), st.integers(1, 48))
def test_a_window_is_open_where_every_wall_clock_is_inside(now, names, first, length) -> None:  # type: ignore[no-untyped-def]
    last = min(first + length, 48)
    text = [f"{half // 2:02}:{half % 2 * 30:02}" for half in (first, last)]
    rule = {"id": "RULE", "kind": "window", "allow": [{"days": ["any"], "from": text[0], "to": text[1]}]}
    walls = [now.astimezone(ZoneInfo(name)) for name in names]
    inside = all(first * 30 <= wall.hour * 60 + wall.minute < last * 30 for wall in walls)
    assert hit(rule, now, known(now, names, [])) is not inside


@enough
@given(instants, zones, calls, st.integers(1, 8), st.integers(1, 5))
def test_calls_of_the_last_local_dates_are_counted_in_the_worst_zone(now, names, tried, days, most) -> None:  # type: ignore[no-untyped-def]
    rule = {
        "id": "RULE",
        "kind": "counter",
        "count": {"event": "placed", "exclude": ["not_connected"]},
        "per": ["person"],
        "window": {"type": "rolling_local_days", "days": days},
        "max": most,
    }
    counts = []
    for name in names:
        zone = ZoneInfo(name)
        first = now.astimezone(zone).date() - timedelta(days=days - 1)
        placed = [
            age
            for age, what in tried
            if what not in NOT_CONNECTED
            and what is not AttemptOutcome.FREE
            and (now - age).astimezone(zone).date() >= first
        ]
        counts.append(len(placed))
    assert hit(rule, now, known(now, names, tried)) is (max(counts) + 1 > most)


@enough
@given(instants, zones, calls, st.integers(1, 72), st.integers(1, 5))
def test_a_duration_is_half_open(now, names, tried, hours, most) -> None:  # type: ignore[no-untyped-def]
    rule = {
        "id": "RULE",
        "kind": "counter",
        "count": {"event": "placed"},
        "per": ["person"],
        "window": {"type": "rolling_duration", "hours": hours},
        "max": most,
    }
    count = sum(age < timedelta(hours=hours) and what is not AttemptOutcome.FREE for age, what in tried)
    assert hit(rule, now, known(now, names, tried)) is (count >= most)


@enough
@given(instants, zones, calls, st.integers(1, 8))
def test_a_cooldown_blocks_the_local_dates_from_the_conversation_on(now, names, tried, days) -> None:  # type: ignore[no-untyped-def]
    rule = {
        "id": "RULE",
        "kind": "cooldown",
        "after": {"event": "conversation", "direction": "any"},
        "per": ["person"],
        "days": days,
    }
    blocked = any(
        now.astimezone(ZoneInfo(name)).date()
        < (now - age).astimezone(ZoneInfo(name)).date() + timedelta(days=days)
        for name in names
        for age, what in tried
        if what in SPOKE
    )
    assert hit(rule, now, known(now, names, tried)) is blocked


@settings(max_examples=100, deadline=None)
@given(instants, st.sampled_from(ZONES))
def test_a_zones_clock_shows_what_the_standard_library_says(now: datetime, name: str) -> None:
    zone = zone_named(name)
    assert zone is not None
    wall = now.astimezone(ZoneInfo(name)).replace(tzinfo=UTC)
    assert zone.local(second_of(now)) == second_of(wall)


@settings(max_examples=100, deadline=None)
@given(instants, st.sampled_from(ZONES), st.integers(0, DAY - 1))
def test_a_local_second_is_reached_at_the_first_instant_that_shows_it_or_later(
    now: datetime, name: str, second: int
) -> None:
    zone = zone_named(name)
    assert zone is not None
    after = second_of(now)
    wanted = zone.local(after) // DAY * DAY + second
    found = zone.reaches(wanted, after)
    assert found >= after and zone.local(found) >= wanted
    assert found == after or zone.local(found - 1) < wanted
    walls = [instant(after + step).astimezone(ZoneInfo(name)) for step in range(0, found - after, 900)]
    assert all(second_of(wall.replace(tzinfo=UTC)) < wanted for wall in walls)
