"""Contacts: request, permit, attempt, outcome, or a reason why not."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from recoup.reconciliation.finding import Finding, each_has, none_is

_MADE = "('dispatched', 'unconfirmed', 'delivered', 'answered')"


async def contact_laws(connections: Mapping[str, AsyncConnection]) -> list[Finding]:
    """All laws about contacts, between outreach and compliance."""
    outreach, compliance = connections["outreach"], connections["compliance"]
    return [
        await each_has(
            "each contact that was asked for is decided",
            outreach,
            "SELECT contact_id FROM contact WHERE ask > 0 AND state <> 'withdrawn'",
            compliance,
            "SELECT contact_id FROM decision WHERE contact_id = ANY(CAST(:wanted AS text[]))",
        ),
        await each_has(
            "each permit at outreach is a reservation at compliance",
            outreach,
            "SELECT permit_id FROM contact WHERE permit_id IS NOT NULL",
            compliance,
            "SELECT permit_id FROM attempt WHERE permit_id = ANY(CAST(:wanted AS text[]))",
        ),
        await each_has(
            "each contact that was made has a redeemed permit",
            outreach,
            f"SELECT permit_id FROM contact WHERE state IN {_MADE}",
            compliance,
            "SELECT permit_id FROM attempt WHERE permit_id = ANY(CAST(:wanted AS text[]))"
            " AND dispatch_id IS NOT NULL",
        ),
        await none_is(
            "each contact has an outcome, or says what it waits for",
            outreach,
            "SELECT count(*) FROM contact",
            "SELECT contact_id || ' is ' || state FROM contact WHERE state IN"
            " ('requested', 'permitted', 'dispatching')"
            " OR (state IN ('failed', 'denied', 'referred', 'withdrawn') AND reason IS NULL)",
        ),
        await none_is(
            "no contact was made without a permit",
            outreach,
            f"SELECT count(*) FROM contact WHERE state IN {_MADE}",
            f"SELECT contact_id FROM contact WHERE state IN {_MADE} AND permit_id IS NULL",
        ),
        await none_is(
            "no permit allowed two attempts",
            outreach,
            "SELECT count(*) FROM contact WHERE permit_id IS NOT NULL",
            "SELECT permit_id FROM contact WHERE permit_id IS NOT NULL"
            " GROUP BY permit_id HAVING count(*) > 1",
        ),
    ]
