"""A recorded decision made again under other packs, and what that changes."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from services.compliance.domain.evidence import Evidence
from services.compliance.domain.judging import judge
from services.compliance.domain.packs.library import Library
from shared.contracts.decisions import Effect, Reason

MOST_SHOWN = 100


class Answer(msgspec.Struct, frozen=True):
    """What was, or would be, decided: the effect, and which rules asked for what."""

    effect: Effect
    rules: tuple[tuple[str, Effect], ...]

    @classmethod
    def of(cls, effect: Effect, reasons: Iterable[Reason]) -> "Answer":
        """The answer of a decision."""
        return cls(effect, tuple(sorted({(reason.rule_id, reason.effect) for reason in reasons})))


class Difference(msgspec.Struct, frozen=True):
    """A decision that would have been another one."""

    decision_id: str
    contact_id: str
    decided_at: datetime
    before: Answer
    after: Answer


class Replay(msgspec.Struct):
    """What a replay found. `effects` and `rules` count what changed: (before, after) and (rule, effect).

    Each decision is made again on the facts that were known to it: that others would have been made
    otherwise before it is not followed. `erased` had no evidence any more; of `short` the recorded facts do
    not reach back as far as the packs look.
    """

    replayed: int = 0
    erased: int = 0
    short: int = 0
    changed: int = 0
    effects: Counter[tuple[Effect, Effect]] = msgspec.field(default_factory=Counter)
    rules_added: Counter[tuple[str, Effect]] = msgspec.field(default_factory=Counter)
    rules_gone: Counter[tuple[str, Effect]] = msgspec.field(default_factory=Counter)
    differences: list[Difference] = []

    def take(self, decision_id: str, evidence: Evidence | None, library: Library, needed: timedelta) -> None:
        """Make one decision again; `needed` is how far back the packs look."""
        if evidence is None:
            self.erased += 1
            return
        self.replayed += 1
        self.short += evidence.now - evidence.since < needed
        decision = judge(evidence.question, library, evidence.now)
        before = Answer.of(evidence.effect, evidence.reasons)
        after = Answer.of(decision.effect, decision.reasons)
        if before == after:
            return
        self.changed += 1
        self.effects[before.effect, after.effect] += 1
        self.rules_added.update(set(after.rules) - set(before.rules))
        self.rules_gone.update(set(before.rules) - set(after.rules))
        if len(self.differences) < MOST_SHOWN:
            asked = evidence.asked
            found = Difference(decision_id, asked.contact_id, evidence.now, before, after)
            self.differences.append(found)
