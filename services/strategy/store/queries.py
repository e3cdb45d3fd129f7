"""What the status API asks."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import BigInteger, Row, cast, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.strategy.domain.customer_file import CustomerFile
from services.strategy.domain.records import Case, CaseStatus, Customer, Entry, Hold, Promise
from services.strategy.tables import case_event, collection_case, customer, hold, promise
from shared.contracts.vocabulary import CaseStage

R = TypeVar("R", bound=msgspec.Struct)


async def customer_of_case(connection: AsyncConnection, case_id: str) -> str | None:
    """The customer of a case; a case never changes it."""
    query = select(collection_case.c.customer_id).where(collection_case.c.case_id == case_id)
    return (await connection.execute(query)).scalar_one_or_none()


async def find_customer(connection: AsyncConnection, customer_id: str) -> Customer | None:
    """The customer's row, not locked."""
    query = select(customer).where(customer.c.customer_id == customer_id)
    row = (await connection.execute(query)).first()
    return None if row is None else _record(row, Customer)


async def find_file(connection: AsyncConnection, case_id: str) -> CustomerFile | None:
    """What is known around a case, not locked: the case as `case`, its customer, promises and holds."""
    query = select(collection_case).where(collection_case.c.case_id == case_id)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    case = _record(row, Case)
    known = await find_customer(connection, case.customer_id) or Customer(case.customer_id)
    of_customer = promise.c.customer_id == case.customer_id
    made = await connection.execute(select(promise).where(of_customer).order_by(promise.c.made_at))
    placed = await connection.execute(
        select(hold).where(hold.c.customer_id == case.customer_id).order_by(hold.c.placed_at)
    )
    promises = {each.promise_id: each for each in (_record(row, Promise) for row in made)}
    holds = {each.hold_id: each for each in (_record(row, Hold) for row in placed)}
    return CustomerFile(known, case, promises, holds)


async def list_cases(
    connection: AsyncConnection,
    status: CaseStatus,
    stage: CaseStage | None,
    segment: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Case]:
    """Cases of a status, the last opened first, after (opened at, case)."""
    columns = collection_case.c
    query = select(collection_case).where(columns.status == status)
    if stage is not None:
        query = query.where(columns.stage == stage)
    if segment is not None:
        query = query.where(columns.segment == segment)
    if after is not None:
        query = query.where(tuple_(columns.opened_at, columns.case_id) < tuple_(*after))
    query = query.order_by(columns.opened_at.desc(), columns.case_id.desc()).limit(limit)
    return [_record(row, Case) for row in await connection.execute(query)]


async def timeline(connection: AsyncConnection, case_id: str, after: int | None, limit: int) -> list[Entry]:
    """Entries of a case in order, after a sequence number."""
    columns = case_event.c
    query = select(case_event).where(
        columns.case_id == case_id, columns.sequence > cast(after or 0, BigInteger)
    )
    query = query.order_by(columns.sequence).limit(limit)
    return [_record(row, Entry) for row in await connection.execute(query)]


async def steps_taken(connection: AsyncConnection, case: Case) -> list[tuple[int, datetime]]:
    """The steps that a case took since it entered its segment, in order, and when."""
    columns = case_event.c
    query = (
        select(columns.summary["step"].as_integer(), columns.at)
        .where(columns.case_id == case.case_id, columns.at >= case.segment_since)
        .where(columns.summary.has_key("treatment"))
        .order_by(columns.sequence)
    )
    return [(row[0], row[1]) for row in await connection.execute(query)]


async def open_customers(connection: AsyncConnection, after: str, limit: int) -> list[str]:
    """Customers with an open case, by id, after one."""
    columns = collection_case.c
    query = (
        select(columns.customer_id)
        .where(columns.status == CaseStatus.OPEN, columns.customer_id > after)
        .order_by(columns.customer_id)
        .limit(limit)
    )
    return list((await connection.execute(query)).scalars())


def _record(row: Row[Any], record: type[R]) -> R:
    return msgspec.convert(dict(zip(record.__struct_fields__, row, strict=True)), record)
