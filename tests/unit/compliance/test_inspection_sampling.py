"""Samples: as large as the plan says, the same whatever the order, and never smaller for a greater weight."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.compliance.domain.inspection.periods import ended, period_of
from services.compliance.domain.inspection.plans import (
    Plan,
    PlanError,
    Weights,
    check,
    check_change,
    due,
    in_force,
)
from services.compliance.domain.inspection.sampling import Candidate, draw, weight_of
from services.compliance.domain.inspection.words import Span
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel, PartyRole

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
RATES = st.decimals("0.001", 1, places=3)
WEIGHTS = st.decimals("0.1", 100, places=1)
SEEDS = st.text(min_size=1, max_size=8)


def plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "plan_id": "calls",
        "version": 1,
        "title": "Calls",
        "valid_from": date(2026, 3, 2),
        "seed": "seed",
        "rate": None if "number" in changes else Decimal("0.1"),
    }
    return Plan(**(values | changes))


def candidate(number: int, **changes: Any) -> Candidate:
    made = Candidate(
        f"contact-{number}", Channel.CALL_LIVE, PartyRole.DEBTOR, f"collector-{number % 5}", NOON
    )
    return made._replace(**changes)


@st.composite
def populations(draw_from: st.DrawFn) -> list[Candidate]:
    numbers = draw_from(st.sets(st.integers(0, 500), max_size=60))
    channels = st.sampled_from(Channel)
    return [
        candidate(
            number,
            channel=draw_from(channels),
            complained=draw_from(st.booleans()),
            finding=draw_from(st.none() | st.sampled_from(Severity)),
        )
        for number in numbers
    ]


@given(populations(), RATES, SEEDS)
def test_the_rate_is_kept_to_the_contact_rounded_up(found: list[Candidate], rate: Decimal, seed: str) -> None:
    sample = draw(plan(rate=rate, seed=seed), found)
    exact = rate * len(found)
    assert exact <= len(sample.contact_ids) < exact + 1
    assert len(set(sample.contact_ids)) == len(sample.contact_ids)
    assert set(sample.contact_ids) <= {one.contact_id for one in found}


@given(populations(), st.integers(1, 80))
def test_a_number_is_drawn_as_far_as_there_are_contacts(found: list[Candidate], number: int) -> None:
    assert len(draw(plan(number=number), found).contact_ids) == min(number, len(found))


@given(populations(), RATES, SEEDS, st.randoms())
def test_order_and_repetition_of_the_population_do_not_matter(
    found: list[Candidate], rate: Decimal, seed: str, random: Any
) -> None:
    weighted = plan(rate=rate, seed=seed, weights=Weights(complaint=Decimal(7)), each_collector=1)
    once = draw(weighted, found)
    shuffled = [*found, *found[:3]]
    random.shuffle(shuffled)
    assert draw(weighted, shuffled) == once


@given(populations(), RATES, SEEDS)
def test_whoever_else_goes_out_a_drawn_contact_stays_ahead_of_one_that_was_not(
    found: list[Candidate], rate: Decimal, seed: str
) -> None:
    made = plan(rate=rate, seed=seed)
    whole = draw(made, found)
    part = found[::2]
    names = {one.contact_id for one in part}
    ranks = {name: rank for rank, name in enumerate(whole.contact_ids)}
    known = [name for name in draw(made, part).contact_ids if name in ranks]
    assert known == sorted(known, key=ranks.__getitem__)
    assert {name for name in whole.contact_ids if name in names} <= set(
        draw(replace(made, rate=None, number=len(whole.contact_ids)), part).contact_ids
    )


@given(populations(), RATES, WEIGHTS, WEIGHTS)
def test_a_greater_weight_never_takes_a_contact_out(
    found: list[Candidate], rate: Decimal, first: Decimal, second: Decimal
) -> None:
    less, more = sorted((first, second))
    complained = {one.contact_id for one in found if one.complained}
    lower = draw(plan(rate=rate, weights=Weights(complaint=less)), found)
    higher = draw(plan(rate=rate, weights=Weights(complaint=more)), found)
    assert complained & set(lower.contact_ids) <= complained & set(higher.contact_ids)


@given(populations(), st.integers(1, 3))
def test_of_every_collector_some_are_drawn(found: list[Candidate], each: int) -> None:
    sample = set(draw(plan(rate=Decimal(0), each_collector=each), found).contact_ids)
    for name in {one.collector_id for one in found}:
        theirs = [one.contact_id for one in found if one.collector_id == name]
        assert len(sample & set(theirs)) == min(each, len(theirs))


def test_a_heavy_contact_is_drawn_about_so_much_oftener() -> None:
    """Among 2,000 contacts, those of weight 10 fill the sample ten times as densely."""
    found = [candidate(number, complained=number % 10 == 0) for number in range(2000)]
    sample = draw(plan(rate=Decimal("0.05"), weights=Weights(complaint=Decimal(10))), found)
    heavy = sum(int(name.removeprefix("contact-")) % 10 == 0 for name in sample.contact_ids)
    assert 35 <= heavy <= 70  # 200 of weight 10 among 1,800 of weight 1: a little over half


def test_the_sample_of_a_seed_is_this_one_for_ever() -> None:
    found = [candidate(number) for number in range(20)]
    sample = draw(plan(number=3), found)
    assert sample.contact_ids == ("contact-17", "contact-1", "contact-9")
    assert sample.digest == draw(plan(number=3, seed="other"), found).digest
    assert draw(plan(number=3, seed="other"), found).contact_ids != sample.contact_ids


def test_each_circumstance_has_its_weight() -> None:
    weights = Weights(
        channel={Channel.VISIT: Decimal(2)},
        finding={Severity.HIGH: Decimal(3)},
        complaint=Decimal(5),
        new_collector=Decimal(7),
        third_party=Decimal(11),
        long_contact=Decimal(13),
    )
    made = plan(weights=weights, new_collector_days=30, long_seconds=60)
    assert weight_of(made, candidate(1)) == 1
    assert weight_of(made, candidate(1, channel=Channel.VISIT)) == 2
    assert weight_of(made, candidate(1, finding=Severity.HIGH)) == 3
    assert weight_of(made, candidate(1, finding=Severity.LOW)) == 1
    assert weight_of(made, candidate(1, complained=True)) == 5
    assert weight_of(made, candidate(1, collector_since=NOON - timedelta(days=29))) == 7
    assert weight_of(made, candidate(1, collector_since=NOON - timedelta(days=30))) == 1
    assert weight_of(made, candidate(1, party=PartyRole.RELATIVE)) == 11
    assert weight_of(made, candidate(1, party=PartyRole.GUARANTOR)) == 1
    assert weight_of(made, candidate(1, seconds=60)) == 13
    assert weight_of(made, candidate(1, seconds=59, complained=True, channel=Channel.VISIT)) == 10


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": None},
        {"rate": Decimal("0.1"), "number": 3},
        {"rate": Decimal("1.1")},
        {"rate": Decimal(0)},
        {"zone": "Mars/Olympus"},
        {"weights": Weights(complaint=Decimal(0))},
        {"weights": Weights(channel={Channel.SMS: Decimal(1001)})},
    ],
)
def test_a_plan_that_cannot_be_drawn_is_refused(changes: dict[str, Any]) -> None:
    made = replace(plan(), **changes)
    with pytest.raises(PlanError, match=r"\.$"):
        check(made)


def test_a_plan_changes_only_what_is_to_come() -> None:
    first = plan()
    today = date(2026, 3, 10)
    check_change(first, plan(version=2, valid_from=today), today)
    with pytest.raises(PlanError, match="days that are over"):
        check_change(first, plan(version=2, valid_from=date(2026, 3, 9)), today)
    with pytest.raises(PlanError, match="keeps its span"):
        check_change(first, plan(version=2, valid_from=today, span=Span.WEEK), today)
    versions = [first, plan(version=2, valid_from=today), plan(version=3, valid_from=today, active=False)]
    assert in_force(versions, date(2026, 3, 9)) == first
    assert in_force(versions, today) is None
    assert in_force(versions, date(2026, 3, 1)) is None


def test_periods_follow_each_other_by_the_local_clock() -> None:
    day = period_of(Span.DAY, date(2026, 3, 2), "Asia/Shanghai")
    assert (day.starts_at, day.ends_at) == (NOON - timedelta(hours=12), NOON + timedelta(hours=12))
    assert list(ended(Span.DAY, day.first, day.ends_at, "Asia/Shanghai")) == [day]
    assert list(ended(Span.DAY, day.first, day.ends_at - timedelta(seconds=1), "Asia/Shanghai")) == []
    week = period_of(Span.WEEK, date(2026, 3, 4), "UTC")
    assert (week.first, week.end) == (date(2026, 3, 2), date(2026, 3, 9))
    month = period_of(Span.MONTH, date(2026, 12, 31), "UTC")
    assert (month.first, month.end) == (date(2026, 12, 1), date(2027, 1, 1))
    spring = period_of(Span.DAY, date(2026, 3, 29), "Europe/London")
    assert spring.ends_at - spring.starts_at == timedelta(hours=23)


@given(st.sampled_from(Span), st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(0, 120))
def test_ended_periods_leave_no_gap_and_are_over(span: Span, since: date, days: int) -> None:
    until = datetime(since.year, since.month, since.day, 12, tzinfo=UTC) + timedelta(days=days)
    found = list(ended(span, since, until, "Asia/Shanghai"))
    for before, after in pairwise(found):
        assert before.end == after.first
        assert before.ends_at == after.starts_at
    for period in found:
        assert period.first >= since
        assert period.ends_at <= until
    if found:
        assert period_of(span, found[-1].end, "Asia/Shanghai").ends_at > until


def test_only_what_is_over_and_was_not_drawn_is_due() -> None:
    until = NOON + timedelta(days=3)
    drawn = {("calls", date(2026, 3, 3))}
    found = due([plan()], drawn, date(2026, 1, 1), until)
    assert [period.first for _, period in found] == [date(2026, 3, 2), date(2026, 3, 4)]
    assert due([plan(active=False)], set(), date(2026, 1, 1), until) == []
    assert [period.first for _, period in due([plan()], set(), date(2026, 3, 4), until)] == [date(2026, 3, 4)]
