"""Collecting the evidence of a case: whom it is about, which leaves are its, and up to which checkpoint."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.log.errors import LeafError
from services.compliance.log.evidence.choosing import EXPORTED, belongs
from services.compliance.log.leaf import decode_entry
from services.compliance.store import case_file, log, tree
from services.compliance.store.case_file import CaseLeaf, CaseParties
from services.compliance.store.proofs import best_checkpoint
from services.compliance.store.tree import SignedCheckpoint
from shared.stream.work import Work


class Terms(msgspec.Struct, frozen=True):
    """What was exported: kept as the payload of the export's leaf, so that each page is of one state."""

    case_id: str
    by: str
    reason: str
    with_facts: bool
    sizes: dict[str, int]
    """Of each year's log."""

    def limits(self) -> dict[int, int]:
        """How far each year's log is exported."""
        return {int(year): size for year, size in self.sizes.items()}


class CaseFact(NamedTuple):
    """A leaf of the case; `person_id` is None where it is about no person."""

    leaf: CaseLeaf
    record: Mapping[str, Any]
    person_id: str | None


def terms_event(export_id: str) -> str:
    """The name of the leaf that an export begins with."""
    return f"exported:{export_id}/0"


async def begin(terms: Terms, export_id: str, parties: CaseParties, work: Work, names: Pseudonyms) -> None:
    """Write to the log that this evidence is handed out, once for each person that it is about."""
    journal = Journal(names)
    for number, person_id in enumerate(parties.persons):
        said = terms if number == 0 else None
        journal.add(f"exported:{export_id}/{number}", EXPORTED, person_id, work.now, payload=said)
    await journal.write(work)


async def checkpoints_for(
    connection: AsyncConnection, parties: CaseParties, names: Pseudonyms
) -> list[SignedCheckpoint]:
    """The checkpoint of each year's log that has leaves of the case: the best one for the last of them."""
    newest = {signed.year: signed.size for signed in await tree.last_checkpoints(connection)}
    last: dict[int, int] = {}
    for fact in await facts_of(connection, parties, names, newest):
        last[fact.leaf.year] = max(last.get(fact.leaf.year, 0), fact.leaf.leaf_index)
    chosen = [await best_checkpoint(connection, year, index) for year, index in sorted(last.items())]
    return [signed for signed in chosen if signed is not None]


async def facts_of(
    connection: AsyncConnection, parties: CaseParties, names: Pseudonyms, limits: Mapping[int, int]
) -> list[CaseFact]:
    """The leaves of the case, in order, and the leaves of the packs that its decisions name."""
    persons = {names.of(person_id): person_id for person_id in parties.persons}
    about = await case_file.leaves_about(connection, list(persons), limits)
    facts = [fact for fact in _read(about, persons) if _belongs(fact, parties)]
    rulesets = {str(fact.record["ruleset"]) for fact in facts if "ruleset" in fact.record}
    packs = await case_file.leaves_named(connection, [f"packs:{ruleset}" for ruleset in rulesets], limits)
    facts += _read(packs, {})
    return sorted(facts, key=lambda fact: (fact.leaf.year, fact.leaf.leaf_index))


async def terms_of(connection: AsyncConnection, export_id: str) -> Terms | None:
    """The terms of an export; None where there is none, or its first person's data was erased since."""
    entry = await log.entry_of(connection, terms_event(export_id))
    body = None if entry is None else await log.payload_of(connection, entry)
    return None if body is None else msgspec.json.decode(body, type=Terms)


def _read(leaves: Sequence[CaseLeaf], persons: Mapping[str, str]) -> list[CaseFact]:
    return [
        CaseFact(leaf, record, persons.get(record["subject"])) for leaf, record in _records(leaves, persons)
    ]


def _records(
    leaves: Sequence[CaseLeaf], persons: Mapping[str, str]
) -> list[tuple[CaseLeaf, Mapping[str, Any]]]:
    found: list[tuple[CaseLeaf, Mapping[str, Any]]] = []
    for leaf in leaves:
        try:
            record = decode_entry(leaf.entry)
        except LeafError:
            continue  # `recoup audit verify` finds what was altered
        # The catalogue knows 64 bits of a pseudonym: another person may share them.
        if not persons or record.get("subject") in persons:
            found.append((leaf, record))
    return found


def _belongs(fact: CaseFact, parties: CaseParties) -> bool:
    return belongs(
        fact.record,
        contacts=parties.contacts,
        holds=parties.holds,
        is_shared=fact.person_id in parties.shared,
    )
