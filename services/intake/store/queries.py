"""What the status API shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.account import Account, Payment
from services.intake.domain.customer import Customer
from services.intake.store import accounts, customers
from services.intake.store.accounts import COLUMNS

_ACCOUNT = text(f"SELECT {COLUMNS} FROM account WHERE account_id = :account_id")  # noqa: S608
_PAYMENTS = text(
    "SELECT account_id, payment_id, amount, currency, effective_at, reversed_at, paid_by FROM payment"
    " WHERE account_id = :account_id ORDER BY effective_at DESC NULLS FIRST, payment_id LIMIT :limit"
)
_HISTORY = text(
    "SELECT at, cause, bucket_before, bucket_after, days_past_due, arrears, tier_before, tier_after,"
    " tier_reason FROM account_history"
    " WHERE account_id = :account_id ORDER BY entry_id DESC LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which accounts or customers: overdue ones or not, and since when the oldest item is unpaid."""

    overdue: bool | None = None
    oldest_from: date | None = None
    oldest_to: date | None = None

    def where(self, key: str, overdue: str) -> str:
        """The condition in SQL, for a table with this key and this condition for being overdue."""
        parts = [f"{key} > :after"]
        if self.overdue is not None:
            parts.append(overdue if self.overdue else f"NOT ({overdue})")
        if self.oldest_from is not None:
            parts.append("oldest_unpaid >= :oldest_from")
        if self.oldest_to is not None:
            parts.append("oldest_unpaid <= :oldest_to")
        return " AND ".join(parts)

    def values(self) -> dict[str, date]:
        """The values of the condition."""
        bounds = {"oldest_from": self.oldest_from, "oldest_to": self.oldest_to}
        return {name: day for name, day in bounds.items() if day is not None}


async def account(connection: AsyncConnection, account_id: str) -> Account | None:
    """An account with the payments that matter beside its snapshot."""
    row = (await connection.execute(_ACCOUNT, {"account_id": account_id})).one_or_none()
    if row is None:
        return None
    found = accounts.account_of(row)
    await accounts.load_payments(connection, {account_id: found})
    return found


async def payments(connection: AsyncConnection, account_id: str, limit: int) -> list[Payment]:
    """The latest payments of an account, those first of which only the reversal is known."""
    rows = await connection.execute(_PAYMENTS, {"account_id": account_id, "limit": limit})
    return [Payment(*row) for row in rows.all()]


async def history(connection: AsyncConnection, account_id: str, limit: int) -> Sequence[Row[Any]]:
    """The latest moves of an account from bucket to bucket, newest first."""
    return (await connection.execute(_HISTORY, {"account_id": account_id, "limit": limit})).all()


async def account_page(
    connection: AsyncConnection, selection: Selection, after: str, limit: int
) -> list[Account]:
    """Accounts by id, with the payments that matter beside their snapshots."""
    where = selection.where("account_id", "overdue")
    statement = text(
        f"SELECT {COLUMNS} FROM account WHERE {where} ORDER BY account_id LIMIT :limit"  # noqa: S608
    )
    rows = await connection.execute(statement, {"after": after, "limit": limit, **selection.values()})
    found = [accounts.account_of(row) for row in rows.all()]
    await accounts.load_payments(connection, {each.account_id: each for each in found})
    return found


async def customer(connection: AsyncConnection, customer_id: str) -> Customer | None:
    """A customer with all accounts and persons."""
    statement = text(f"{customers.SELECT} WHERE customer_id = :customer_id")
    row = (await connection.execute(statement, {"customer_id": customer_id})).one_or_none()
    if row is None:
        return None
    found = customers.customer_of(row)
    for each in await accounts.of_customers(connection, [customer_id]):
        found.accounts[each.account_id] = each
    await accounts.load_payments(connection, found.accounts)
    await customers.load_persons(connection, [found])
    return found


async def customer_page(
    connection: AsyncConnection, selection: Selection, after: str, limit: int
) -> list[Customer]:
    """Customers by id, without their accounts."""
    where = selection.where("customer_id", "overdue_accounts > 0")
    statement = text(f"{customers.SELECT} WHERE {where} ORDER BY customer_id LIMIT :limit")
    rows = await connection.execute(statement, {"after": after, "limit": limit, **selection.values()})
    return [customers.customer_of(row) for row in rows.all()]
