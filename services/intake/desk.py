"""What one transaction works on: loaded at once, changed by decisions, saved at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.account import Account, Closure, Payment, Snapshot, Standing
from services.intake.domain.account_facts import Orders, Profile, Seen, Terms
from services.intake.domain.customer import Customer, Exposure
from services.intake.domain.delinquency import BucketMove
from services.intake.store import accounts, customers
from shared.contracts.corebank import CoreBankEvent, CustomerChanged, PaymentPosted, PaymentReversed
from shared.contracts.corebank_book import CustomerProfileGiven, GroupGiven


class Before(NamedTuple):
    """An account as it was loaded."""

    snapshot: Snapshot | None
    closure: Closure | None
    standing: Standing
    seen: Seen
    terms: Terms | None
    orders: Orders

    @classmethod
    def of(cls, account: Account) -> "Before":
        """The account as it is now."""
        return cls(
            account.snapshot, account.closure, account.standing, account.seen, account.terms, account.orders
        )


@dataclass(slots=True)
class Desk:
    """The locked customers with their accounts, and what became of them.

    `exposures`, `profiles` and `touched` hold what was loaded (None: the account is new).
    """

    customers: dict[str, Customer]
    exposures: dict[str, Exposure]
    profiles: dict[str, Profile | None]
    accounts: dict[str, Account] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    touched: dict[str, Before | None] = field(default_factory=dict)
    payments: dict[tuple[str, str], Payment] = field(default_factory=dict)
    moves: list[BucketMove] = field(default_factory=list)
    regrouped: dict[str, Customer] = field(default_factory=dict)
    correlations: dict[str, str] = field(default_factory=dict)

    def account(self, account_id: str, customer_id: str) -> Account:
        """The account, opened if it was not on file. ValueError if it is another customer's."""
        self.check_owner(account_id, customer_id)
        account = self.accounts.get(account_id)
        if account is None:
            account = self.accounts[account_id] = Account(account_id, customer_id)
            self.customers[customer_id].accounts[account_id] = account
            self.owners[account_id] = customer_id
            self.touched[account_id] = None
        elif account_id not in self.touched:
            self.touched[account_id] = Before.of(account)
        return account

    def check_owner(self, account_id: str, customer_id: str) -> None:
        """ValueError if the account is on file for another customer."""
        owner = self.owners.get(account_id, customer_id)
        if owner != customer_id:
            raise ValueError(f"account {account_id} belongs to customer {owner}, not to {customer_id}")

    def note_payment(self, account: Account, payment_id: str) -> None:
        """Save this payment."""
        self.payments[account.account_id, payment_id] = account.payments[payment_id]


async def lay_out(
    connection: AsyncConnection, locked: dict[str, Customer], events: Iterable[CoreBankEvent]
) -> Desk:
    """Load all that the events need, in a query a table."""
    named_accounts: set[str] = set()
    named_payments: set[str] = set()
    regrouped: dict[str, Customer] = {}
    for event in events:
        if isinstance(event, CustomerChanged):
            regrouped[event.customer_id] = locked[event.customer_id]
            continue
        if isinstance(event, CustomerProfileGiven | GroupGiven):
            continue
        if event.account_id is not None:
            named_accounts.add(event.account_id)
        if isinstance(event, PaymentPosted | PaymentReversed):
            named_payments.add(event.payment_id)
    desk = await open_accounts(connection, locked, named_accounts, named_payments)
    desk.regrouped = regrouped
    if regrouped:
        await customers.load_persons(connection, regrouped.values())
    return desk


async def open_accounts(
    connection: AsyncConnection,
    locked: dict[str, Customer],
    named_accounts: set[str],
    named_payments: Iterable[str] = (),
) -> Desk:
    """The customers with all their accounts; those named have their payments too."""
    desk = Desk(
        locked,
        {name: each.exposure for name, each in locked.items()},
        {name: each.profile for name, each in locked.items()},
    )
    for account in await accounts.of_customers(connection, locked):
        desk.accounts[account.account_id] = account
        desk.owners[account.account_id] = account.customer_id
        locked[account.customer_id].accounts[account.account_id] = account
    desk.owners |= await accounts.owners(connection, named_accounts - desk.accounts.keys())
    named = {name: desk.accounts[name] for name in named_accounts & desk.accounts.keys()}
    await accounts.load_payments(connection, named, named_payments)
    return desk


async def save(connection: AsyncConnection, desk: Desk) -> None:
    """Write all that changed, in a statement a table."""
    opened, told, reassessed = _sorted_out(desk)
    await accounts.insert(connection, opened)
    await accounts.update(connection, told, reassessed)
    await accounts.update_book(connection, _with_other_terms(desk))
    await accounts.save_payments(connection, desk.payments.values())
    await accounts.add_moves(connection, desk.moves)
    changed = {
        name: each
        for name, each in desk.customers.items()
        if each.exposure != desk.exposures[name] or each.profile is not desk.profiles[name]
    }
    await customers.save(connection, {**desk.regrouped, **changed}.values())
    if desk.regrouped:
        await customers.replace_persons(connection, desk.regrouped.values())


def _sorted_out(desk: Desk) -> tuple[list[Account], list[Account], list[Account]]:
    """The touched accounts that are new, of which something was told, and that only moved."""
    opened: list[Account] = []
    told: list[Account] = []
    reassessed: list[Account] = []
    for name, before in desk.touched.items():
        account = desk.accounts[name]
        if before is None:
            opened.append(account)
        elif (
            account.snapshot is not before.snapshot
            or account.closure is not before.closure
            or account.seen is not before.seen
        ):
            told.append(account)
        elif account.standing != before.standing:
            reassessed.append(account)
    return opened, told, reassessed


def _with_other_terms(desk: Desk) -> list[Account]:
    """The accounts that were on file and have other terms now, or whose tier staff decided on."""
    return [
        desk.accounts[name]
        for name, before in desk.touched.items()
        if before is not None
        and (desk.accounts[name].terms is not before.terms or desk.accounts[name].orders is not before.orders)
    ]
