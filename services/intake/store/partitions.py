"""Monthly partitions of `source_event`: the next ones made, the old ones dropped."""

from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.tables import DEFAULT_PARTITION

_PREFIX = "source_event_m"
_NAMES = text(
    "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
    " WHERE inhparent = to_regclass('source_event')"
)
_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.source_event'))")


async def maintain(connection: AsyncConnection, today: date, keep_days: int, months_ahead: int = 2) -> bool:
    """Make the partitions of this month and the next ones, and drop what is older than `keep_days`.

    Rows that fell into the default partition move to their month's. False if another process is at it.
    """
    if not (await connection.execute(_ONE_AT_A_TIME)).scalar_one():
        return False
    await connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    await connection.execute(text(DEFAULT_PARTITION))
    there = {row[0] for row in await connection.execute(_NAMES)}
    oldest = _month(today - timedelta(days=keep_days))
    for name in sorted(there):
        if name.startswith(_PREFIX) and name < _name(oldest):
            await connection.execute(text(f"DROP TABLE {name}"))
    await connection.execute(text("DELETE FROM source_event_default WHERE seen_on < :day"), {"day": oldest})
    month = _month(today)
    for _ in range(months_ahead + 1):
        if _name(month) not in there:
            await _make(connection, month)
        month = _following(month)
    return True


async def _make(connection: AsyncConnection, month: date) -> None:
    name, end = _name(month), _following(month)
    # No row may come into the default partition between the move and the attachment.
    await connection.execute(text("LOCK TABLE source_event_default IN ACCESS EXCLUSIVE MODE"))
    await connection.execute(text(f"CREATE TABLE {name} (LIKE source_event INCLUDING ALL)"))
    await connection.execute(
        text(
            "WITH moved AS (DELETE FROM source_event_default"  # noqa: S608  # a name made of a date
            f" WHERE seen_on >= :start AND seen_on < :end RETURNING *) INSERT INTO {name} SELECT * FROM moved"
        ),
        {"start": month, "end": end},
    )
    await connection.execute(
        text(f"ALTER TABLE source_event ATTACH PARTITION {name} FOR VALUES FROM ('{month}') TO ('{end}')")
    )


def _name(month: date) -> str:
    return f"{_PREFIX}{month:%Y%m}"


def _month(day: date) -> date:
    return day.replace(day=1)


def _following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
