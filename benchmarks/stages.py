"""Where a case is when: the commit times of rows that each stage only ever adds."""

from collections.abc import Mapping

import asyncpg

from benchmarks.latency import percentile

_STAGES = """
SELECT 'intake: overdue' AS stage, a.customer_id, h.xmin AS made
FROM intake.account_history AS h JOIN intake.account AS a USING (account_id)
UNION ALL
SELECT 'strategy: treated', c.customer_id, e.xmin
FROM strategy.case_event AS e JOIN strategy.collection_case AS c USING (case_id)
UNION ALL
SELECT 'outreach: ' || h.state, c.customer_id, h.xmin
FROM outreach.contact_history AS h JOIN outreach.contact AS c USING (contact_id)
WHERE h.state IN ('requested', 'permitted', 'dispatched')
UNION ALL
SELECT 'compliance: decided', customer_id, xmin FROM compliance.decision
UNION ALL
SELECT 'reporting: visible', customer_id, xmin FROM benchmark.seen
"""
_FIRST = (
    "SELECT stage, customer_id, min(extract(epoch FROM pg_xact_commit_timestamp(made)))::float8 AS at"
    f" FROM ({_STAGES}) AS stages WHERE customer_id = ANY($1) GROUP BY 1, 2"
)


async def stages(
    connection: "asyncpg.Connection[asyncpg.Record]", sent_at: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Milliseconds from the publication to each stage's commit, in the order of the stages."""
    passed: dict[str, list[float]] = {}
    for row in await connection.fetch(_FIRST, list(sent_at)):
        passed.setdefault(row["stage"], []).append((row["at"] - sent_at[row["customer_id"]]) * 1000)
    found = {
        stage: {
            "p50": round(percentile(sorted(times), 0.5), 1),
            "p99": round(percentile(sorted(times), 0.99), 1),
        }
        for stage, times in passed.items()
    }
    return dict(sorted(found.items(), key=lambda item: item[1]["p50"]))
