"""The ledger's arithmetic, and what borrowers do by themselves in a month."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.vocabulary import Product
from simulator.accounts import Account
from simulator.corebank import spread
from simulator.rates import cure_rate, missed_rate, roll_back_rate
from simulator.repayment import Habit, month_of

DRAWS = 20_000


def account(billed: int = 0, paid: int = 0, first_due: date = date(2025, 11, 28)) -> Account:
    return Account("acct-1", 0, Product.PERSONAL_LOAN, 10_000, 12, first_due, billed, paid)


@given(st.integers(0, 12), st.integers(0, 120_000))
def test_what_is_unpaid_adds_up_to_the_arrears(billed: int, paid: int) -> None:
    loan = account(billed, paid)
    unpaid = loan.unpaid()
    assert sum(cents for _, cents in unpaid) == loan.arrears
    assert len(unpaid) == loan.months_behind
    assert [due for due, _ in unpaid] == sorted(due for due, _ in unpaid)
    assert all(cents > 0 for _, cents in unpaid)
    assert loan.outstanding == 120_000 - paid


def test_due_dates_are_a_month_apart_over_the_turn_of_the_year() -> None:
    assert [account().due_date(number) for number in range(4)] == [
        date(2025, 11, 28),
        date(2025, 12, 28),
        date(2026, 1, 28),
        date(2026, 2, 28),
    ]


def test_an_account_is_overdue_from_the_day_after_its_due_date_until_it_is_paid() -> None:
    loan = account()
    assert not loan.bill_due(date(2025, 11, 27))
    assert loan.bill_due(date(2025, 11, 28))
    assert not loan.is_overdue(date(2025, 11, 28))
    assert loan.is_overdue(date(2025, 11, 29))
    loan.paid += 9_999
    assert loan.is_overdue(date(2025, 11, 29))
    loan.paid += 1
    assert not loan.is_overdue(date(2025, 11, 29))


def test_no_instalment_is_billed_beyond_the_term_or_after_the_closure() -> None:
    assert not account(12).bill_due(date(2026, 11, 28))
    closed = account()
    closed.closed = True
    assert not closed.bill_due(date(2025, 11, 28))


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 120_000)), max_size=4), st.integers(1, 500_000))
def test_a_payment_is_spread_over_arrears_and_never_exceeds_them(
    states: list[tuple[int, int]], cents: int
) -> None:
    loans = [account(billed, paid) for billed, paid in states]
    owed = sum(loan.arrears for loan in loans)
    assert sum(share for _, share in spread(loans, cents)) == min(cents, owed)
    assert sum(share for _, share in spread(loans, None)) == owed
    assert all(0 < share <= loan.arrears for loan, share in spread(loans, cents))


def habits(months_behind: int, *, misses: bool) -> Counter[Habit]:
    return Counter(
        month_of(3, f"acct-{number}", 7, months_behind, misses=misses).habit for number in range(DRAWS)
    )


def test_due_dates_are_missed_as_often_as_the_rates_say() -> None:
    found = habits(1, misses=False)
    assert 1 - found[Habit.ON_TIME] / DRAWS == pytest.approx(missed_rate(), abs=0.01)


@pytest.mark.parametrize("months_behind", [1, 2, 3, 4])
def test_accounts_cure_and_roll_back_as_often_as_the_rates_say(months_behind: int) -> None:
    found = habits(months_behind, misses=True)
    assert found[Habit.CURES] / DRAWS == pytest.approx(cure_rate(months_behind), abs=0.015)
    assert found[Habit.ROLLS_BACK] / DRAWS == pytest.approx(roll_back_rate(months_behind), abs=0.015)


def test_cures_come_within_the_month() -> None:
    for number in range(1000):
        month = month_of(3, f"acct-{number}", 7, 1, misses=True)
        assert month.habit is Habit.STAYS_LATE or 1 <= month.days <= 28
