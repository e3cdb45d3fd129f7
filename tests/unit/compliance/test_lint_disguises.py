"""No disguise hides a forbidden phrase: every phrase of the lists, with noise that a reader does not see."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.vocabulary import Channel, PartyRole
from shared.lint.findings import Setting
from shared.lint.phrase_files import SHIPPED, read_lists, shipped
from shared.lint.phrases import Group
from shared.lint.tags import Tag
from tests.unit.compliance.lint_words import BANK, forbidden

LISTS = read_lists(SHIPPED)
INVISIBLE = [
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u202e", "\ufe0f", "\u0301"),
    *("\u3164", "\u2800", "\U000e0061", "\x07"),
]
SPACES = [" ", "\u3000", "\u00a0", "\t", "\n", "\u2009", "  "]
MARKS = ["·", "、", "-", "_", "~", "*", "/", "•", "“", "★", ",", "😀"]
WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
TRADITIONAL = {group[0]: group[1] for line in LISTS.folds.traditional for group in line.split()}
LOOKALIKE = str.maketrans("aceiopsuxy", "асеіорѕυхү")


def spelled(phrase: str) -> str:
    """A phrase with the first of its alternatives and nothing for its gaps."""
    text, depth, taken = "", 0, True
    for character in phrase:
        if character in "()":
            depth, taken = (1, True) if character == "(" else (0, True)
        elif character == "|" and depth:
            taken = False
        elif taken and character != "*":
            text += character
    return " ".join(text.split())


def cases() -> Iterator[tuple[Group, str, str]]:
    for group in LISTS.groups:
        for language, phrases in (("zh", group.phrases.zh), ("en", group.phrases.en)):
            for phrase in phrases:
                yield group, language, spelled(phrase)


CASES = list(cases())


def found(group: Group, language: str, text: str) -> set[Tag]:
    role = group.roles[0] if group.roles else PartyRole.DEBTOR
    part = group.parts[0] if group.parts else "body"
    setting = Setting(Channel.LETTER, language, role=role, institutions=BANK)
    return set(shipped().lint({part: text}, setting).tags)


@pytest.mark.parametrize(("group", "language", "text"), CASES, ids=[case[2][:40] for case in CASES])
def test_every_phrase_of_the_lists_is_found_as_it_is_written(group: Group, language: str, text: str) -> None:
    assert group.tag in found(group, language, text)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_unseen_characters_and_spaces_between_any_two_characters_hide_nothing(
    case: tuple[Group, str, str], data: st.DataObject
) -> None:
    group, language, text = case
    noise = st.lists(st.sampled_from(INVISIBLE + SPACES), max_size=3).map("".join)
    disguised = "".join(character + data.draw(noise) for character in text)
    assert group.tag in found(group, language, disguised)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_other_forms_of_the_same_character_hide_nothing(
    case: tuple[Group, str, str], data: st.DataObject
) -> None:
    group, language, text = case

    def form(character: str) -> str:
        forms = [character, character.upper(), WIDE.get(character, character)]
        forms += [TRADITIONAL.get(character, character), character.translate(LOOKALIKE)]
        return data.draw(st.sampled_from(forms))

    assert group.tag in found(group, language, "".join(map(form, text)))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([case for case in CASES if case[1] == "zh"]), st.data())
def test_marks_between_chinese_characters_hide_nothing(
    case: tuple[Group, str, str], data: st.DataObject
) -> None:
    group, language, text = case
    mark = st.sampled_from(["", *MARKS])
    assert group.tag in found(group, language, "".join(character + data.draw(mark) for character in text))


@pytest.mark.parametrize(
    ("text", "language", "tag"),
    [
        ("法。院。传。票", "zh-CN", "judicial_impersonation"),
        ("起。诉", "zh-CN", "sue_threat"),
        ("法院\N{ZERO WIDTH SPACE}傳\N{ZERO WIDTH JOINER}票", "zh-CN", "judicial_impersonation"),
        ("𝐣𝐚𝐢𝐥 time awaits you", "en", "false_legal_consequence"),
        ("you will go to j a i l", "en", "false_legal_consequence"),
        ("We will s-u-e you", "en", "sue_threat"),
        ("ｗｅ ｗｉｌｌ ｓｕｅ ｙｏｕ", "en", "sue_threat"),
        ("You dеаdbеаt", "en", "insult"),
        ("不得不起诉您", "zh-CN", "sue_threat"),
        ("我们不能不起诉您", "zh-CN", "sue_threat"),
        ("再不还款我们就起诉您", "zh-CN", "sue_threat"),
        ("不,我们会起诉您", "zh-CN", "sue_threat"),
        ("不会再等了,明天起诉您", "zh-CN", "sue_threat"),
        ("您没有还款将坐牢", "zh-CN", "false_legal_consequence"),
        ("不排除起诉您", "zh-CN", "sue_threat"),
        ("谨防诈骗。法院传票已寄出", "zh-CN", "judicial_impersonation"),
        ("Beware of scams! You will be arrested", "en", "false_legal_consequence"),
        ("We will not hesitate to sue you", "en", "sue_threat"),
        ("We have no choice but to sue you", "en", "sue_threat"),
        ("If you do not pay, you will be arrested", "en", "false_legal_consequence"),
        ("If not, we sue", "en", "sue_threat"),
        ("Why not borrow the money from your parents", "en", "borrow_to_repay"),
    ],
)
def test_a_known_trick_hides_nothing(text: str, language: str, tag: str) -> None:
    assert tag in forbidden(text, language)
