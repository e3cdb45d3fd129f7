"""Customers' files in sets: one query a table to lock and load them, one statement a table to save."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from services.strategy.domain.customer_file import CustomerFile, PaymentKey
from services.strategy.domain.records import Case, Customer, Entry, Hold, Payment, Promise
from services.strategy.store import policies, recordset
from services.strategy.tables import case_event, collection_case, customer, hold, payment, promise
from shared.database import sets

K = TypeVar("K")
R = TypeVar("R")


@dataclass(slots=True)
class Wanted:
    """What a batch concerns. Payments are loaded for customers with promises, and for these."""

    customers: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    with_payments: set[str] = field(default_factory=set)


async def lock_files(
    connection: AsyncConnection, wanted: Wanted
) -> tuple[dict[str, CustomerFile], int | None]:
    """The files of the wanted customers, locked until the transaction ends; unknown customers get one.

    Beside them, so that it costs no statement, the revision of the policies; None: nobody is wanted.
    """
    missing = [Customer(customer_id) for customer_id in sorted(wanted.customers)]
    await sets.insert(connection, customer, missing, skip_existing=True)
    customers, revision = await recordset.lock_beside(
        connection, customer, Customer, "customer_id", wanted.customers, policies.REVISION
    )
    cases = await _cases(connection, customers, wanted)
    holds = await _holds(connection, customers)
    promises = await _promises(connection, customers)
    payments = await _payments(connection, customers, wanted)
    files = {
        each.customer_id: _file(each, cases.get(each.customer_id, {}), promises, holds, payments)
        for each in customers
    }
    return files, revision


async def read_files(connection: AsyncConnection, customers: Iterable[str]) -> list[CustomerFile]:
    """The files of customers, not locked; for looking only."""
    wanted = Wanted(customers=set(customers))
    known = await recordset.fetch(connection, customer, Customer, "customer_id", wanted.customers)
    cases = await _cases(connection, known, wanted)
    holds = await _holds(connection, known)
    promises = await _promises(connection, known)
    return [_file(each, cases.get(each.customer_id, {}), promises, holds, {}) for each in known]


def _file(
    known: Customer,
    cases: dict[str, Case],
    promises: Mapping[str, dict[str, Promise]],
    holds: Mapping[str, dict[str, Hold]],
    payments: Mapping[str, dict[PaymentKey, Payment]],
) -> CustomerFile:
    if not cases and not known.holds:
        return CustomerFile(known)
    latest = known.latest_case_id
    customer_id = known.customer_id
    return CustomerFile(
        known,
        None if latest is None else cases.pop(latest),
        promises.get(customer_id, {}),
        holds.get(customer_id, {}),
        payments.get(customer_id, {}),
        cases,
    )


async def _cases(
    connection: AsyncConnection, customers: Sequence[Customer], wanted: Wanted
) -> dict[str, dict[str, Case]]:
    latest = {case_id for each in customers if (case_id := each.latest_case_id) is not None}
    found: defaultdict[str, dict[str, Case]] = defaultdict(dict)
    for case in await recordset.fetch(connection, collection_case, Case, "case_id", latest | wanted.cases):
        found[case.customer_id][case.case_id] = case
    return found


async def _holds(connection: AsyncConnection, customers: Sequence[Customer]) -> dict[str, dict[str, Hold]]:
    holding = {each.customer_id for each in customers if each.holds}
    found: defaultdict[str, dict[str, Hold]] = defaultdict(dict)
    for each in await recordset.fetch(connection, hold, Hold, "customer_id", holding):
        found[each.customer_id][each.hold_id] = each
    return found


async def _promises(
    connection: AsyncConnection, customers: Sequence[Customer]
) -> dict[str, dict[str, Promise]]:
    promising = {each.customer_id for each in customers if each.promises}
    found: defaultdict[str, dict[str, Promise]] = defaultdict(dict)
    for each in await recordset.fetch(connection, promise, Promise, "customer_id", promising):
        found[each.customer_id][each.promise_id] = each
    return found


async def _payments(
    connection: AsyncConnection, customers: Sequence[Customer], wanted: Wanted
) -> dict[str, dict[PaymentKey, Payment]]:
    promising = {each.customer_id for each in customers if each.promises} | wanted.with_payments
    found: defaultdict[str, dict[PaymentKey, Payment]] = defaultdict(dict)
    for each in await recordset.fetch(connection, payment, Payment, "customer_id", promising):
        found[each.customer_id][each.account_id, each.payment_id] = each
    return found


@dataclass(slots=True)
class Changes:
    """What a transaction changed, by table."""

    customers: list[Customer] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    entries: Sequence[Entry] = ()

    def add(self, before: CustomerFile, after: CustomerFile) -> None:
        """Note what of one customer's file differs; unchanged records are the same objects."""
        if after.customer is not before.customer:
            self.customers.append(after.customer)
        if after.case is not None and after.case is not before.case:
            self.cases.append(after.case)
        if after.earlier is not before.earlier:
            known = {case.case_id: case for case in (*before.earlier.values(), before.case) if case}
            self.cases += _changed(known, after.earlier)
        if after.promises is not before.promises:
            self.promises += _changed(before.promises, after.promises)
        if after.holds is not before.holds:
            self.holds += _changed(before.holds, after.holds)
        if after.payments is not before.payments:
            self.payments += _changed(before.payments, after.payments)


def _changed(before: Mapping[K, R], after: Mapping[K, R]) -> list[R]:
    return [record for key, record in after.items() if record is not before.get(key)]


async def save(connection: AsyncConnection, changes: Changes) -> None:
    """Write all changes."""
    await sets.upsert(connection, customer, changes.customers)
    await sets.upsert(connection, collection_case, changes.cases)
    await sets.upsert(connection, promise, changes.promises)
    await sets.upsert(connection, hold, changes.holds)
    # A receipt that comes after its reversal must not undo it, known to this transaction or not.
    received = [paid for paid in changes.payments if not paid.reversed]
    await sets.insert(connection, payment, received, skip_existing=True)
    await sets.upsert(connection, payment, [paid for paid in changes.payments if paid.reversed])
    await sets.insert(connection, case_event, changes.entries)
