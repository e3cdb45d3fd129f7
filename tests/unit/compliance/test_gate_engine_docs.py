"""docs/compliance/gate.md names everything that may stand in a request file, and its examples come out so."""

import re
from enum import StrEnum
from pathlib import Path

import msgspec
import pytest

from services.compliance.domain.gate import facts, request
from services.compliance.domain.gate.explaining import explain
from services.compliance.domain.packs.event_names import EVENTS
from services.compliance.domain.packs.fact_names import CONSENTS, FACTS
from services.compliance.domain.packs.tags import FORBIDDEN, REQUIRED
from services.compliance.explaining.expecting import Expected, differences
from services.compliance.explaining.reading import RequestFile, read_question
from services.compliance.pack_files import PACKS
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole, Product, Purpose

PAGE = (Path(__file__).parents[3] / "docs" / "compliance" / "gate.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
NAMED = set(re.findall(r"`([^`\s]+)`", PAGE))
ENUMS: tuple[type[StrEnum], ...] = (
    Channel,
    Purpose,
    PartyRole,
    Product,
    HoldKind,
    facts.AttemptOutcome,
    request.CollectorRole,
)
STRUCTS: tuple[type[msgspec.Struct], ...] = (
    RequestFile,
    Expected,
    request.GateRequest,
    facts.PersonFacts,
    facts.Attempt,
    facts.Consent,
    facts.Preference,
    facts.Hold,
    facts.Event,
)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_comes_out_as_it_says(number: int) -> None:
    question = read_question(EXAMPLES[number], Path())
    assert question.expected is not None
    decision = explain(question.request, question.facts, question.library, question.at).decision
    assert list(differences(question.expected, decision)) == []


def test_there_is_an_example_for_each_kind_of_rule() -> None:
    shown = set()
    for example in EXAMPLES:
        question = read_question(example, Path())
        for rule in explain(question.request, question.facts, question.library, question.at).rules:
            if question.expected and rule.rule_id in (question.expected.rules or ()):
                shown.add(rule.kind)
    kinds = {"window", "counter", "cooldown", "hold", "party", "consent", "content", "sequence", "actor"}
    assert shown == kinds
    assert "**preference**" in PAGE


def test_every_value_and_name_that_may_be_given_is_named() -> None:
    names = {member.value for enum in ENUMS for member in enum}
    names |= {*FACTS, *CONSENTS, *EVENTS, *REQUIRED, *FORBIDDEN}
    names |= {path.stem for path in PACKS.glob("*.yaml")}
    assert sorted(names - NAMED) == []


def test_every_field_is_named() -> None:
    fields = {field.encode_name for struct in STRUCTS for field in msgspec.structs.fields(struct)}
    nested = {f"collector.{field.encode_name}" for field in msgspec.structs.fields(request.Collector)}
    assert sorted((fields - {"collector"} | nested) - NAMED) == []
