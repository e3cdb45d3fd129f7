"""Evidence for single leaves: proof files against a checkpoint, a witnessed one where there is one."""

import re
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.log.errors import LeafError
from services.compliance.log.leaf import decode_entry
from services.compliance.log.paths import plan_inclusion
from services.compliance.log.proof import LogProof
from services.compliance.store import case_file, cosignatures, decisions, log, tree
from services.compliance.store.tree import SignedCheckpoint

_PSEUDONYM = re.compile("[0-9a-f]{64}")


class ContactFact(NamedTuple):
    """A leaf of a contact: its name for ever, and what it is about."""

    event_id: str
    kind: str


class NotSignedYetError(Exception):
    """The leaf is in the log, but no checkpoint covers it yet."""


async def proof_of(connection: AsyncConnection, event_id: str) -> LogProof | None:
    """The proof that a fact is in the log; None where it is not. Raises NotSignedYetError."""
    entry = await log.entry_of(connection, event_id)
    if entry is None:
        return None
    signed = await best_checkpoint(connection, entry.year, entry.leaf_index)
    if signed is None:
        raise NotSignedYetError
    plan = plan_inclusion(entry.leaf_index, signed.size)
    hashes = await tree.prove(connection, entry.year, plan, signed.size)
    note = await cosignatures.first_note(connection, signed)
    return LogProof(entry.leaf_index, hashes, note, entry.entry)


async def best_checkpoint(connection: AsyncConnection, year: int, leaf_index: int) -> SignedCheckpoint | None:
    """The first checkpoint that covers this leaf, one that a witness cosigned where there is one.

    The earliest says most, for it tells by when the leaf was there; and it stays the same, so that whoever
    asks again gets the same bytes.
    """
    cosigned = await cosignatures.first_cosigned(connection, year, leaf_index + 1)
    return cosigned or await tree.first_covering(connection, year, leaf_index + 1)


async def facts_of_contact(connection: AsyncConnection, contact_id: str) -> list[ContactFact]:
    """The leaves of a contact in order: its decisions, and as far as the catalogue has come all others."""
    made = await decisions.listed(connection, person_id=None, contact_id=contact_id, after=None, limit=1000)
    wanted = [decision.decision_id for decision in made]
    wanted += [f"redeemed:{decision.permit_id}" for decision in made if decision.permit_id]
    leaves = await case_file.leaves_named(connection, wanted, None)
    subjects = {str(_read(leaf.entry).get("subject")) for leaf in leaves}
    known = [subject for subject in subjects if _PSEUDONYM.fullmatch(subject)]
    leaves += await case_file.leaves_about(connection, known, None)
    found = {
        (leaf.year, leaf.leaf_index): ContactFact(leaf.event_id, str(record["kind"]))
        for leaf, record in ((leaf, _read(leaf.entry)) for leaf in leaves)
        if record.get("contact") == contact_id
    }
    return [found[place] for place in sorted(found)]


def _read(entry: bytes) -> dict[str, object]:
    """An entry's record; empty where it was altered so that it is none."""
    try:
        return decode_entry(entry)
    except LeafError:
        return {}
