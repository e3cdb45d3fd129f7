"""The portfolio: the same for a seed, as late as wished, spread as the data say."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contact_points import (
    debtor_number,
    guarantor_number,
    mailbox_of,
    person_at,
    phone_of,
)
from simulator.persons import persons_of
from simulator.portfolio import Wish, accounts_of, make_portfolio
from simulator.rates import LATE_ACCOUNTS

WISH = Wish(accounts=20_000, seed=11, day=date(2026, 3, 1))


def test_a_seed_gives_one_portfolio() -> None:
    wish = replace(WISH, accounts=500)
    assert make_portfolio(wish) == make_portfolio(wish)
    assert make_portfolio(wish) != make_portfolio(replace(wish, seed=12))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 200), st.integers(0, 2**40), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_every_portfolio_is_whole(accounts: int, seed: int, day: date) -> None:
    customers = make_portfolio(Wish(accounts, seed, day))
    found = list(accounts_of(customers))
    assert len(found) == len({account.account_id for account in found}) == accounts
    for customer in customers:
        assert customers[customer.number] is customer
        assert 1 <= len(customer.accounts) <= 3
    for account in found:
        assert 0 <= account.paid <= account.billed * account.instalment
        assert account.billed <= account.term and account.first_due.day <= 28
        assert account.billed == account.term or account.due_date(account.billed) > day
        assert not (account.misses_next and account.months_behind)


def test_as_many_are_overdue_as_wished_at_the_start_or_in_the_first_days() -> None:
    accounts = list(accounts_of(make_portfolio(WISH)))
    late = [account for account in accounts if account.is_overdue(WISH.day)]
    missing = [account for account in accounts if account.misses_next]
    assert (len(late) + len(missing)) / len(accounts) == pytest.approx(0.3, abs=0.01)
    assert len(late) / len(accounts) == pytest.approx(0.2, abs=0.01)
    assert all(1 <= (account.due_date(account.billed) - WISH.day).days <= 8 for account in missing)


def test_arrears_are_as_old_as_those_of_the_card_accounts() -> None:
    late = Counter(
        -(-(WISH.day - account.unpaid()[0][0]).days // 30)
        for account in accounts_of(make_portfolio(WISH))
        if account.is_overdue(WISH.day)
    )
    everyone = sum(LATE_ACCOUNTS)
    for months in (1, 2, 3):
        expected = LATE_ACCOUNTS[months - 1] / everyone
        # Due dates are moved by up to three days, off the ends of months.
        assert late[months] / late.total() == pytest.approx(expected, abs=0.06)


def test_customers_have_mostly_one_account_and_a_few_have_no_known_zone() -> None:
    customers = make_portfolio(WISH)
    sizes = Counter(len(customer.accounts) for customer in customers)
    assert sizes[1] / len(customers) == pytest.approx(0.85, abs=0.01)
    zones = Counter(customer.zone for customer in customers)
    assert zones[None] / len(customers) == pytest.approx(0.02, abs=0.005)
    guarantors = sum(customer.has_guarantor for customer in customers)
    assert guarantors / len(customers) == pytest.approx(0.08, abs=0.01)


@given(st.integers(0, 4_999_999))
def test_an_address_tells_whose_it_is(customer: int) -> None:
    for person in (debtor_number(customer), guarantor_number(customer)):
        assert person_at(phone_of(person)) == person_at(mailbox_of(person)) == person
        assert person // 2 == customer


@pytest.mark.parametrize("address", ["+9990000000012", "+86199012345678", "card-1@example.com", "", "x"])
def test_other_addresses_are_nobodys(address: str) -> None:
    assert person_at(address) is None


def test_contact_points_are_the_persons_own() -> None:
    seen: set[str] = set()
    for customer in make_portfolio(replace(WISH, accounts=2000)):
        debtor, *others = persons_of(customer)
        assert debtor.person_id == customer.customer_id
        assert len(others) == customer.has_guarantor
        for person in (debtor, *others):
            values = {point.value for point in person.contact_points}
            assert not values & seen
            seen |= values
