"""What a deferral and a permit promise about time: random packs, histories and zones with odd clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from services.compliance.domain.gate.deciding import NEVER_PERMITTED, decide
from services.compliance.domain.gate.facts import (
    Attempt,
    AttemptOutcome,
    Consent,
    Hold,
    PersonFacts,
    Preference,
)
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.library import Library
from shared.contracts.decisions import Effect
from shared.contracts.vocabulary import Channel, HoldKind
from tests.unit.compliance.gate_engine_packs import TTL_SECONDS, facts, library, overlay, pack, request

MINUTE = timedelta(minutes=1)
TTL = timedelta(seconds=TTL_SECONDS)
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Africa/Casablanca",  # summer time but in Ramadan
    "Africa/Cairo",  # clocks change at midnight
    "America/Havana",
    "America/Asuncion",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/St_Johns",  # until 2011 clocks went back from 00:01 to the day before
)


class Situation(NamedTuple):
    asked: GateRequest
    known: PersonFacts
    packs: Library
    now: datetime


def moments(first: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.integers(0, days * 86_400).map(lambda seconds: first + timedelta(seconds=seconds))


instants = st.one_of(
    moments(datetime(2026, 1, 1, tzinfo=UTC), 365),
    moments(datetime(2026, 2, 12, tzinfo=UTC), 6),  # a make-up workday, a weekend and a holiday
    moments(datetime(2026, 3, 7, tzinfo=UTC), 2),  # summer time begins in New York
    moments(datetime(2026, 10, 24, tzinfo=UTC), 9),  # and ends in London, then in New York
    moments(datetime(2011, 12, 28, tzinfo=UTC), 3),  # Apia skipped the 30th
    moments(datetime(2010, 11, 6, tzinfo=UTC), 2),  # in St. John's a date began twice
    moments(datetime(2026, 12, 30, tzinfo=UTC), 2),  # the calendar ends
)
clocks = st.integers(0, 96).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
hours = st.tuples(clocks, clocks).filter(lambda pair: pair[0] < pair[1])
kinds_of_day = st.sampled_from(
    [["any"], ["any"], ["workday"], ["workday", "makeup_workday"], ["weekend", "holiday"], ["holiday"]]
)
effective = st.one_of(
    st.none(),
    st.builds(
        lambda day, zone: {"from": day.date().isoformat(), "zone": zone},
        moments(datetime(2026, 2, 10, tzinfo=UTC), 40),
        st.sampled_from(ZONES),
    ),
)
waived_by = st.one_of(st.none(), st.just({"consent": "time"}))

windows = st.builds(
    lambda allow, waived, since: {
        "kind": "window",
        "allow": [{"days": days, "from": first, "to": last} for days, (first, last) in allow],
        "waived_by": waived,
        "effective": since,
    },
    st.lists(st.tuples(kinds_of_day, hours), min_size=1, max_size=3),
    waived_by,
    effective,
)
events = st.sampled_from(["placed", "conversation", "unanswered", "communicated"])
per = st.sampled_from([["person"], ["person", "debt"], ["collector", "person"], ["contact_point"]])
spans = st.one_of(
    st.just({"type": "calendar_day"}),
    st.integers(1, 9).map(lambda days: {"type": "rolling_local_days", "days": days}),
    st.integers(1, 60).map(lambda hours: {"type": "rolling_duration", "hours": hours}),
    st.just({"type": "ever"}),
)
counters = st.builds(
    lambda event, keys, span, most, waived: {
        "kind": "counter",
        "count": {"event": event, "direction": "any"},
        "per": keys,
        "window": span,
        "max": most,
        "waived_by": waived,
    },
    events,
    per,
    spans,
    st.integers(1, 4),
    waived_by,
)
cooldowns = st.builds(
    lambda event, keys, days: {"kind": "cooldown", "after": {"event": event}, "per": keys, "days": days},
    events,
    per,
    st.integers(1, 8),
)
preferences = st.just({"kind": "preference", "deny_if_pref": "inconvenient_now_or_place"})
holds = st.just(
    {"kind": "hold", "holds": {"dispute": {"scope": "debt", "block": ["collect"], "max_days": 5}}}
)


def numbered(rules: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [rule | {"id": f"{name}-{number}"} for number, rule in enumerate(rules)]


def minutes(before: int, after: int) -> st.SearchStrategy[timedelta]:
    return st.integers(-before * 1440, after * 1440).map(lambda number: number * MINUTE)


lengths = st.integers(1, 9000).map(lambda number: number * MINUTE)
rules = st.one_of(windows, windows, counters, cooldowns, preferences, holds)
attempts = st.lists(
    st.tuples(
        minutes(12, 1),
        st.sampled_from(AttemptOutcome),
        st.sampled_from([("debt",), ("other",), ("debt", "other")]),
        st.sampled_from(["contact_point", "work"]),
    ),
    max_size=8,
)
consents = st.lists(st.tuples(minutes(1, 3), lengths), max_size=1)
wishes = st.lists(
    st.tuples(minutes(3, 1), st.tuples(clocks, clocks), st.lists(st.integers(1, 7), max_size=2)), max_size=2
)
placed = st.lists(st.tuples(minutes(6, 1), st.one_of(st.none(), lengths)), max_size=1)
situations = st.builds(
    lambda now, of_base, of_overlay, since, zones, debts, *lists: Situation(
        request(debts=debts), known(now, zones, *lists), packs(of_base, of_overlay, since), now
    ),
    instants,
    st.lists(rules, min_size=1, max_size=4),
    st.lists(st.one_of(windows, counters), max_size=2),
    effective,
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True),
    st.sampled_from([["debt"], ["debt", "other"]]),
    attempts,
    consents,
    wishes,
    placed,
)


def packs(of_base: list[dict[str, Any]], of_overlay: list[dict[str, Any]], since: Any) -> Library:
    over = overlay(numbered(of_overlay, "MORE"), effective=since or {"from": "2000-01-01"})
    return library(pack(numbered(of_base, "BASE")), over)


def known(now: datetime, zones: list[str], *lists: list[Any]) -> PersonFacts:
    tried, agreed, wished, stopped = lists
    return facts(
        *zones,
        attempts=[
            Attempt(
                at=now + since,
                outcome=outcome,
                channel=Channel.CALL_LIVE,
                debts=debts,
                contact_point_id=point,
            )
            for since, outcome, debts, point in tried
        ],
        consents=tuple(
            Consent(kind="time", given_at=now + since, until=now + since + length) for since, length in agreed
        ),
        preferences=tuple(
            Preference(kind="inconvenient", since=now + since, from_=first, to=last, weekdays=tuple(days))
            for since, (first, last), days in wished
        ),
        holds=tuple(
            Hold(kind=HoldKind.DISPUTE, placed_at=now + since, until=now + since + length if length else None)
            for since, length in stopped
        ),
    )


def effect_at(situation: Situation, at: datetime) -> Effect:
    return decide(situation.asked, situation.known, situation.packs, at).effect


many = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(situations, st.data())
def test_a_deferred_contact_is_permitted_at_until_and_at_no_instant_before(
    situation: Situation, data: st.DataObject
) -> None:
    decision = decide(*situation)
    assume(decision.effect is Effect.DEFER)
    until = decision.until
    assert until is not None and until > situation.now
    assert effect_at(situation, until) is Effect.ALLOW
    event(f"days to wait: {min((until - situation.now).days, 10)}")
    if until - MINUTE >= situation.now:
        assert effect_at(situation, until - MINUTE) is not Effect.ALLOW
    assert effect_at(situation, until - timedelta.resolution) is not Effect.ALLOW
    seconds = int((until - situation.now).total_seconds())
    for second in data.draw(st.lists(st.integers(0, max(seconds - 1, 0)), max_size=20)):
        assert effect_at(situation, situation.now + timedelta(seconds=second)) is not Effect.ALLOW


@many
@given(situations, st.data())
def test_a_permit_is_good_for_every_moment_of_its_validity_and_not_after(
    situation: Situation, data: st.DataObject
) -> None:
    now = decide(*situation).until or situation.now
    decision = decide(situation.asked, situation.known, situation.packs, now)
    assume(decision.effect is Effect.ALLOW)
    end = decision.valid_until
    assert end is not None and now < end <= now + TTL
    length = (end - now) // timedelta.resolution
    for part in data.draw(st.lists(st.integers(0, length - 1), max_size=20)):
        assert effect_at(situation, now + part * timedelta.resolution) is Effect.ALLOW
    changes = situation.packs.in_force((situation.known.place,), now).until
    if end < now + TTL and end != changes:
        event("ends early")
        assert effect_at(situation, end) is not Effect.ALLOW


far_apart = st.builds(
    lambda now, first, last, tried: Situation(
        request(),
        known(now, ["Asia/Shanghai", "America/New_York"], tried, [], [], []),
        packs([{"kind": "window", "allow": [{"days": ["any"], "from": first, "to": last}]}], [], None),
        now,
    ),
    instants,
    st.sampled_from(["09:00", "09:30", "10:00"]),
    st.sampled_from(["17:00", "18:00", "19:45"]),
    attempts,
)


@settings(max_examples=25, deadline=None)
@given(far_apart, st.lists(st.integers(0, 399 * 1440), min_size=20, max_size=20))
def test_where_no_waiting_helps_no_instant_of_the_year_to_come_is_permitted(
    situation: Situation, minutes_later: list[int]
) -> None:
    decision = decide(*situation)
    assert NEVER_PERMITTED in {reason.rule_id for reason in decision.reasons}
    assert decision.effect is Effect.REVIEW and decision.until is None
    for minute in minutes_later:
        assert effect_at(situation, situation.now + minute * MINUTE) is not Effect.ALLOW
