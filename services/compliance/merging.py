"""Records of one human put together, and taken apart again where they never were of one.

Together their attempts and holds count as one person's; apart each counts what is in its own record, and what
was counted while they were together stays as it was decided.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.compliance import reconsidering
from services.compliance.domain.permit import Permit
from services.compliance.domain.reconsidering import deciding_rule
from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.store import attempts, links, people
from shared.contracts.decisions import Effect
from shared.ids import derive_id
from shared.stream.work import Work


class AlreadyMergedError(Exception):
    """Both are records of one human already."""


class NotMergedError(Exception):
    """The record is the only one of its human."""


class Merged(NamedTuple):
    """The root, all records of the human, and the permits that are withdrawn, being too many now."""

    root: str
    members: Sequence[str]
    withdrawn: Sequence[str]


async def merge(person_id: str, into: str, by: str, gate: Gate, work: Work, journal: Journal) -> Merged:
    """Make `person_id` and `into`, with what is merged with either, one human. Raises AlreadyMergedError."""
    root, members = await _lock_groups(person_id, into, work)
    if root in members:
        raise AlreadyMergedError
    await links.link(work.connection, root, members, work.now, by)
    everyone = sorted({root, *members, *await _group(root, work)})
    journal.add(
        derive_id("merged", root, *sorted(members), work.now.isoformat()),
        "persons_merged",
        root,
        work.now,
        payload={"root": root, "members": everyone, "by": by},
    )
    withdrawn = await _withdraw(everyone, gate, work, journal)
    await journal.write(work)
    return Merged(root, everyone, withdrawn)


async def separate(person_id: str, reason: str, by: str, gate: Gate, work: Work, journal: Journal) -> Merged:
    """Take `person_id` out of its group: from now on it counts for itself. Raises NotMergedError.

    Answers with the group that is left. Open permits of both sides are decided again: what one of them was
    allowed by the other's consent or zone is taken back.
    """
    root, everyone = await _lock_groups(person_id, person_id, work)
    rest = [member for member in everyone if member != person_id]
    if not rest:
        raise NotMergedError
    left = rest[0] if person_id == root else root
    if person_id == root:
        await links.unlink(work.connection, rest, work.now, by, reason)
        await links.link(work.connection, left, set(rest) - {left}, work.now, by)
    else:
        await links.unlink(work.connection, [person_id], work.now, by, reason)
    journal.add(
        derive_id("separated", person_id, root, work.now.isoformat()),
        "persons_separated",
        person_id,
        work.now,
        payload={
            "person": person_id,
            "root": root,
            "left": left,
            "members": rest,
            "by": by,
            "reason": reason,
        },
    )
    withdrawn = await _withdraw(sorted(everyone), gate, work, journal)
    await attempts.doubt(work.connection, [person_id, left], work.now)
    await journal.write(work)
    return Merged(left, rest, withdrawn)


async def _lock_groups(person_id: str, into: str, work: Work) -> tuple[str, list[str]]:
    """The root of the one, and all records of the other, with everybody concerned locked.

    Links may change until all are locked; then they cannot.
    """
    known: set[str] = {person_id, into}
    while True:
        await people.lock(work.connection, known)
        groups = await links.groups_of(work.connection, [person_id, into])
        found = {member for group in groups.values() for member in group}
        if found <= known:
            break
        known |= found
    root = next(root for root, group in groups.items() if into in group)
    members = next(group for group in groups.values() if person_id in group)
    return root, members


async def _group(root: str, work: Work) -> Sequence[str]:
    return (await links.groups_of(work.connection, [root]))[root]


async def _withdraw(persons: Sequence[str], gate: Gate, work: Work, journal: Journal) -> list[str]:
    """Take back the open permits that the human's limits and holds together do not allow."""
    permits = await attempts.open_of(work.connection, persons, work.now)
    decided = await reconsidering.in_order(permits, gate, work)
    refused = [permit for permit in permits if decided[permit.permit_id].effect is not Effect.ALLOW]
    for permit in refused:
        permit.not_sent()
        _draft(permit, deciding_rule(decided[permit.permit_id]), work, journal)
    await attempts.save(work.connection, refused)
    return [permit.permit_id for permit in refused]


def _draft(permit: Permit, rule_id: str, work: Work, journal: Journal) -> None:
    journal.add(
        f"withdrawn:{permit.permit_id}",
        "permit_withdrawn",
        permit.person_id,
        work.now,
        channel=permit.channel,
        contact=permit.contact_id,
        permit=permit.permit_id,
        rule=rule_id,
    )
