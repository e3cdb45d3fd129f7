"""Open permits in the light of what changed since they were given."""

from collections.abc import Sequence
from typing import NamedTuple

from services.compliance.domain import reconsidering
from services.compliance.domain.dossier import Dossier
from services.compliance.domain.evidence import Evidence
from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.permit import Permit
from services.compliance.gate import Gate
from services.compliance.store import debtors, evidence
from shared.contracts.decisions import Effect
from shared.stream.work import Work


class _Looked(NamedTuple):
    permit: Permit
    evidence: Evidence | None
    dossier: Dossier
    derived: dict[str, bool]


async def each_alone(permits: Sequence[Permit], gate: Gate, work: Work) -> dict[str, Decision]:
    """Each permit decided again beside all other attempts; the persons are locked."""
    looked = await _look(permits, gate, work)
    decided = {}
    for permit, known, dossier, derived in looked:
        others = reconsidering.without(dossier.attempts, {permit.permit_id})
        decided[permit.permit_id] = reconsidering.again(
            known, dossier, others, derived, gate.library, work.now
        )
    return decided


async def in_order(permits: Sequence[Permit], gate: Gate, work: Work) -> dict[str, Decision]:
    """The permits decided again one after the other: each beside those before it that may still be used."""
    looked = await _look(permits, gate, work)
    refused = {permit.permit_id for permit in permits}
    decided = {}
    for permit, known, dossier, derived in looked:
        others = reconsidering.without(dossier.attempts, refused)
        decision = reconsidering.again(known, dossier, others, derived, gate.library, work.now)
        decided[permit.permit_id] = decision
        if decision.effect is Effect.ALLOW:
            refused.discard(permit.permit_id)
    return decided


async def _look(permits: Sequence[Permit], gate: Gate, work: Work) -> list[_Looked]:
    if not permits:
        return []
    dossiers = await gate.dossiers({permit.person_id for permit in permits}, work, work.now)
    kept = await evidence.of_permits(work.connection, [permit.permit_id for permit in permits])
    known = [kept[permit.permit_id].evidence if permit.permit_id in kept else None for permit in permits]
    asked = [one.asked for one in known if one is not None]
    derived = iter(await debtors.derived(work.connection, asked, work.now))
    return [
        _Looked(permit, one, dossiers[permit.person_id], {} if one is None else next(derived))
        for permit, one in zip(permits, known, strict=True)
    ]
