"""Which days of which providers were compared; a day's row is the lock on it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.completeness.run import Run
from services.compliance.tables import completeness_finding, completeness_run
from shared.contracts.vocabulary import Channel
from shared.database import sets

_ASK = text(
    "UPDATE completeness_run SET asked_at = :now, retry_at = least(retry_at, clock_timestamp()),"
    " delivered_at = CASE WHEN :whole THEN :now ELSE delivered_at END"
    " WHERE provider = :provider AND day = :day"
)
# Leases and pauses go by the database's wall clock, the same for all; what is due by the platform's.
_TAKE = text(
    "UPDATE completeness_run AS run SET leased_until = clock_timestamp() + make_interval(secs => :lease),"
    " tried_at = :now FROM (SELECT provider, day FROM completeness_run"
    "  WHERE provider = ANY(CAST(:providers AS text[]))"
    "  AND greatest(leased_until, retry_at) <= clock_timestamp()"
    "  AND (asked_at IS NOT NULL OR completed_at IS NULL AND due_at <= :now)"
    "  ORDER BY due_at, provider LIMIT 1 FOR UPDATE SKIP LOCKED) AS taken"
    " WHERE run.provider = taken.provider AND run.day = taken.day RETURNING run.*"
).columns(*completeness_run.columns)
_RENEW = text(
    "UPDATE completeness_run SET leased_until = clock_timestamp() + make_interval(secs => :lease)"
    " WHERE provider = :provider AND day = :day"
)
_SUCCEED = text(
    "UPDATE completeness_run SET leased_until = clock_timestamp(), tries = 0, problem = NULL,"
    " records = :records, permitted = :permitted,"
    " compared_until = greatest(compared_until, :compared_until),"
    " completed_at = CASE WHEN :compared_until >= ends_at THEN coalesce(completed_at, :now) END,"
    # Somebody may have asked again meanwhile.
    " asked_at = CASE WHEN asked_at IS DISTINCT FROM CAST(:asked_at AS timestamptz) THEN asked_at END"
    " WHERE provider = :provider AND day = :day"
)
_FAIL = text(
    "UPDATE completeness_run SET leased_until = clock_timestamp(),"
    " retry_at = clock_timestamp() + make_interval(secs => :pause), tries = tries + 1, problem = :problem"
    " WHERE provider = :provider AND day = :day"
)
_BEHIND = text(
    "SELECT provider, count(*) FROM completeness_run WHERE completed_at IS NULL AND due_at <= :now"
    " GROUP BY provider"
)


class Counts(NamedTuple):
    """What was found on a provider's day."""

    violations: int = 0
    open_violations: int = 0
    discrepancies: int = 0
    open_discrepancies: int = 0


class RunFilters(NamedTuple):
    """Which days to list; None asks for nothing."""

    provider: str | None = None
    first: date | None = None
    last: date | None = None


async def plan(connection: AsyncConnection, runs: Sequence[Run]) -> None:
    """Have these days compared when they are due; those that are planned already stay."""
    await sets.insert(connection, completeness_run, runs, skip_existing=True)


async def planned(connection: AsyncConnection, provider: str) -> set[date]:
    """The days of a provider that are planned or done."""
    query = select(completeness_run.c.day).where(completeness_run.c.provider == provider)
    return set((await connection.execute(query)).scalars())


async def ask(connection: AsyncConnection, run: Run, now: datetime, *, whole: bool = False) -> Run:
    """Have a day compared now, whether it is due or not; `whole` where its file came and is complete."""
    await plan(connection, [run])
    await connection.execute(_ASK, {**_key(run), "now": now, "whole": whole})
    asked = await by_key(connection, run.provider, run.day)
    assert asked is not None  # planned above
    return asked


async def take(
    connection: AsyncConnection, providers: Collection[str], now: datetime, lease_seconds: float
) -> Run | None:
    """Take the oldest day that waits, and keep others from it for the lease; None where none waits."""
    values = {"providers": sorted(providers), "now": now, "lease": lease_seconds}
    row = (await connection.execute(_TAKE, values)).first()
    return None if row is None else _run(row)


async def renew(connection: AsyncConnection, run: Run, lease_seconds: float) -> None:
    """Keep others from it for another lease."""
    await connection.execute(_RENEW, {**_key(run), "lease": lease_seconds})


async def succeed(
    connection: AsyncConnection, run: Run, until: datetime, counted: tuple[int, int], now: datetime
) -> None:
    """The day was compared up to `until`."""
    records, permitted = counted
    values = {"records": records, "permitted": permitted, "compared_until": until, "asked_at": run.asked_at}
    await connection.execute(_SUCCEED, {**_key(run), **values, "now": now})


async def fail(connection: AsyncConnection, run: Run, problem: str, pause_seconds: float) -> None:
    """The day could not be compared; it is tried again after the pause."""
    await connection.execute(_FAIL, {**_key(run), "problem": problem, "pause": pause_seconds})


async def behind(connection: AsyncConnection, now: datetime) -> dict[str, int]:
    """How many days of each provider are due and were not compared."""
    return {row[0]: row[1] for row in await connection.execute(_BEHIND, {"now": now})}


async def compared_by_all(connection: AsyncConnection, providers: Collection[str], until: datetime) -> bool:
    """Whether the records of all these providers up to `until` are on file."""
    columns = completeness_run.c
    query = select(columns.provider).where(columns.provider.in_(sorted(providers)))
    done = (await connection.execute(query.where(columns.compared_until >= until).distinct())).scalars()
    return set(done) >= set(providers)


async def by_key(connection: AsyncConnection, provider: str, day: date) -> Run | None:
    """The run of a provider's day."""
    rows = await listed(connection, RunFilters(provider, day, day), None, 1)
    return rows[0] if rows else None


async def listed(
    connection: AsyncConnection, wanted: RunFilters, after: tuple[date, str] | None, limit: int
) -> list[Run]:
    """Runs by day and provider, the newest day first."""
    columns = completeness_run.c
    query = select(completeness_run)
    if wanted.provider is not None:
        query = query.where(columns.provider == wanted.provider)
    if wanted.first is not None:
        query = query.where(columns.day >= wanted.first)
    if wanted.last is not None:
        query = query.where(columns.day <= wanted.last)
    if after is not None:
        query = query.where(tuple_(columns.day, columns.provider) < after)
    rows = await connection.execute(query.order_by(columns.day.desc(), columns.provider.desc()).limit(limit))
    return [_run(row) for row in rows]


async def counts_of(connection: AsyncConnection, runs: Sequence[Run]) -> dict[tuple[str, date], Counts]:
    """What was found on the days of these runs."""
    if not runs:
        return {}
    columns = completeness_finding.c
    is_open = columns.settled_at.is_(None)
    query = select(
        columns.provider,
        columns.day,
        func.count().filter(columns.is_violation),
        func.count().filter(columns.is_violation, is_open),
        func.count().filter(~columns.is_violation),
        func.count().filter(~columns.is_violation, is_open),
    )
    wanted = tuple_(columns.provider, columns.day).in_([(run.provider, run.day) for run in runs])
    rows = await connection.execute(query.where(wanted).group_by(columns.provider, columns.day))
    return {(row[0], row[1]): Counts(*row[2:]) for row in rows}


def _key(run: Run) -> dict[str, object]:
    return {"provider": run.provider, "day": run.day}


def _run(row: Sequence[object]) -> Run:
    provider, day, channel, *rest = row
    return Run(provider, day, Channel(channel), *rest)  # type: ignore[arg-type]  # the columns are the fields
