"""The audit pass: whether contacts that were made kept within the limits, as is known by now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.compliance import violation_register
from services.compliance.domain import hindsight
from services.compliance.domain.dossier import Dossier
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome
from services.compliance.domain.inspection.violations import Found
from services.compliance.domain.outcomes import SPOKEN
from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.store import attempts, evidence, people
from services.compliance.store.evidence import Kept
from shared.contracts.complaints import Severity
from shared.stream.work import Work

CONVERSED = frozenset({AttemptOutcome.ANSWERED, AttemptOutcome.CONVERSATION})
PERSONS_A_SWEEP = 200
BY_ITSELF = "hindsight"
"""Who finds a limit that was broken, as came to light later."""
_OPEN = frozenset({AttemptOutcome.RESERVED, AttemptOutcome.FREE})


class Spoken(NamedTuple):
    """A conversation: the fact that tells of it, with whom, when it was."""

    fact: str
    person_id: str
    at: datetime


class _Suspect(NamedTuple):
    """A contact that was made, and the fact that casts doubt on it, if it is a single one."""

    attempt: Attempt
    dossier: Dossier
    fact: str | None


async def review(spoken: Sequence[Spoken], gate: Gate, work: Work, journal: Journal) -> None:
    """Find the calls made after a conversation that was not known when they were allowed.

    Each limit that such a call broke is a violation, told once, with both records. The persons are locked
    and what the conversations changed is on file; the leaves are written by the caller.
    """
    if not spoken:
        return
    first = min(one.at for one in spoken)
    dossiers = await gate.dossiers({one.person_id for one in spoken}, work, first)
    suspects = {
        attempt.attempt_id: _Suspect(attempt, dossiers[one.person_id], one.fact)
        for one in spoken
        for attempt in dossiers[one.person_id].attempts
        if _was_made(attempt) and attempt.channel in SPOKEN and attempt.at > one.at
    }
    await _tell(suspects, gate, work, journal)


async def sweep(
    first: datetime, last: datetime, gate: Gate, work: Work, journal: Journal, after: str = ""
) -> str | None:
    """Look again at all contacts made in [first, last) with the next persons after `after`, by id.

    Returns the last of these persons, from whom to go on in another transaction; None when all are done.
    """
    connection = work.connection
    persons = await attempts.persons_between(connection, first, last, after, PERSONS_A_SWEEP)
    if not persons:
        return None
    await people.lock(connection, persons)
    dossiers = await gate.dossiers(set(persons), work, first)
    suspects = {
        attempt.attempt_id: _Suspect(attempt, dossier, None)
        for dossier in dossiers.values()
        for attempt in dossier.attempts
        if _was_made(attempt) and first <= attempt.at < last
    }
    await _tell(suspects, gate, work, journal)
    await journal.write(work)
    return persons[-1]


async def _tell(suspects: Mapping[str, _Suspect], gate: Gate, work: Work, journal: Journal) -> None:
    """Tell the violations among these contacts that were not told before."""
    if not suspects:
        return
    kept = await evidence.of_permits(work.connection, suspects)
    found = _breaches(suspects, kept, gate)
    if found:
        await violation_register.register(found, BY_ITSELF, work, journal)


def _was_made(attempt: Attempt) -> bool:
    return attempt.direction == "out" and attempt.outcome not in _OPEN


def _breaches(suspects: Mapping[str, _Suspect], kept: Mapping[str, Kept], gate: Gate) -> list[Found]:
    """A contact breaks a rule once, whatever shows it."""
    found: dict[tuple[str, str], Found] = {}
    for attempt_id, suspect in suspects.items():
        known = kept.get(attempt_id)
        if known is None or known.evidence is None:
            continue
        at = suspect.attempt.at
        earlier = hindsight.made_before(suspect.dossier.attempts, at)
        records = (known.decision_id,) if suspect.fact is None else (known.decision_id, suspect.fact)
        for reason in hindsight.breaches(known.evidence, at, earlier, gate.library):
            asked = known.evidence.asked
            breach = Found(
                parts=(reason.rule_id, attempt_id),
                rule_id=reason.rule_id,
                severity=Severity.HIGH,
                citation=reason.citation,
                person_id=asked.person_id,
                customer_id=asked.customer_id,
                contact_id=asked.contact_id,
                channel=asked.channel,
                records=records,
            )
            found.setdefault((reason.rule_id, attempt_id), breach)
    return list(found.values())
