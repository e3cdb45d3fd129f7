"""The contacts that went out in a period: what samples are drawn from, and what coverage is a share of."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.inspection.policy import RANK
from services.compliance.domain.inspection.sampling import Candidate
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel, PartyRole

By = Literal["collector", "branch", "agency", "channel", "all"]

# A contact is made within days of its permit; the index is of the permits' ends.
_LONGEST_PERMIT = timedelta(days=2)
_BY_RANK = {rank: severity for severity, rank in RANK.items()}

_WENT = (
    "WITH went AS (SELECT DISTINCT ON (contact_id) contact_id, channel, party, collector_id, left_at"
    " FROM attempt WHERE valid_until >= :from AND valid_until < :to AND left_at >= :first AND left_at < :end"
    " AND state = 'left' AND direction = 'out'"
    " AND (CAST(:channels AS text[]) IS NULL OR channel = ANY(CAST(:channels AS text[])))"
    " ORDER BY contact_id, left_at)"
)
_RANKS = " ".join(f"WHEN '{severity}' THEN {rank}" for severity, rank in RANK.items())
_CANDIDATES = text(
    f"{_WENT}, complained AS (SELECT DISTINCT reference FROM complaint_evidence"  # noqa: S608  # constants
    "  WHERE kind = 'contact'),"
    f" graded AS (SELECT contact_id, max(CASE severity {_RANKS} END) AS rank FROM inspection_finding"
    "  WHERE contact_id IN (SELECT contact_id FROM went) GROUP BY contact_id),"
    " known AS (SELECT collector_id, min(started_at) AS since FROM transcript WHERE collector_id IN"
    "  (SELECT t.collector_id FROM transcript t JOIN went USING (contact_id)) GROUP BY collector_id)"
    " SELECT w.contact_id, w.channel, w.party, coalesce(t.collector_id, w.collector_id) AS collector_id,"
    " w.left_at, c.reference IS NOT NULL AS complained, g.rank, t.seconds, k.since"
    " FROM went w LEFT JOIN transcript t USING (contact_id) LEFT JOIN graded g USING (contact_id)"
    " LEFT JOIN complained c ON c.reference = w.contact_id"
    " LEFT JOIN known k ON k.collector_id = t.collector_id"
)
_KEYS: dict[By, str] = {
    "collector": "coalesce(t.collector_id, w.collector_id)",
    "branch": "coalesce(t.branch_id, '')",
    "agency": "coalesce(t.agency_id, '')",
    "channel": "w.channel",
    "all": "''",
}
_COVERAGE = {
    by: text(
        f"{_WENT}, done AS (SELECT DISTINCT ON (contact_id) contact_id, inspection_id, score, passed,"  # noqa: S608  # constants
        "  bool_or(sampled) OVER (PARTITION BY contact_id) AS sampled FROM inspection"
        "  WHERE state = 'completed' AND contact_id IN (SELECT contact_id FROM went)"
        "  ORDER BY contact_id, round DESC),"
        " broken AS (SELECT DISTINCT inspection_id FROM violation WHERE state <> 'dismissed'"
        "  AND inspection_id IN (SELECT inspection_id FROM done))"
        f' SELECT {key} COLLATE "C" AS key, count(*) AS recordings, count(t.contact_id) AS transcribed,'
        " count(d.inspection_id) AS inspected, count(*) FILTER (WHERE d.sampled) AS sampled,"
        " count(b.inspection_id) AS violated, count(*) FILTER (WHERE d.passed) AS passed,"
        " avg(d.score) AS mean_score FROM went w LEFT JOIN transcript t USING (contact_id)"
        " LEFT JOIN done d USING (contact_id) LEFT JOIN broken b ON b.inspection_id = d.inspection_id"
        " GROUP BY 1 HAVING CAST(:after AS text) IS NULL OR "
        f'{key} COLLATE "C" > :after ORDER BY 1 LIMIT :limit'
    )
    for by, key in _KEYS.items()
}


class Coverage(NamedTuple):
    """How much of what went out was inspected, and with what result, for one collector, branch …

    `recordings` are the contacts that went out, each of which has to be on record; `transcribed` those whose
    record came here. Of contacts inspected more than once the last inspection counts.
    """

    key: str
    recordings: int
    transcribed: int
    inspected: int
    sampled: int
    violated: int
    passed: int
    mean_score: Decimal | None


async def candidates(
    connection: AsyncConnection, first: datetime, end: datetime, channels: Collection[Channel]
) -> list[Candidate]:
    """The contacts that went out in [first, end) on these channels, on any where there are none."""
    rows = await connection.execute(_CANDIDATES, _within(first, end, channels))
    return [
        Candidate(
            row.contact_id,
            Channel(row.channel),
            PartyRole(row.party),
            row.collector_id,
            row.left_at,
            row.complained,
            _severity(row.rank),
            row.seconds,
            row.since,
        )
        for row in rows
    ]


async def coverage(
    connection: AsyncConnection,
    by: By,
    first: datetime,
    end: datetime,
    channels: Collection[Channel],
    after: str | None,
    limit: int,
) -> list[Coverage]:
    """Coverage of the contacts that went out in [first, end)."""
    values = _within(first, end, channels) | {"after": after, "limit": limit}
    return [Coverage(*row) for row in await connection.execute(_COVERAGE[by], values)]


def _within(first: datetime, end: datetime, channels: Collection[Channel]) -> dict[str, object]:
    return {
        "first": first,
        "end": end,
        "from": first - _LONGEST_PERMIT,
        "to": end + _LONGEST_PERMIT,
        "channels": sorted(channels) or None,
    }


def _severity(rank: int | None) -> Severity | None:
    return None if rank is None else _BY_RANK[rank]
