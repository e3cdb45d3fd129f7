"""Arrears, days past due and buckets."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.account import Account
from services.intake.domain.assessment import assess, balance
from services.intake.domain.rules import Buckets
from tests.unit.intake.builders import NOW, RULES, TODAY, Ledger, at, day, payment, reversal, snapshot


def standing_after(*events, rules=RULES):
    ledger = Ledger(rules)
    ledger.tell(*events)
    return ledger.account.standing


def test_days_past_due_count_from_the_oldest_unpaid_due_date_and_arrears_add_up_what_is_due():
    standing = standing_after(snapshot((40, "100"), (10, "50"), (0, "25"), (-20, "50")))
    assert (standing.days_past_due, standing.bucket) == (40, "M2")
    assert standing.arrears == Decimal(175)
    assert standing.oldest_unpaid == day(40)


def test_an_account_with_nothing_due_before_today_is_current():
    standing = standing_after(snapshot((0, "100"), (-30, "100")))
    assert (standing.overdue, standing.days_past_due, standing.bucket) == (False, 0, "M0")
    assert standing.arrears == Decimal(100)


def test_the_business_date_is_the_banks_own():
    late = NOW.replace(hour=15, minute=59)
    assert RULES.moment(late).today == TODAY
    assert RULES.moment(late + timedelta(minutes=1)).today == TODAY + timedelta(days=1)


def test_a_payment_clears_the_oldest_instalment_first():
    standing = standing_after(snapshot((40, "100"), (10, "50")), payment("120"))
    assert standing.oldest_unpaid == day(10)
    assert (standing.arrears, standing.days_past_due) == (Decimal(30), 10)
    assert standing.outstanding == Decimal("9880.00")


def test_a_partial_payment_leaves_the_oldest_due_date_where_it_is():
    standing = standing_after(snapshot((40, "100"), (10, "50")), payment("99.99"))
    assert (standing.oldest_unpaid, standing.arrears) == (day(40), Decimal("50.01"))


def test_a_payment_that_the_snapshot_has_already_is_not_taken_off_twice():
    inside = payment("100", effective=at(24))
    assert standing_after(snapshot((40, "100")), inside).arrears == Decimal(100)


def test_a_reversal_inside_the_snapshot_changes_nothing():
    events = (payment("100", effective=at(30)), reversal(effective=at(24)), snapshot((40, "100")))
    assert standing_after(*events).arrears == Decimal(100)


def test_a_payment_inside_the_snapshot_that_is_reversed_later_is_owed_again_since_the_payment():
    events = (snapshot((5, "30")), payment("100", effective=at(24 * 9)), reversal(effective=at(2)))
    standing = standing_after(*events)
    assert standing.arrears == Decimal(130)
    assert standing.oldest_unpaid == day(9)
    assert standing.outstanding == Decimal("10100.00")


def test_a_reversed_payment_newer_than_the_snapshot_counts_for_nothing():
    assert standing_after(snapshot((40, "100")), payment("100"), reversal()).arrears == Decimal(100)


def test_a_payment_in_another_currency_that_came_before_the_snapshot_does_not_count():
    assert standing_after(payment("100", currency="USD"), snapshot((40, "100"))).arrears == Decimal(100)


def test_paying_too_much_leaves_nothing_owed_and_nothing_negative():
    standing = standing_after(snapshot((40, "100"), outstanding="100"), payment("500"))
    assert (standing.arrears, standing.outstanding, standing.overdue) == (Decimal(0), Decimal(0), False)


def test_an_overdue_account_ages_tomorrow_when_an_instalment_falls_due_tomorrow():
    assert standing_after(snapshot((40, "100"), (-1, "50"))).ages_on == day(-1)
    assert standing_after(snapshot((0, "100"), (-9, "50"))).ages_on == day(-1)
    assert standing_after(snapshot((181, "100"))).ages_on is None


@pytest.mark.parametrize(("arrears", "overdue"), [("50.00", False), ("50.01", True)])
def test_arrears_up_to_the_threshold_do_not_count(arrears, overdue):
    rules = replace(RULES, threshold=Decimal(50))
    standing = standing_after(snapshot((40, arrears)), rules=rules)
    assert standing.overdue is overdue
    assert standing.bucket == ("M2" if overdue else "M0")
    assert standing.arrears == Decimal(arrears)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "M0"), (1, "M1"), (30, "M1"), (31, "M2"), (180, "M6"), (181, "M7+"), (4000, "M7+")],
)
def test_buckets_have_the_days_of_their_bounds(days, bucket):
    assert RULES.buckets.of(days) == bucket


def test_a_bank_may_have_other_buckets():
    buckets = Buckets.from_bounds((29, 59))
    assert [buckets.of(days) for days in (0, 29, 30, 59, 60)] == ["M0", "M1", "M2", "M2", "M3+"]
    assert (buckets.days_of("M2"), buckets.days_of("M3+")) == ((30, 59), (60, None))


@pytest.mark.parametrize("bounds", [(), (0,), (30, 30), (60, 30), (-1, 5)])
def test_bucket_bounds_must_grow(bounds):
    with pytest.raises(ValueError, match="bounds"):
        Buckets.from_bounds(bounds)


amounts = st.decimals("0.01", "500", places=2)
items = st.lists(st.tuples(st.integers(-3, 3) | st.integers(-70, 400), amounts), max_size=6)


@given(items, st.lists(amounts, max_size=4))
def test_what_payments_clear_is_exactly_what_is_no_longer_owed(unpaid, paid):
    ledger = Ledger()
    ledger.tell(snapshot(*((days, str(amount)) for days, amount in unpaid)))
    before = sum(amount for _, amount in balance(ledger.account, RULES).unpaid)
    ledger.tell(*(payment(str(amount), f"P{number}") for number, amount in enumerate(paid)))
    rest = balance(ledger.account, RULES).unpaid
    assert sum(amount for _, amount in rest) == max(Decimal(0), before - sum(paid))
    assert list(rest) == sorted(rest)
    assert all(amount > 0 for _, amount in rest)


@given(items, st.decimals(0, 300, places=2))
def test_nothing_changes_before_the_day_on_which_an_account_ages(unpaid, threshold):
    rules = replace(RULES, threshold=threshold)
    ledger = Ledger(rules)
    ledger.tell(snapshot(*((days, str(amount)) for days, amount in unpaid)))
    account: Account = ledger.account
    now = account.standing
    for ahead in range(1, 500):
        later = TODAY + timedelta(days=ahead)
        if later == now.ages_on:
            break
        then = assess(account, later, rules)
        assert (then.overdue, then.bucket) == (now.overdue, now.bucket)
        if now.overdue:
            assert then.arrears == now.arrears
    else:
        assert now.ages_on is None or now.ages_on > TODAY + timedelta(days=400)
