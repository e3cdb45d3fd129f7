"""The table of gate cases, by their numbers: each a request file as `recoup gate explain` reads it."""

from pathlib import Path

import pytest

from services.compliance.domain.gate.explaining import explain
from services.compliance.explaining.expecting import differences
from services.compliance.explaining.reading import read_question

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.json")))
def test_the_case_is_decided_as_the_table_says(name: str) -> None:
    text = (CASES / f"{name}.json").read_text(encoding="utf-8")
    question = read_question(text, CASES)
    assert question.expected is not None
    decision = explain(question.request, question.facts, question.library, question.at).decision
    assert list(differences(question.expected, decision)) == []
