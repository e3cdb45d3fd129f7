"""Dossiers for looking at: nobody is locked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.dossier import Dossier
from services.compliance.gate import Gate
from services.compliance.store import links
from services.compliance.store.standing import standing_of


async def records_of(connection: AsyncConnection, person_id: str) -> Sequence[str]:
    """The records of the human whose record this is, the root first."""
    groups = await links.groups_of(connection, [person_id])
    return next(iter(groups.values()))


async def dossier_of(connection: AsyncConnection, person_id: str, gate: Gate, now: datetime) -> Dossier:
    """What the gate goes by for a person now."""
    records = await records_of(connection, person_id)
    found = await standing_of(connection, records, gate.past.before(now), gate.desks.creditor)
    alone = [found.dossiers[record] for record in records]
    return alone[0] if len(alone) == 1 else Dossier.pooled(alone)
