"""The core bank: its ledger, and what it says of it. Keys are account ids, or the customer's for persons."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from shared.contracts.base import Event
from shared.contracts.corebank import (
    AccountClosed,
    AccountSnapshot,
    ClosureReason,
    CustomerChanged,
    PaymentPosted,
    PaymentReversed,
    UnpaidInstalment,
)
from simulator.accounts import CURRENCY, Account, money
from simulator.persons import persons_of
from simulator.portfolio import Customer, accounts_of


class Said(NamedTuple):
    """An event with the name that the bank gives it; keyed by customer, whose events keep their order."""

    id: str
    key: str
    event: Event


class Paid(NamedTuple):
    """A payment in the ledger; `cents` of `account`."""

    payment_id: str
    account: Account
    cents: int


class CoreBank:
    """The accounts, and which of them the next night run will speak of."""

    def __init__(self, customers: list[Customer]) -> None:
        self.customers = customers
        self._due_on: defaultdict[int, list[Account]] = defaultdict(list)
        self._to_tell: dict[str, Account] = {}
        self._billed_last: list[Account] = []
        for account in accounts_of(customers):
            self._due_on[account.first_due.day].append(account)
        self.money_paid = 0
        self.money_returned = 0

    def opening(self, at: datetime) -> Iterator[Iterator[Said]]:
        """Everyone and everything, once: persons, then each customer's first account, then second ones."""
        yield self._everyone()
        for number in range(max(len(customer.accounts) for customer in self.customers)):
            yield self._accounts(number, at)

    def bill(self, day: date) -> list[Account]:
        """Bill the instalments due on `day`; returns their accounts."""
        # A due date that passed unpaid makes an account overdue, which the next snapshot says.
        for account in self._billed_last:
            if account.is_overdue(day):
                self._to_tell[account.account_id] = account
        self._billed_last = [account for account in self._due_on[day.day] if account.bill_due(day)]
        for account in self._billed_last:
            self._to_tell[account.account_id] = account
        return self._billed_last

    def report(self, at: datetime) -> Iterator[Said]:
        """The night run's events: accounts that changed since the last one; closures of those repaid."""
        changed = sorted(self._to_tell.items())
        self._to_tell = {}
        for _, account in changed:
            yield self._snapshot(account, at)
            if not account.outstanding and not account.closed:
                yield self._closure(account, at)

    def pay(self, account: Account, cents: int, at: datetime) -> tuple[Paid, Said]:
        """Post a payment of `cents`, more than zero."""
        account.paid += cents
        account.payments += 1
        self.money_paid += cents
        self._to_tell[account.account_id] = account
        paid = Paid(f"pay-{account.account_id}-{account.payments}", account, cents)
        event = PaymentPosted(
            payment_id=paid.payment_id,
            account_id=account.account_id,
            customer_id=self._customer_id(account),
            amount=money(cents),
            currency=CURRENCY,
            effective_at=at,
        )
        return paid, Said(paid.payment_id, event.customer_id, event)

    def reverse(self, paid: Paid, at: datetime) -> Said | None:
        """Undo a payment; None where the account is closed by now."""
        account = paid.account
        if account.closed:
            return None
        account.paid -= paid.cents
        self.money_returned += paid.cents
        self._to_tell[account.account_id] = account
        event = PaymentReversed(
            payment_id=paid.payment_id,
            account_id=account.account_id,
            customer_id=self._customer_id(account),
            effective_at=at,
            reason="returned_direct_debit",
        )
        return Said(f"{paid.payment_id}/reversed", event.customer_id, event)

    def arrears_of(self, customer: Customer, day: date) -> int:
        """What a customer's overdue accounts owe together, in cents."""
        return sum(account.arrears for account in overdue_accounts(customer, day))

    def _everyone(self) -> Iterator[Said]:
        for customer in self.customers:
            event = CustomerChanged(
                customer_id=customer.customer_id, version=1, persons=list(persons_of(customer))
            )
            yield Said(f"{customer.customer_id}/1", customer.customer_id, event)

    def _accounts(self, number: int, at: datetime) -> Iterator[Said]:
        for customer in self.customers:
            if number < len(customer.accounts):
                yield self._snapshot(customer.accounts[number], at)

    def _customer_id(self, account: Account) -> str:
        return self.customers[account.customer].customer_id

    def _snapshot(self, account: Account, at: datetime) -> Said:
        account.snapshots += 1
        unpaid = [UnpaidInstalment(due_date=due, amount=money(cents)) for due, cents in account.unpaid()]
        event = AccountSnapshot(
            account_id=account.account_id,
            customer_id=self._customer_id(account),
            product=account.product,
            currency=CURRENCY,
            as_of=at,
            sequence=account.snapshots,
            outstanding=money(account.outstanding),
            unpaid=unpaid,
        )
        return Said(f"{account.account_id}/{account.snapshots}", event.customer_id, event)

    def _closure(self, account: Account, at: datetime) -> Said:
        account.closed = True
        event = AccountClosed(
            account_id=account.account_id,
            customer_id=self._customer_id(account),
            effective_at=at,
            reason=ClosureReason.SETTLED,
        )
        return Said(f"{account.account_id}/closed", event.customer_id, event)


def overdue_accounts(customer: Customer, day: date) -> list[Account]:
    """A customer's overdue accounts, the one with the oldest debt first."""
    overdue = [account for account in customer.accounts if not account.closed and account.is_overdue(day)]
    return sorted(overdue, key=lambda account: (account.unpaid()[0][0], account.account_id))


def spread(accounts: Iterable[Account], cents: int | None) -> list[tuple[Account, int]]:
    """What of a payment goes to which account: arrears first come, first served; None pays them all."""
    shares: list[tuple[Account, int]] = []
    for account in accounts:
        share = account.arrears if cents is None else min(cents, account.arrears)
        if share > 0:
            shares.append((account, share))
            cents = None if cents is None else cents - share
    return shares
