"""Members of staff and persons: what is on file about both, and the contacts that were permitted."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.staff.clearing import PairFile
from services.compliance.domain.staff.records import StaffContact
from services.compliance.store.staff import BARRING
from services.compliance.tables.staff import staff_contact
from shared.database import sets

Pair = tuple[str, str]
"""(staff_id, person_id)."""

_LONGEST_PERMIT = timedelta(days=2)
_SHARE = text(
    "SELECT 1 FROM staff_member WHERE staff_id = ANY(CAST(:staff AS text[])) ORDER BY staff_id FOR SHARE"
)
# All records of a human are one person: ties, exceptions and contacts with any of them count.
_FILES = text(
    "WITH pair AS (SELECT p.*, coalesce(l.into_id, p.person_id) AS root FROM"
    "  unnest(CAST(:staff AS text[]), CAST(:persons AS text[])) AS p(staff_id, person_id)"
    "  LEFT JOIN person_link AS l ON l.member_id = p.person_id),"
    " record AS (SELECT staff_id, person_id, root AS record_id FROM pair"
    "  UNION SELECT staff_id, person_id, member_id FROM pair JOIN person_link ON into_id = root)"
    " SELECT json_build_object('staff_id', pair.staff_id, 'person_id', pair.person_id,"
    "  'member', to_json(m),"
    "  'certificates', (SELECT coalesce(json_agg(c), '[]') FROM staff_certificate AS c"
    "   WHERE c.staff_id = pair.staff_id AND c.revoked_at IS NULL),"
    "  'suspended', EXISTS (SELECT FROM staff_suspension AS s WHERE s.staff_id = pair.staff_id"
    "    AND s.since <= :at AND coalesce(s.until, 'infinity') > :at"
    "    AND coalesce(s.lifted_at, 'infinity') > :at)"
    "   OR EXISTS (SELECT FROM sanction AS x WHERE x.collector_id = pair.staff_id"
    "    AND x.measure = ANY(CAST(:barring AS text[]))"
    "    AND NOT EXISTS (SELECT FROM staff_suspension AS s WHERE s.suspension_id = x.sanction_id)),"
    "  'conflicted', EXISTS (SELECT FROM staff_conflict AS f JOIN record AS r"
    "    ON r.staff_id = f.staff_id AND r.record_id = f.person_id"
    "   WHERE (r.staff_id, r.person_id) = (pair.staff_id, pair.person_id)"
    "    AND f.declared_at <= :at AND coalesce(f.ended_at, 'infinity') > :at),"
    "  'excepted', EXISTS (SELECT FROM rotation_exception AS e JOIN record AS r"
    "    ON r.staff_id = e.staff_id AND r.record_id = e.person_id"
    "   WHERE (r.staff_id, r.person_id) = (pair.staff_id, pair.person_id)"
    "    AND e.state = 'approved' AND e.decided_at <= :at AND e.until > :at),"
    "  'contacts', (SELECT coalesce(json_agg(t.at), '[]') FROM staff_contact AS t JOIN record AS r"
    "    ON r.staff_id = t.staff_id AND r.record_id = t.person_id"
    "    LEFT JOIN attempt AS a ON a.permit_id = t.permit_id"
    "   WHERE (r.staff_id, r.person_id) = (pair.staff_id, pair.person_id)"
    "    AND coalesce(a.state, 'left') <> 'free'))::text"
    " FROM pair LEFT JOIN staff_member AS m ON m.staff_id = pair.staff_id"
)
_OPEN = text(
    "SELECT t.permit_id, t.person_id FROM staff_contact AS t JOIN attempt AS a ON a.permit_id = t.permit_id"
    " WHERE t.staff_id = ANY(CAST(:staff AS text[])) AND t.at > :since AND a.state = 'reserved'"
)
_decode = msgspec.json.Decoder(PairFile).decode


async def share(connection: AsyncConnection, staff_ids: Collection[str]) -> None:
    """Have what is on file about these members stay as it is until the transaction ends.

    Many may share them; who changes something about a member waits, and then sees what was permitted.
    """
    await connection.execute(_SHARE, {"staff": sorted(staff_ids)})


async def files(connection: AsyncConnection, pairs: Iterable[Pair], at: datetime) -> dict[Pair, PairFile]:
    """What is on file at an instant about each of these pairs, in one statement."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    values = {
        "staff": [staff_id for staff_id, _ in wanted],
        "persons": [person_id for _, person_id in wanted],
        "at": at,
        "barring": list(BARRING),
    }
    rows = (await connection.execute(_FILES, values)).scalars()
    found = [_decode(row) for row in rows]
    return {(file.staff_id, file.person_id): file for file in found}


async def keep(connection: AsyncConnection, made: Sequence[StaffContact]) -> None:
    """Keep contacts that were permitted."""
    await sets.insert(connection, staff_contact, made, skip_existing=True)


async def open_permits(
    connection: AsyncConnection, staff_ids: Collection[str], now: datetime
) -> dict[str, str]:
    """The permits of these members that may still be redeemed: the person of each, not locked."""
    values = {"staff": list(staff_ids), "since": now - _LONGEST_PERMIT}
    rows = await connection.execute(_OPEN, values)
    return {permit_id: person_id for permit_id, person_id in rows}
