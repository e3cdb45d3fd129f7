"""Runs of the retention job, legal holds, ends of debts, and recordings to delete elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, Table, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.retention.run import DebtEnd, LegalHold, Mode, Order, Run, RunState
from services.compliance.tables import debt_end, legal_hold, retention_order, retention_run
from shared.database import sets

T = TypeVar("T")


async def begin(connection: AsyncConnection, run: Run) -> bool:
    """Keep a new run; False where one is running already."""
    values = msgspec.structs.asdict(run)
    open_ones = insert(retention_run).values(values).on_conflict_do_nothing()
    return (await connection.execute(open_ones)).rowcount == 1


async def running(connection: AsyncConnection) -> Run | None:
    """The run that goes on, locked; None where there is none, or another process is at it."""
    query = select(retention_run).where(retention_run.c.state == RunState.RUNNING)
    row = (await connection.execute(query.with_for_update(skip_locked=True))).first()
    return None if row is None else _read(row, Run)


async def keep(connection: AsyncConnection, run: Run) -> None:
    """Write how far a locked run is."""
    columns = ("state", "finished_at", "last_person", "counts", "erased")
    values = {name: getattr(run, name) for name in columns}
    await connection.execute(update(retention_run).where(retention_run.c.run_id == run.run_id).values(values))


async def by_id(connection: AsyncConnection, run_id: str) -> Run | None:
    """One run."""
    row = (await connection.execute(select(retention_run).where(retention_run.c.run_id == run_id))).first()
    return None if row is None else _read(row, Run)


async def last_started(connection: AsyncConnection, mode: Mode) -> Run | None:
    """The latest run of this mode."""
    query = select(retention_run).where(retention_run.c.mode == mode)
    row = (await connection.execute(query.order_by(retention_run.c.started_at.desc()).limit(1))).first()
    return None if row is None else _read(row, Run)


async def runs(connection: AsyncConnection, after: tuple[datetime, str] | None, limit: int) -> list[Run]:
    """Runs, oldest first."""
    return await _listed(connection, retention_run, ("started_at", "run_id"), after, limit, Run)


async def orders(connection: AsyncConnection, after: tuple[datetime, str] | None, limit: int) -> list[Order]:
    """Recordings that their keeper has to delete, oldest order first."""
    return await _listed(connection, retention_order, ("ordered_at", "document_id"), after, limit, Order)


async def legal_holds(
    connection: AsyncConnection, person_id: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[LegalHold]:
    """Legal holds, oldest first."""
    key = ("placed_at", "legal_hold_id")
    return await _listed(connection, legal_hold, key, after, limit, LegalHold, person_id=person_id)


async def place(connection: AsyncConnection, hold: LegalHold) -> None:
    """Keep a legal hold on a locked person."""
    await sets.insert(connection, legal_hold, [hold])


async def release(connection: AsyncConnection, legal_hold_id: str, by: str, at: datetime) -> LegalHold | None:
    """End a legal hold; None where there is none in force."""
    done = await connection.execute(
        update(legal_hold)
        .where(legal_hold.c.legal_hold_id == legal_hold_id, legal_hold.c.released_at.is_(None))
        .values(released_at=at, released_by=by)
        .returning(*legal_hold.columns)
    )
    row = done.first()
    return None if row is None else _read(row, LegalHold)


async def end_debts(connection: AsyncConnection, ends: Sequence[DebtEnd]) -> None:
    """Keep that debts ended, each customer once."""
    await sets.upsert(connection, debt_end, ends)


async def _listed(
    connection: AsyncConnection,
    table: Table,
    key: tuple[str, str],
    after: tuple[datetime, str] | None,
    limit: int,
    kind: type[T],
    **same: str | None,
) -> list[T]:
    columns = [table.c[name] for name in key]
    query = select(table).order_by(*columns).limit(limit)
    for name, value in same.items():
        if value is not None:
            query = query.where(table.c[name] == value)
    if after is not None:
        query = query.where(tuple_(*columns) > after)
    return [_read(row, kind) for row in await connection.execute(query)]


def _read(row: Row[Any], kind: type[T]) -> T:
    # Names of columns may be of a subclass of str, which msgspec takes for something else.
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)
