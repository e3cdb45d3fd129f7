"""The phrase lists as data: in the words of the rule packs, complete, and refused where they are wrong."""

from pathlib import Path
from shutil import copytree

import pytest
import yaml

from services.compliance.domain.lint.variables import RENDERED, VARIABLES
from services.compliance.domain.packs import tags as packs_tags
from services.outreach.domain.wording import VARIABLES as FILLED_IN
from shared.lint.phrase_files import SHIPPED, PhraseFileError, linter_of, read_lists
from shared.lint.tags import ELEMENTS, FORBIDDEN, LETTER_FIELDS

LISTS = read_lists(SHIPPED)
PACKS = Path(packs_tags.__file__).parents[2] / "packs"
NOT_IN_WORDS = {"exaggerated_amount"}
"""What words alone cannot show: the amount owed is not among them."""


def content_rules() -> dict[str, dict[str, set[str]]]:
    """By rule id, what the packs' content rules forbid and ask for."""
    rules: dict[str, dict[str, set[str]]] = {}
    for path in PACKS.glob("*.yaml"):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8")).get("rules", ()):
            if rule["kind"] == "content":
                asked = {*rule.get("must_include", ())}
                asked |= {tag for tags in rule.get("must_include_by_channel", {}).values() for tag in tags}
                rules[rule["id"]] = {"forbidden": {*rule.get("must_not", ())}, "asked": asked}
    return rules


def test_linter_and_packs_speak_of_the_same_things() -> None:
    assert set(packs_tags.FORBIDDEN) - NOT_IN_WORDS == FORBIDDEN
    assert set(packs_tags.REQUIRED) == ELEMENTS


def test_a_list_names_a_rule_of_the_packs_only_if_that_rule_names_its_tag() -> None:
    rules = content_rules()
    for kind, listed in (("forbidden", LISTS.groups), ("asked", LISTS.elements)):
        for one in listed:
            for rule in one.rules.values():
                assert rule.id.startswith("POLICY-") or one.tag in rules[rule.id][kind], (one.tag, rule.id)


def test_every_list_has_a_citation_and_remedies_in_both_languages() -> None:
    for one in (*LISTS.groups, *LISTS.elements):
        assert all(rule.cite for rule in one.rules.values())
        assert one.remedy.zh
        assert one.remedy.en
        assert bool(one.phrases.zh) == bool(one.phrases.en)


def test_all_that_a_card_letter_in_china_must_hold_is_asked_for() -> None:
    asked = {one.tag for one in LISTS.elements for need in one.needed if "CN" in need.countries}
    assert asked >= LETTER_FIELDS
    assert content_rules()["CN-LETTER"]["asked"] == LETTER_FIELDS


def test_templates_may_ask_for_just_what_outreach_fills_in() -> None:
    assert {name for name, one in VARIABLES.items() if one.rendered} == FILLED_IN
    assert RENDERED


def test_another_phrase_makes_another_linter(tmp_path: Path) -> None:
    folder = copytree(SHIPPED, tmp_path / "phrases")
    assert linter_of(folder).name == linter_of(SHIPPED).name
    path = folder / "forbidden" / "insult.yaml"
    path.write_text(path.read_text("utf-8").replace("- 人渣", "- 人渣\n      - 浑蛋"), "utf-8")
    assert linter_of(folder).name != linter_of(SHIPPED).name


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("forbidden/insult.yaml", "  remedy:", "  remedie:", "remedie"),
        ("forbidden/insult.yaml", "tag: insult", "tag: insults", "insults"),
        ("forbidden/insult.yaml", "- 人渣", "- (人渣", "unbalanced"),
        ("forbidden/insult.yaml", "- 人渣", '- "*"', "empty"),
        ("forbidden/insult.yaml", "- tag: insult", "- tag: threat", "no list for insult"),
        ("forbidden/insult.yaml", "  remedy:", "  rules: {}\n  remedy:", "twice"),
        ("folds.yaml", "赖賴", "赖賴訴", "訴"),
        ("context.yaml", "negators:", "nogators:", "nogators"),
        ("elements.yaml", "channels: [letter]", "channels: [pigeon]", "pigeon"),
    ],
)
def test_a_file_that_is_not_right_is_refused_and_named(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    folder = copytree(SHIPPED, tmp_path / "phrases")
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PhraseFileError, match=says):
        linter_of(folder)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhraseFileError, match="elements"):
        linter_of(tmp_path)
