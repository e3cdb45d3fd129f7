"""The audit log: a leaf for each decision and attempt, no hole, signed to its end."""

from sqlalchemy.ext.asyncio import AsyncConnection

from recoup.reconciliation.finding import Finding, none_is


async def log_laws(compliance: AsyncConnection) -> list[Finding]:
    """All laws about the log, within compliance."""
    return [
        await none_is(
            "each decision has its leaf",
            compliance,
            "SELECT count(*) FROM decision",
            "SELECT decision_id FROM decision WHERE NOT EXISTS"
            " (SELECT FROM log_entry WHERE event_id = decision_id)",
        ),
        await none_is(
            "each attempt has its leaf",
            compliance,
            "SELECT count(*) FROM attempt WHERE dispatch_id IS NOT NULL",
            "SELECT permit_id FROM attempt WHERE dispatch_id IS NOT NULL AND NOT EXISTS"
            " (SELECT FROM log_entry WHERE event_id = 'redeemed:' || permit_id)",
        ),
        await none_is(
            "the log has no hole",
            compliance,
            "SELECT count(*) FROM log_entry",
            "SELECT head.year || ': ' || head.size || ' leaves, ' || count(entry.leaf_index) || ' on file'"
            " FROM log_head head LEFT JOIN log_entry entry USING (year) GROUP BY head.year, head.size"
            " HAVING count(entry.leaf_index) <> head.size OR max(entry.leaf_index) + 1 <> head.size",
        ),
        await none_is(
            "the log is signed to its end",
            compliance,
            "SELECT COALESCE(sum(size), 0) FROM log_head",
            "SELECT head.year || ' beyond ' || COALESCE(max(signed.size), 0) FROM log_head head"
            " LEFT JOIN checkpoint signed USING (year) GROUP BY head.year, head.size"
            " HAVING head.size > COALESCE(max(signed.size), 0)",
        ),
    ]
