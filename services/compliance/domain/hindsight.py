"""What the rules say of a contact once it is known what had happened before it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from services.compliance.domain.evidence import Evidence
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome
from services.compliance.domain.judging import judge
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import CooldownRule, CounterRule
from shared.contracts.decisions import Effect, Reason

_MADE = frozenset(AttemptOutcome) - {AttemptOutcome.RESERVED, AttemptOutcome.FREE}


def made_before(attempts: Iterable[Attempt], at: datetime) -> list[Attempt]:
    """What had really happened before an instant: no reservations, and nothing that might yet have come."""
    return [
        msgspec.structs.replace(attempt, outcome=AttemptOutcome.PLACED)
        if attempt.outcome is AttemptOutcome.DISPATCHED
        else attempt
        for attempt in attempts
        if attempt.at < at and attempt.outcome in _MADE
    ]


def breaches(evidence: Evidence, at: datetime, earlier: list[Attempt], library: Library) -> Sequence[Reason]:
    """The limits that an allowed contact, made at `at`, broke in the light of `earlier` attempts.

    All else is taken as it was known when it was decided.
    """
    if evidence.effect is not Effect.ALLOW:
        return ()
    facts = msgspec.structs.replace(evidence.question.facts, attempts=earlier)
    question = msgspec.structs.replace(evidence.question, facts=facts)
    limits = limiting(library)
    return [reason for reason in judge(question, library, at).reasons if reason.rule_id in limits]


@lru_cache(maxsize=8)
def limiting(library: Library) -> frozenset[str]:
    """The ids of the rules that look at earlier attempts."""
    return frozenset(
        rule.id
        for pack in library.packs
        for rule in pack.rules
        if isinstance(rule, CounterRule | CooldownRule)
    )
