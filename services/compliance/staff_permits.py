"""Open permits of members of staff about whom something changed: decided again, and taken back."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from services.compliance.domain import reconsidering
from services.compliance.domain.evidence import Evidence
from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.permit import AttemptState, Permit
from services.compliance.domain.reconsidering import deciding_rule
from services.compliance.domain.staff.clearing import STAFF_FACTS, facts_of
from services.compliance.journal import Journal
from services.compliance.staff_gate import StaffedGate, pair_of
from services.compliance.store import attempts, debtors, evidence, people, staff_pairs
from shared.contracts.decisions import Effect
from shared.stream.work import Work


class _Known(NamedTuple):
    permit: Permit
    evidence: Evidence | None


async def recall(staff_ids: Collection[str], gate: StaffedGate, work: Work, journal: Journal) -> list[str]:
    """Take back the open permits of these members that would not be given now; which.

    To be called in a transaction of its own, after that of the change: persons are locked here, and who
    permits locks them before members of staff. The leaves are written by the caller.
    """
    wanted = await staff_pairs.open_permits(work.connection, staff_ids, work.now)
    if not wanted:
        return []
    await people.lock(work.connection, wanted.values())
    permits = (await attempts.locked(work.connection, wanted)).values()
    still = [permit for permit in permits if permit.state is AttemptState.RESERVED]
    decided = await _again(still, gate, work)
    refused = [permit for permit in still if decided[permit.permit_id].effect is not Effect.ALLOW]
    for permit in refused:
        permit.not_sent()
        journal.add(
            f"withdrawn:{permit.permit_id}",
            "permit_withdrawn",
            permit.person_id,
            work.now,
            channel=permit.channel,
            contact=permit.contact_id,
            permit=permit.permit_id,
            rule=deciding_rule(decided[permit.permit_id]),
        )
    await attempts.save(work.connection, refused)
    return [permit.permit_id for permit in refused]


async def _again(permits: Sequence[Permit], gate: StaffedGate, work: Work) -> dict[str, Decision]:
    """Each permit decided again as the recorded request, with what the register says now."""
    kept = await evidence.of_permits(work.connection, [permit.permit_id for permit in permits])
    known = [
        _Known(permit, kept[permit.permit_id].evidence if permit.permit_id in kept else None)
        for permit in permits
    ]
    asked = [one.evidence.asked for one in known if one.evidence is not None]
    pairs = {pair for one in asked if (pair := pair_of(one)) is not None}
    files = await staff_pairs.files(work.connection, pairs, work.now)
    dossiers = await gate.dossiers({permit.person_id for permit in permits}, work, work.now)
    derived = iter(await debtors.derived(work.connection, asked, work.now))
    decided = {}
    for permit, told in known:
        dossier = dossiers[permit.person_id]
        others = reconsidering.without(dossier.attempts, {permit.permit_id})
        facts: dict[str, bool] = {}
        if told is not None:
            facts = next(derived)
            pair = pair_of(told.asked)
            if pair is not None:
                now = facts_of(files[pair], told.asked, gate.staff_rules, work.now)
                told = _vouched(told, now)
        decided[permit.permit_id] = reconsidering.again(told, dossier, others, facts, gate.library, work.now)
    return decided


def _vouched(told: Evidence, facts: frozenset[str]) -> Evidence:
    """The evidence as it would be with these facts about who is named."""
    request = told.question.request
    collector = request.collector
    collector = msgspec.structs.replace(collector, facts=collector.facts - STAFF_FACTS | facts)
    request = msgspec.structs.replace(request, collector=collector)
    return msgspec.structs.replace(told, question=msgspec.structs.replace(told.question, request=request))
