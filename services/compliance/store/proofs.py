"""Evidence for single leaves: proof files against the newest checkpoint."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.log.paths import plan_inclusion
from services.compliance.log.proof import LogProof
from services.compliance.store import decisions, log, tree


class NotSignedYetError(Exception):
    """The leaf is in the log, but no checkpoint covers it yet."""


async def proof_of(connection: AsyncConnection, event_id: str) -> LogProof | None:
    """The proof that a fact is in the log; None where it is not. Raises NotSignedYetError."""
    entry = await log.entry_of(connection, event_id)
    if entry is None:
        return None
    last = await tree.last_checkpoint(connection, entry.year)
    if last is None or last.size <= entry.leaf_index:
        raise NotSignedYetError
    plan = plan_inclusion(entry.leaf_index, last.size)
    hashes = await tree.prove(connection, entry.year, plan, last.size)
    return LogProof(entry.leaf_index, hashes, last.note.encode(), entry.entry)


async def facts_of_contact(connection: AsyncConnection, contact_id: str) -> list[str]:
    """The event ids of a contact's decisions and redemptions that have a leaf, in order."""
    made = await decisions.listed(connection, person_id=None, contact_id=contact_id, after=None, limit=1000)
    wanted = [decision.decision_id for decision in made]
    wanted += [f"redeemed:{decision.permit_id}" for decision in made if decision.permit_id]
    places = await log.places_of(connection, wanted)
    return sorted(places, key=places.__getitem__)
