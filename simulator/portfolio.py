"""A bank's portfolio, made up from a seed: the same seed gives the same customers and accounts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from shared.contracts.vocabulary import Product
from simulator import assumptions as assumed
from simulator.accounts import Account
from simulator.draws import choose
from simulator.rates import LATE_ACCOUNTS, LATE_STATUSES

_LAST_DAY = 28


@dataclass(slots=True)
class Customer:
    """Someone who owes, and what the bank knows of them; `attempts` counts messages that arrived."""

    number: int
    customer_id: str
    zone: str | None
    language: str
    has_phone: bool
    has_mail: bool
    has_guarantor: bool
    accounts: list[Account] = field(default_factory=list)
    attempts: int = 0
    opted_out: bool = False
    committed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What portfolio is wanted; `day` is the last business day that was billed."""

    accounts: int
    seed: int
    day: date
    overdue_share: float = assumed.OVERDUE_SHARE


def make_portfolio(wish: Wish) -> list[Customer]:
    """Customers by their number, with `wish.accounts` accounts in all."""
    chance = Random(f"portfolio {wish.seed}")
    customers: list[Customer] = []
    left = wish.accounts
    while left > 0:
        number = min(left, choose(chance.random(), assumed.ACCOUNTS_OF_A_CUSTOMER))
        customer = _customer(len(customers), wish.seed, chance)
        for _ in range(number):
            customer.accounts.append(_account(wish.accounts - left, customer.number, wish, chance))
            left -= 1
        customers.append(customer)
    return customers


def accounts_of(customers: list[Customer]) -> Iterator[Account]:
    """All accounts, in order."""
    return (account for customer in customers for account in customer.accounts)


def _customer(number: int, seed: int, chance: Random) -> Customer:
    return Customer(
        number,
        f"cust-{seed}-{number:07}",
        zone=choose(chance.random(), assumed.ZONES),
        language="en" if chance.random() < assumed.ENGLISH_SHARE else "zh-CN",
        has_phone=chance.random() >= assumed.NO_PHONE_SHARE,
        has_mail=chance.random() < assumed.MAIL_SHARE,
        has_guarantor=chance.random() < assumed.GUARANTOR_SHARE,
    )


def _account(number: int, customer: int, wish: Wish, chance: Random) -> Account:
    product = choose(chance.random(), assumed.PRODUCTS)
    fate = chance.random()
    if fate < wish.overdue_share * assumed.OVERDUE_AT_ONCE:
        late = choose(chance.random(), list(zip(LATE_STATUSES, LATE_ACCOUNTS, strict=True)))
        days = 30 * (late - 1) + chance.randint(1, 30)
        due = _on_a_due_day(wish.day - timedelta(days=days), forward=False)
    elif fate < wish.overdue_share:
        due = _on_a_due_day(wish.day + timedelta(days=chance.randint(1, assumed.FIRST_DAYS)), forward=True)
    else:
        due = _on_a_due_day(wish.day + timedelta(days=chance.randint(1, 30)), forward=True)
    account = _with_history(f"acct-{wish.seed}-{number:07}", customer, product, due, wish.day, chance)
    account.misses_next = due > wish.day and fate < wish.overdue_share
    return account


def _with_history(
    account_id: str, customer: int, product: Product, oldest_unpaid: date, day: date, chance: Random
) -> Account:
    """An account that has paid every instalment before that of `oldest_unpaid`."""
    term = assumed.TERMS[product]
    paid = chance.randint(0, term - 1)
    months = oldest_unpaid.year * 12 + oldest_unpaid.month - 1 - paid
    first_due = date(months // 12, months % 12 + 1, oldest_unpaid.day)
    yuan = chance.lognormvariate(0, assumed.INSTALMENT_SPREAD) * assumed.MEDIAN_INSTALMENT[product]
    instalment = max(assumed.SMALLEST_INSTALMENT * 100, round(yuan * 100))
    account = Account(account_id, customer, product, instalment, term, first_due)
    account.billed, account.paid = paid, paid * instalment
    while account.billed < term and account.due_date(account.billed) <= day:
        account.billed += 1
    return account


def _on_a_due_day(day: date, *, forward: bool) -> date:
    """A day of the month that every month has."""
    if day.day <= _LAST_DAY:
        return day
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) if forward else day.replace(day=_LAST_DAY)
