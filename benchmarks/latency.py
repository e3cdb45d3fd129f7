"""From the publication of an overdue account to its dispatched contact in reporting, on the wall clock."""

from collections.abc import Mapping, Sequence
from math import ceil

import asyncpg

# The row remembers which transaction made it; PostgreSQL remembers when that committed.
_WATCH = """
CREATE SCHEMA IF NOT EXISTS benchmark;
CREATE TABLE benchmark.seen (contact_id text PRIMARY KEY, customer_id text);
CREATE FUNCTION benchmark.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO benchmark.seen VALUES (NEW.contact_id, NEW.customer_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER benchmark_seen AFTER INSERT OR UPDATE ON reporting.contact_figure
  FOR EACH ROW WHEN (NEW.dispatched_at IS NOT NULL) EXECUTE FUNCTION benchmark.note();
"""
_SEEN = """
SELECT customer_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at FROM benchmark.seen
"""


async def watch(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Have the moment noted at which a dispatched contact becomes visible in reporting."""
    await connection.execute(_WATCH)


async def latencies(
    connection: "asyncpg.Connection[asyncpg.Record]", sent_at: Mapping[str, float]
) -> list[float]:
    """Milliseconds of each case, ascending. Raises RuntimeError where one was never seen."""
    seen = {row["customer_id"]: row["at"] for row in await connection.fetch(_SEEN)}
    missing = len(sent_at.keys() - seen.keys())
    if missing:
        raise RuntimeError(f"{missing} of {len(sent_at)} cases were not seen in reporting")
    return sorted((seen[key] - at) * 1000 for key, at in sent_at.items())


def percentile(ascending: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return ascending[max(0, ceil(len(ascending) * share) - 1)]
