"""Reactions: determined by names alone, as frequent as the rates say, possible in the calendar."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import assumptions as assumed
from simulator.borrowers import SUCCESSES, Kind, Message, Traits, react
from simulator.hours import paying_time, zone_of
from simulator.rates import ATTEMPT_HAZARD, REPAYMENT_HOURS

DRAWS = 20_000
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OWING = Traits(arrears=123_456, zone="Asia/Shanghai", language="zh-CN")

instants = st.integers(0, 366 * 86_400).map(lambda seconds: AT + timedelta(seconds=seconds))
messages = st.builds(Message, st.text(min_size=1, max_size=30), st.integers(1, 20), instants)
people = st.builds(
    Traits,
    st.integers(0, 10**9),
    st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", None]),
    st.sampled_from(["zh-CN", "en"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def kinds(attempt: int, traits: Traits = OWING, draws: int = DRAWS) -> Counter[Kind]:
    return Counter(
        react(5, Message(f"contact-{number}", attempt, AT), traits).kind for number in range(draws)
    )


@given(st.integers(0, 2**31), messages, people)
def test_the_same_names_give_the_same_reaction(seed: int, message: Message, traits: Traits) -> None:
    assert react(seed, message, traits) == react(seed, message, traits)


@given(st.integers(0, 1000), st.lists(messages, max_size=8, unique_by=lambda one: one.reference), people)
def test_the_order_of_arrival_changes_no_reaction(seed: int, batch: list[Message], traits: Traits) -> None:
    forwards = {one.reference: react(seed, one, traits) for one in batch}
    backwards = {one.reference: react(seed, one, traits) for one in reversed(batch)}
    assert forwards == backwards


@given(st.integers(0, 2**31), messages, people)
def test_nothing_happens_before_its_cause(seed: int, message: Message, traits: Traits) -> None:
    reaction = react(seed, message, traits)
    assert reaction.reply_at is None or reaction.reply_at > message.at
    if reaction.payment is not None:
        assert reaction.payment.at > message.at
        assert reaction.payment.cents is None or 0 < reaction.payment.cents <= traits.arrears
        assert not (traits.committed or traits.opted_out or traits.guarantor)
        assert reaction.committed_until is not None and reaction.committed_until >= reaction.payment.at
    assert (reaction.text is None) == (reaction.reply_at is None)


@pytest.mark.parametrize("attempt", [1, 3, 6])
def test_successes_are_as_frequent_as_the_attempts_hazard(attempt: int) -> None:
    found = kinds(attempt)
    successes = sum(found[kind] for kind in SUCCESSES)
    assert successes / DRAWS == pytest.approx(ATTEMPT_HAZARD[attempt - 1], abs=0.005)


def test_other_answers_are_as_frequent_as_assumed() -> None:
    found = kinds(15)
    assert found[Kind.OPTS_OUT] / DRAWS == pytest.approx(assumed.OPTS_OUT, abs=0.002)
    assert found[Kind.COMPLAINS] / DRAWS == pytest.approx(assumed.COMPLAINS, abs=0.001)
    assert found[Kind.WRITES] / DRAWS == pytest.approx(assumed.WRITES, abs=0.003)


def test_who_opted_out_is_silent_and_who_is_committed_does_not_pay_twice() -> None:
    assert set(kinds(1, OWING._replace(opted_out=True), 2000)) == {Kind.IGNORES}
    for traits in (OWING._replace(committed=True), OWING._replace(guarantor=True), OWING._replace(arrears=0)):
        assert not SUCCESSES & kinds(1, traits, 2000).keys()


def promises() -> list[tuple[date, Decimal, datetime | None, int | None]]:
    made = []
    for number in range(DRAWS * 2):
        reaction = react(5, Message(f"contact-{number}", 1, AT), OWING)
        if reaction.kind is Kind.PROMISES:
            assert reaction.text is not None
            word, day, amount, currency = reaction.text.split()
            assert (word, currency) == ("PROMISE", "CNY")
            payment = reaction.payment
            made.append(
                (
                    date.fromisoformat(day),
                    Decimal(amount),
                    payment.at if payment else None,
                    payment.cents if payment else None,
                )
            )
    return made


def test_promises_name_a_coming_day_and_are_kept_as_often_as_assumed() -> None:
    made = promises()
    today = AT.astimezone(zone_of(None)).date()
    kept = 0
    for due, amount, paid_at, cents in made:
        assert timedelta(days=1) <= due - today <= timedelta(days=7)
        assert amount in (Decimal("1234.56"), Decimal("617.28"))
        if paid_at is not None:
            assert cents == int(amount * 100)
            kept += paid_at.astimezone(zone_of(None)).date() <= due
    assert kept / len(made) == pytest.approx(assumed.PROMISE_KEPT, abs=0.05)


def test_payments_fall_on_the_hours_of_the_data() -> None:
    zone = zone_of(None)
    hours = Counter(
        paying_time(date(2026, 3, 2), zone, number / DRAWS).astimezone(zone).hour for number in range(DRAWS)
    )
    for hour, share in enumerate(REPAYMENT_HOURS):
        assert hours[hour] / DRAWS == pytest.approx(share, abs=0.005)


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 23))
def test_no_payment_falls_before_its_first_hour(chance: float, first_hour: int) -> None:
    zone = zone_of("Asia/Urumqi")
    local = paying_time(date(2026, 3, 2), zone, chance, first_hour).astimezone(zone)
    assert local.date() == date(2026, 3, 2) and local.hour >= first_hour
