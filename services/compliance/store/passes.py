"""How far the daily audit passes have come."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_BEGIN = text(
    "INSERT INTO audit_pass (until, since, after)"
    " SELECT CAST(:until AS date), coalesce((SELECT max(until) FROM audit_pass WHERE finished_at IS NOT NULL"
    "  AND until < :until), CAST(:until AS date)) - CAST(:days AS integer), ''"
    " ON CONFLICT (until) DO NOTHING"
)
_TAKE = text(
    "SELECT since, after FROM audit_pass WHERE until = :until AND finished_at IS NULL FOR UPDATE SKIP LOCKED"
)
_GO_ON = text("UPDATE audit_pass SET after = :after, finished_at = :finished_at WHERE until = :until")


class Pass(NamedTuple):
    """A pass that is not finished: the first day it looks at, and the last person it has looked at."""

    since: date
    after: str


async def take(connection: AsyncConnection, until: date, days: int) -> Pass | None:
    """The pass over contacts before this day, for this transaction alone; begun where it is not yet.

    It goes back `days` before the last finished one ended, so that days on which nobody ran it are not left
    out. None where it is finished, or another process is at it.
    """
    await connection.execute(_BEGIN, {"until": until, "days": days})
    row = (await connection.execute(_TAKE, {"until": until})).first()
    return None if row is None else Pass(*row)


async def go_on(connection: AsyncConnection, until: date, after: str, finished_at: datetime | None) -> None:
    """Keep how far a taken pass has come."""
    values = {"until": until, "after": after, "finished_at": finished_at}
    await connection.execute(_GO_ON, values)
