"""How far the cases are, seen from the stores: contacted, audited, visible in reporting."""

from dataclasses import asdict, dataclass

import asyncpg

from recoup.services import CONSUMES
from shared.contracts.topics import CORE_BANK

# A reservation is `left` from the transaction on that wrote the leaf of the dispatch.
_LOOK = """
SELECT (SELECT count(*) FROM outreach.contact WHERE provider IS NOT NULL) AS contacted,
       (SELECT count(*) FROM compliance.attempt WHERE state = 'left') AS audited,
       (SELECT count(*) FROM reporting.contact_figure WHERE dispatched_at IS NOT NULL) AS reported,
       (SELECT COALESCE(sum(size), 0) FROM compliance.log_head)::bigint AS leaves,
       (SELECT COALESCE(sum(size), 0) FROM (SELECT max(size) AS size FROM compliance.checkpoint
        GROUP BY year) AS newest)::bigint AS signed
"""
_LEAVES = """
SELECT convert_from(entry, 'UTF8')::json ->> 'kind' AS kind, count(*) AS leaves
FROM compliance.log_entry AS e
WHERE leaf_index < (SELECT max(size) FROM compliance.checkpoint AS c WHERE c.year = e.year)
GROUP BY 1 ORDER BY 1
"""
_PER_CASE = ("decision", "redeemed", "dispatched")


@dataclass(frozen=True, slots=True)
class Look:
    """Counts at one moment, of all cases so far."""

    contacted: int
    audited: int
    reported: int
    leaves: int
    signed: int

    def since(self, before: "Look") -> "Look":
        """What was added; the log's two numbers stay as they are."""
        return Look(
            self.contacted - before.contacted,
            self.audited - before.audited,
            self.reported - before.reported,
            self.leaves,
            self.signed,
        )

    def complete(self, cases: int) -> bool:
        """Whether this many cases are through all three, and a checkpoint covers their leaves."""
        return min(self.contacted, self.audited, self.reported) >= cases and self.signed >= self.leaves


async def look(connection: "asyncpg.Connection[asyncpg.Record]") -> Look:
    """Count."""
    return Look(**dict(await connection.fetchrow(_LOOK)))


async def check_leaves(connection: "asyncpg.Connection[asyncpg.Record]", cases: int) -> dict[str, int]:
    """The signed leaves by kind. Raises RuntimeError where a case lacks one of its three."""
    found = {row["kind"]: int(row["leaves"]) for row in await connection.fetch(_LEAVES)}
    for kind in _PER_CASE:
        if found.get(kind, 0) < cases:
            raise RuntimeError(f"{found.get(kind, 0)} signed leaves of kind {kind} for {cases} cases")
    return found


@dataclass(frozen=True, slots=True)
class Traffic:
    """Events that a service took and gave, by its positions and lanes; deliveries, not kinds."""

    taken: int
    given: int


async def traffic(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, Traffic]:
    """Since the beginning, by service."""
    found = {}
    for service, topics in CONSUMES.items():
        taken = await connection.fetchval(
            f"SELECT COALESCE(sum(last_sequence), 0)::bigint FROM {service}.lane_received"
        )
        if CORE_BANK.name in topics:
            taken += await connection.fetchval(
                "SELECT COALESCE(sum(next_offset), 0)::bigint"
                f" FROM {service}.consumer_position WHERE topic = $1",
                CORE_BANK.name,
            )
        given = await connection.fetchval(
            f"SELECT COALESCE(sum(last_sequence), 0)::bigint FROM {service}.lane_counter"
        )
        found[service] = Traffic(taken, given)
    return found


def per_second(
    before: dict[str, Traffic], after: dict[str, Traffic], seconds: float
) -> dict[str, dict[str, float]]:
    """Events a second that each service took and gave."""
    return {
        name: {
            side: round((number - asdict(before[name])[side]) / seconds, 1)
            for side, number in asdict(traffic).items()
        }
        for name, traffic in after.items()
    }
