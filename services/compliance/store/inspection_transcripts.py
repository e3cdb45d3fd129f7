"""Transcripts, what the phrase lists found in them, and the contacts that they are of."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.inspection.contact import Contact
from services.compliance.domain.inspection.findings import Finding
from services.compliance.domain.inspection.transcript import Transcript
from services.compliance.domain.inspection.words import Verdict
from services.compliance.store.inspection_rows import read
from services.compliance.tables import inspection_finding, transcript
from shared.contracts.complaints import Severity
from shared.database import sets
from shared.lint.tags import Tag

# The last permit of each contact: an earlier one was not used. Whoever a transcript names made the contact.
_CONTACTS = text(
    "SELECT DISTINCT ON (d.contact_id) d.contact_id, d.person_id, d.customer_id, d.channel, a.party,"
    " coalesce(p.jurisdiction, '') AS jurisdiction, coalesce(t.collector_id, a.collector_id) AS collector_id,"
    " t.agency_id, t.branch_id, coalesce(a.left_at, d.decided_at) AS contacted_at"
    " FROM decision d JOIN attempt a ON a.permit_id = d.permit_id AND a.state <> 'free'"
    " LEFT JOIN party p ON p.person_id = d.person_id AND p.customer_id = d.customer_id"
    " LEFT JOIN transcript t ON t.contact_id = d.contact_id"
    " WHERE d.contact_id = ANY(CAST(:wanted AS text[])) AND d.permit_id IS NOT NULL"
    " ORDER BY d.contact_id, d.ask DESC"
)


class Filters(NamedTuple):
    """Which findings to list; None asks for nothing."""

    contact_id: str | None = None
    severity: Severity | None = None
    tag: Tag | None = None
    rule_id: str | None = None
    verdict: Verdict | None = None


async def contacts(connection: AsyncConnection, contact_ids: Collection[str]) -> dict[str, Contact]:
    """These contacts, as far as they were permitted and may have gone out."""
    rows = await connection.execute(_CONTACTS, {"wanted": sorted(contact_ids)})
    return {row.contact_id: read(row, Contact) for row in rows}


async def add(connection: AsyncConnection, made: Transcript, findings: Sequence[Finding]) -> bool:
    """Keep a transcript and its findings; False where the contact has one already."""
    if not await sets.insert(connection, transcript, [made], skip_existing=True):
        return False
    await sets.insert(connection, inspection_finding, findings)
    return True


async def of_contact(connection: AsyncConnection, contact_id: str) -> Transcript | None:
    """The transcript of a contact."""
    rows = await sets.fetch(connection, transcript, "contact_id", [contact_id])
    return read(rows[0], Transcript) if rows else None


async def findings_of(connection: AsyncConnection, contact_id: str) -> list[Finding]:
    """What was found in a contact, in the order in which it was said."""
    rows = await sets.fetch(connection, inspection_finding, "contact_id", [contact_id])
    return sorted((read(row, Finding) for row in rows), key=lambda one: (one.turn, one.begins, one.tag))


async def judge(connection: AsyncConnection, judged: Sequence[Finding]) -> None:
    """Write the verdicts."""
    await sets.update(connection, inspection_finding, judged, ("verdict",))


async def listed(
    connection: AsyncConnection, wanted: Filters, after: tuple[datetime, str] | None, limit: int
) -> list[Finding]:
    """Findings in the order in which they were made."""
    columns = inspection_finding.c
    query = select(inspection_finding).order_by(columns.found_at, columns.finding_id).limit(limit)
    for name, value in wanted._asdict().items():
        if value is not None:
            query = query.where(columns[name] == value)
    if after is not None:
        query = query.where(tuple_(columns.found_at, columns.finding_id) > after)
    return [read(row, Finding) for row in await connection.execute(query)]
