"""One request decided as the gate decides it: by the packs, and in each role that is on file."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from services.compliance.domain.desks import COLLECTOR_NAMED
from services.compliance.domain.dossier import Dossier
from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.decision import SEVERITY, Decision
from services.compliance.domain.gate.facts import PersonFacts
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.library import Library
from shared.contracts.decisions import Effect, Force, Reason
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import PartyRole

T = TypeVar("T")

NO_PARTY = Reason(
    rule_id="PARTY-REMOVED",
    effect=Effect.DENY,
    force=Force.POLICY,
    citation="Bank policy: nobody is contacted about debts that core banking no longer ties them to",
)


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request and all that the answer depends on; the same question at the same instant has one answer.

    `other_roles` are who the person is on file to these debts where that is not what the request says.
    """

    request: GateRequest
    facts: PersonFacts
    other_roles: tuple[PartyRole, ...] = ()
    removed: bool = False


def question_of(
    asked: ContactRequested, request: GateRequest, dossier: Dossier, derived: dict[str, bool]
) -> Question:
    """The question that a request is, in the light of what is on file."""
    # Who asks knows whether a named member of staff will make the contact: it is never in doubt.
    named = {COLLECTOR_NAMED: COLLECTOR_NAMED in request.collector.facts}
    facts = dossier.told(asked, request.debts, derived | named)
    if not asked.debts:
        facts = _about_all_debts(facts)
    others = dossier.roles(asked.customer_id) - {request.party}
    return Question(request, facts, tuple(sorted(others)), dossier.is_removed(asked.customer_id))


def _about_all_debts(facts: PersonFacts) -> PersonFacts:
    """A contact that names no debt is about all of them, so a hold on any one of them stands in its way."""
    if all(hold.debt is None for hold in facts.holds):
        return facts
    holds = tuple(msgspec.structs.replace(hold, debt=None) for hold in facts.holds)
    return msgspec.structs.replace(facts, holds=holds)


def judge(question: Question, library: Library, now: datetime) -> Decision:
    """The decision at `now`: the worst of those in each role; who is no party any more is not contacted."""
    decision = decide(question.request, question.facts, library, now)
    if question.other_roles:
        in_roles = [msgspec.structs.replace(question.request, party=role) for role in question.other_roles]
        decided = [decide(request, question.facts, library, now) for request in in_roles]
        decision = worst_of([decision, *decided])
    if question.removed:
        decision = worst_of([decision, Decision(Effect.DENY, (NO_PARTY,))])
    return decision


def worst_of(decisions: Sequence[Decision]) -> Decision:
    """All reasons together; the worst effect; the latest of the instants to ask again; the earliest end."""
    effect = max((one.effect for one in decisions), key=SEVERITY.__getitem__)
    untils = [one.until for one in decisions if one.until is not None]
    ends = [one.valid_until for one in decisions if one.valid_until is not None]
    return Decision(
        effect,
        _each(reason for one in decisions for reason in one.reasons),
        until=max(untils) if untils and effect is Effect.DEFER else None,
        valid_until=min(ends) if effect is Effect.ALLOW else None,
        packs=_each(pack for one in decisions for pack in one.packs),
        obligations=_each(duty for one in decisions for duty in one.obligations),
    )


def _each(values: Iterable[T]) -> tuple[T, ...]:
    """Each value once, in order."""
    found: list[T] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)
