"""From words to decisions: what the linter finds is what the packs' content rules deny for."""

from datetime import UTC, datetime

import pytest

from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.facts import PersonFacts, Place
from services.compliance.domain.gate.request import Content, GateRequest
from services.compliance.pack_files import load_library
from shared.contracts.decisions import Effect
from shared.contracts.vocabulary import Channel
from tests.unit.compliance.lint_words import lint

NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
LIBRARY = load_library()
DISCLOSED = "Model Bank: this is an attempt to collect a debt. Reply STOP to opt out."


def denied(text: str, language: str, channel: Channel, country: str, known: dict[str, bool]) -> set[str]:
    """The ids of the rules that deny a contact with these words."""
    findings = lint(text, language, channel, country=country)
    content = Content(tags=frozenset(tag.value for tag in findings.tags), linter=findings.linter)
    facts = PersonFacts(place=Place(country=country), known=known)
    decision = decide(GateRequest(channel=channel, content=content), facts, LIBRARY, NOON)
    return {reason.rule_id for reason in decision.reasons if reason.effect is Effect.DENY}


@pytest.mark.parametrize(
    ("text", "language", "channel", "country", "known", "rule", "denies"),
    [
        ("【示范银行】法院传票:请到庭应诉。", "zh-CN", Channel.SMS, "CN", {}, "CN-CONTENT", True),
        ("【示范银行】您的账户已逾期,请还款。", "zh-CN", Channel.SMS, "CN", {}, "CN-CONTENT", False),
        ("您的账户已逾期,请还款。", "zh-CN", Channel.SMS, "CN", {}, "CN-CONTENT", True),
        ("【示范银行】催收通知", "zh-CN", Channel.LETTER, "CN", {}, "CN-CONTENT", False),
        (
            f"{DISCLOSED} We will sue you.",
            "en",
            Channel.LETTER,
            "US",
            {"time_barred": True},
            "US-TIME-BARRED",
            True,
        ),
        (
            f"{DISCLOSED} We will sue you.",
            "en",
            Channel.LETTER,
            "US",
            {"time_barred": False},
            "US-TIME-BARRED",
            False,
        ),
        (DISCLOSED, "en", Channel.SMS, "US", {"time_barred": False}, "US-MEDIA", False),
        ("Model Bank: please pay. Reply STOP.", "en", Channel.SMS, "US", {}, "US-MEDIA", True),
        ("Model Bank: you have won a prize!", "en", Channel.SMS, "GB", {}, "UK-CONTENT", True),
    ],
)
def test_the_gate_denies_what_the_words_do(
    text: str,
    language: str,
    channel: Channel,
    country: str,
    known: dict[str, bool],
    rule: str,
    denies: bool,
) -> None:
    assert (rule in denied(text, language, channel, country, known)) is denies
