"""YAML that packs may be written in, and YAML that they may not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.packs.yaml_text import parse


def wrong(text: str) -> str:
    with pytest.raises(PackError) as error:
        parse("a.yaml", text)
    return str(error.value)


def test_text_numbers_truth_and_nothing_are_read() -> None:
    text = "a: text\nb: 12\nc: true\nd: null\ne: [1, -2]\nf: {g: 2026-09-01}\nh:\n"
    content = parse("a.yaml", text).content
    assert content == {
        "a": "text",
        "b": 12,
        "c": True,
        "d": None,
        "e": [1, -2],
        "f": {"g": "2026-09-01"},
        "h": None,
    }


def test_quoted_values_are_text() -> None:
    text = 'a: "08:00"\nb: \'NO\'\nc: "12"\nd: "null"\n'
    assert parse("a.yaml", text).content == {"a": "08:00", "b": "NO", "c": "12", "d": "null"}


@pytest.mark.parametrize(
    "value",
    [
        "08:00",
        "22:30:15",
        "NO",
        "no",
        "on",
        "Off",
        "y",
        "yes",
        "True",
        "NULL",
        "010",
        "1_000",
        "0x1F",
        "0o17",
        "1.5",
        "2026.11",
        "1e3",
        ".5",
        ".inf",
        "+7",
    ],
)
def test_what_versions_of_yaml_read_differently_has_to_be_quoted(value: str) -> None:
    said = wrong(f"rules:\n- from: {value}\n")
    assert said.startswith("a.yaml:2: rules[0].from: ")
    assert "double quotes" in said


@pytest.mark.parametrize("key", ["on", "no", "12", "08:00", "null", "true"])
def test_names_are_words(key: str) -> None:
    assert wrong(f"a: 1\n{key}: 2\n").startswith("a.yaml:2: ")


def test_a_name_given_twice_is_refused_where_it_stands() -> None:
    assert wrong("a: 1\nrules:\n- max: 3\n  id: X\n  max: 9\n").startswith(
        "a.yaml:5: rules[0].max: the name is given twice."
    )


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "a: !!python/object:os.system x\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: {b: 1}\nc:\n  <<: {b: 2}\n",
        "a: 1\n---\nb: 2\n",
        "- a\n",
        "",
        "a: [1\n",
        "a: \x00\n",
        "? [a]\n: 1\n",
        "a: " + "[" * 100 + "]" * 100 + "\n",
        "a: " + "[" * 20_000 + "\n",
    ],
)
def test_what_is_more_than_plain_data_is_refused(text: str) -> None:
    assert "a.yaml" in wrong(text)


def test_what_is_no_yaml_is_told_with_its_line() -> None:
    assert wrong("a: 1\nb: ]\n").startswith("a.yaml:2: the document: not YAML: ")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_problem(text: str) -> None:
    try:
        parse("a.yaml", text)
    except PackError as error:
        assert error.problems


QUOTED = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}_", fullmatch=True), QUOTED, max_size=5))
def test_whatever_is_quoted_is_read_as_it_is(content: dict[str, str]) -> None:
    assert parse("a.yaml", json.dumps(content)).content == content
