"""An explanation as text for people, and as one JSON object for machines."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.compliance.domain.gate.explaining import Explained, RuleLooked
from services.compliance.domain.gate.rules import Status
from services.compliance.explaining.reading import Question
from services.compliance.explaining.words import Language, word
from shared.contracts.decisions import Reason

_MARKS = {Status.APPLIED: "✗", Status.PASSED: "✓", Status.WAIVED: "○", Status.NOT_APPLICABLE: "·"}


def as_json(question: Question, explained: Explained, differing: Sequence[str]) -> bytes:
    """One JSON object: `decision`, `rules`, `assumed`, `at`, and `differences` from what was expected."""
    told: dict[str, Any] = {
        "title": question.title,
        "at": question.at,
        "decision": explained.decision,
        "rules": explained.rules,
        "assumed": question.assumed,
    }
    if question.expected is not None:
        told["differences"] = differing
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


def as_text(question: Question, explained: Explained, language: Language) -> Iterator[str]:
    """Lines: the decision, then every rule in force, those that stand in the way first."""
    decision = explained.decision
    if question.title:
        yield question.title
    yield f"{word('decision', language)}: {_effect(decision.effect.value, language)}"
    yield f"  {word('at', language)}: {_instant(question.at, explained.zones)}"
    for name, value in (("until", decision.until), ("valid_until", decision.valid_until)):
        if value is not None:
            yield f"  {word(name, language)}: {_instant(value, explained.zones)}"
    for name, values in (("obligations", decision.obligations), ("packs", decision.packs)):
        if values:
            yield f"  {word(name, language)}: {', '.join(values)}"
    if question.assumed:
        yield f"  {word('assumed', language)}: {'; '.join(question.assumed)}"
    yield f"{word('rules', language)}:"
    of_rules = [reason for looked in explained.rules for reason in looked.reasons]
    for reason in decision.reasons:
        if reason not in of_rules:
            yield from _reason("✗", reason, "", language)
    for status in Status:
        for looked in explained.rules:
            if looked.status is status:
                yield from _rule(looked, language)


def _rule(looked: RuleLooked, language: Language) -> Iterator[str]:
    mark, kind = _MARKS[looked.status], word(looked.kind, language)
    if looked.reasons:
        for reason in looked.reasons:
            yield from _reason(mark, reason, f"{kind}, {looked.pack}", language)
        return
    because = f": {looked.because}" if looked.because else ""
    yield f"  {mark} {looked.rule_id} ({kind}, {looked.pack}) {word(looked.status.value, language)}{because}"


def _reason(mark: str, reason: Reason, where: str, language: Language) -> Iterator[str]:
    force = word(reason.force.value, language)
    told = f" ({where})" if where else ""
    effect = _effect(reason.effect.value, language)
    source = f"[{force}, {word('confidence', language)} {reason.confidence}]"
    yield f"  {mark} {reason.rule_id}{told} {effect} {source}"
    yield f"      {reason.citation}"
    if reason.numbers:
        yield f"      {', '.join(f'{name} {value}' for name, value in reason.numbers.items())}"


def _effect(effect: str, language: Language) -> str:
    return effect.upper() if language == "en" else f"{word(effect, language)} {effect.upper()}"


def _instant(at: datetime, zones: Sequence[str]) -> str:
    """In UTC, and by the clock of each candidate zone."""
    clocks = [f"{at.astimezone(ZoneInfo(zone)).isoformat()} {zone}" for zone in zones]
    return " = ".join([at.isoformat().replace("+00:00", "Z"), *clocks])
