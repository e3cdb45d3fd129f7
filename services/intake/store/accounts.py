"""Accounts and their payments as rows."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.account import Account, Closure, Payment, Snapshot, Standing
from services.intake.domain.account_facts import NO_ORDERS, NOTHING_SEEN, Orders, Seen, Terms
from services.intake.domain.delinquency import BucketMove
from services.intake.tables import account, account_history, payment
from shared.contracts.vocabulary import RiskClassification
from shared.database import sets


class AccountRow(NamedTuple):
    """A row of `account`, in the order of its columns."""

    account_id: str
    customer_id: str
    as_of: datetime | None
    snapshot: Snapshot | None
    closure: Closure | None
    seen_late_on: date | None
    seen_bad_on: date | None
    terms: Terms | None
    group_id: str | None
    tier_floor: RiskClassification | None
    upgraded_on: date | None
    overdue: bool
    days_past_due: int
    bucket: str
    arrears: Decimal
    outstanding: Decimal
    oldest_unpaid: date | None
    ages_on: date | None
    falling_due: date | None
    tier: RiskClassification
    late_on: date | None
    bad_on: date | None


# The JSON comes as text and is decoded straight into its types.
COLUMNS = (
    "account_id, customer_id, CAST(snapshot AS text), CAST(closure AS text), seen_late_on, seen_bad_on,"
    " CAST(terms AS text), tier_floor, upgraded_on, overdue, days_past_due, bucket, arrears, outstanding,"
    " oldest_unpaid, ages_on, falling_due, tier, late_on, bad_on"
)
_TOLD = AccountRow._fields[2:7]
_BOOK = ("terms", "group_id", "tier_floor", "upgraded_on")
_STANDING = AccountRow._fields[11:]

_OF_CUSTOMERS = text(
    f"SELECT {COLUMNS} FROM account WHERE customer_id = ANY(CAST(:customers AS text[]))"  # noqa: S608
)
_OWNERS = text(
    "SELECT account_id, customer_id FROM account WHERE account_id = ANY(CAST(:accounts AS text[]))"
)
# Of the others, nothing can change the account any more unless an event names them.
_PAYMENTS = text(
    "SELECT p.account_id, p.payment_id, p.amount, p.currency, p.effective_at, p.reversed_at, p.paid_by"
    " FROM payment AS p JOIN account AS a USING (account_id)"
    " WHERE p.account_id = ANY(CAST(:accounts AS text[]))"
    " AND (a.as_of IS NULL OR p.effective_at > a.as_of OR p.reversed_at > a.as_of"
    "  OR p.payment_id = ANY(CAST(:named AS text[])))"
)
_TIER_OF = {tier.value: tier for tier in RiskClassification}
_snapshot = msgspec.json.Decoder(Snapshot)
_closure = msgspec.json.Decoder(Closure)
_terms = msgspec.json.Decoder(Terms)


async def of_customers(connection: AsyncConnection, customer_ids: Iterable[str]) -> list[Account]:
    """All accounts of the customers, without their payments."""
    rows = await connection.execute(_OF_CUSTOMERS, {"customers": list(customer_ids)})
    return [account_of(row) for row in rows.all()]


async def owners(connection: AsyncConnection, account_ids: Iterable[str]) -> dict[str, str]:
    """The customers of those of the accounts that are on file."""
    wanted = list(account_ids)
    if not wanted:
        return {}
    return {row[0]: row[1] for row in await connection.execute(_OWNERS, {"accounts": wanted})}


async def load_payments(
    connection: AsyncConnection, accounts: dict[str, Account], named: Iterable[str] = ()
) -> None:
    """Fill in the payments that can still matter beside the snapshot, and those whose ids are `named`."""
    if not accounts:
        return
    wanted = {"accounts": list(accounts), "named": list(named)}
    for row in (await connection.execute(_PAYMENTS, wanted)).all():
        accounts[row[0]].payments[row[1]] = Payment(*row)


async def insert(connection: AsyncConnection, accounts: Sequence[Account]) -> None:
    """Write accounts that were not on file.

    ValueError where another customer's event has put one of them on file in the meantime.
    """
    rows = [_row(each) for each in sorted(accounts, key=lambda each: each.account_id)]
    if await sets.insert(connection, account, rows, skip_existing=True) < len(rows):
        raise ValueError("an account of the batch was put on file for another customer")


async def update(connection: AsyncConnection, told: Iterable[Account], reassessed: Iterable[Account]) -> None:
    """Write accounts that are on file: those of which something was told, and those that only moved."""
    await sets.update(connection, account, [_row(each) for each in told], _TOLD + _STANDING)
    await sets.update(connection, account, [_row(each) for each in reassessed], _STANDING)


async def update_book(connection: AsyncConnection, accounts: Iterable[Account]) -> None:
    """Write the terms of accounts that are on file, and what staff decided of their tiers."""
    await sets.update(connection, account, [_row(each) for each in accounts], _BOOK)


async def save_payments(connection: AsyncConnection, payments: Iterable[Payment]) -> None:
    """Write the payments as they are known now."""
    await sets.upsert(connection, payment, list(payments))


async def add_moves(connection: AsyncConnection, moves: Sequence[BucketMove]) -> None:
    """Add to the accounts' histories."""
    await sets.insert(connection, account_history, moves)


def account_of(row: Sequence[Any]) -> Account:
    """The account of a row with the columns `COLUMNS`."""
    account_id, customer_id, snapshot, closure, seen_late, seen_bad, terms, floor, upgraded, *standing = row
    standing[8] = _TIER_OF[standing[8]]
    return Account(
        account_id,
        customer_id,
        None if snapshot is None else _snapshot.decode(snapshot),
        None if closure is None else _closure.decode(closure),
        {},
        Standing(*standing),
        NOTHING_SEEN if seen_late is None else Seen(seen_late, seen_bad),
        None if terms is None else _terms.decode(terms),
        NO_ORDERS if floor is None and upgraded is None else Orders(floor and _TIER_OF[floor], upgraded),
    )


def _row(each: Account) -> AccountRow:
    snapshot, standing, terms = each.snapshot, each.standing, each.terms
    return AccountRow(
        each.account_id,
        each.customer_id,
        None if snapshot is None else snapshot.as_of,
        snapshot,
        each.closure,
        each.seen.late_on,
        each.seen.bad_on,
        terms,
        None if terms is None else terms.terms.group_id,
        each.orders.floor,
        each.orders.upgraded_on,
        standing.overdue,
        standing.days_past_due,
        standing.bucket,
        standing.arrears,
        standing.outstanding,
        standing.oldest_unpaid,
        standing.ages_on,
        standing.falling_due,
        standing.tier,
        standing.late_on,
        standing.bad_on,
    )
