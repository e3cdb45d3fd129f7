"""A rule as the gate evaluates it: its check, the conditions around it, and how it tells its reasons."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import Check, Hit
from services.compliance.domain.gate.known import consented, fact, next_consent
from services.compliance.domain.packs.resolving import RuleInForce
from shared.contracts.decisions import Effect, Force, Reason

NO_REASONS: tuple[Reason, ...] = ()


class Status(StrEnum):
    """What came of looking at a rule."""

    APPLIED = "applied"
    """It stands in the way."""
    PASSED = "passed"
    WAIVED = "waived"
    """It would stand in the way, but for a consent or fact."""
    NOT_APPLICABLE = "not_applicable"


class Looked(NamedTuple):
    """What came of looking at a rule: its reasons, or because of what it does not stand in the way."""

    status: Status
    reasons: Sequence[Reason] = NO_REASONS
    because: str = ""


class CompiledRule:
    """One rule for one kind of request. The check comes first: most rules do not stand in the way."""

    __slots__ = (
        "_citation",
        "_facts",
        "_force",
        "_on_missing",
        "_product_unknown",
        "check",
        "pack_id",
        "rule",
    )

    def __init__(
        self, said: RuleInForce, check: Check, force: Force, on_missing: Effect, product_unknown: bool
    ) -> None:
        self.rule = said.rule
        self.pack_id = said.pack.id
        self.check = check
        self._force = force
        self._on_missing = on_missing
        self._product_unknown = product_unknown
        self._facts = said.rule.applies.facts
        self._citation = "; ".join(said.rule.cite)

    @property
    def is_conditional(self) -> bool:
        """Whether facts decide if it applies."""
        return self.rule.when is not None or bool(self._facts)

    def reasons(self, asked: Asked, moment: Moment) -> Sequence[Reason]:
        """Why the contact may not be made at the moment; empty if the rule does not stand in the way."""
        for name in self._facts:
            if not fact(name, asked, moment):
                return NO_REASONS
        hits = self.check.hits(asked, moment)
        return self._weigh(hits, asked, moment).reasons if hits else NO_REASONS

    def look(self, asked: Asked, moment: Moment) -> Looked:
        """The same, and because of what if it does not."""
        hits = self.check.hits(asked, moment)
        return self._weigh(hits, asked, moment) if hits else Looked(Status.PASSED)

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """For a rule that hits: a later instant, before which it hits; None: for good."""
        ends = self.check.next_permitted(asked, moment)
        begins = next_consent(asked, moment) if asked.facts.consents else None
        return min((instant for instant in (ends, begins) if instant is not None), default=None)

    def set_aside_by(self, asked: Asked, moment: Moment) -> str | None:
        """The condition that keeps the rule from applying."""
        for name in self._facts:
            if not fact(name, asked, moment):
                return name
        when = self.rule.when
        return when if when is not None and fact(when, asked, moment) is False else None

    def _weigh(self, hits: Sequence[Hit], asked: Asked, moment: Moment) -> Looked:
        aside = self.set_aside_by(asked, moment)
        if aside is not None:
            return Looked(Status.NOT_APPLICABLE, because=f"not {aside}")
        waiver = self.rule.waived_by
        if waiver is not None and waiver.consent is not None and consented(waiver.consent, asked, moment):
            return Looked(Status.WAIVED, because=f"consent {waiver.consent}")
        if waiver is not None and waiver.fact is not None and fact(waiver.fact, asked, moment):
            return Looked(Status.WAIVED, because=waiver.fact)
        unknown = []
        if self.rule.when is not None and fact(self.rule.when, asked, moment) is None:
            unknown.append(self.rule.when)
        if self._product_unknown:
            unknown.append("product")
        return Looked(Status.APPLIED, [self._reason(hit, unknown) for hit in hits])

    def _reason(self, hit: Hit, unknown: list[str]) -> Reason:
        effect = hit.effect or self.rule.effect
        numbers = hit.numbers
        if unknown:
            effect, numbers = self._on_missing, numbers | {"unknown": ", ".join(unknown)}
        return Reason(
            rule_id=self.rule.id,
            effect=effect,
            force=self._force,
            citation=self._citation,
            numbers=numbers,
            confidence=self.rule.confidence,
        )
