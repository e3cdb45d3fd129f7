"""The linter on our own sentences; `pytest -rP -k figures` prints precision and recall."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from tests.unit.compliance.lint_words import Sentence, forbidden, sentences

CORPUS = sentences("lint_corpus.yaml")
HELD_OUT = sentences("lint_held_out.yaml")


class Figures(NamedTuple):
    """Counted over pairs of sentence and tag."""

    sentences: int
    harmless: int
    precision: float
    recall: float


def figures(read: Sequence[Sentence]) -> Figures:
    right = wrong = missed = 0
    for sentence in read:
        found = forbidden(sentence.text, sentence.language, role=sentence.role)
        right += len(found & sentence.tags)
        wrong += len(found - sentence.tags)
        missed += len(sentence.tags - found)
    harmless = sum(not sentence.tags for sentence in read)
    return Figures(len(read), harmless, right / (right + wrong), right / (right + missed))


@pytest.mark.parametrize("sentence", CORPUS, ids=lambda sentence: sentence.text[:40])
def test_a_sentence_of_ours_has_just_the_tags_that_a_careful_reader_gives_it(sentence: Sentence) -> None:
    assert forbidden(sentence.text, sentence.language, role=sentence.role) == sentence.tags


def test_the_corpus_is_large_in_both_languages_and_half_of_it_harmless() -> None:
    assert len(CORPUS) >= 120
    for language in ("zh-CN", "en"):
        own = [sentence for sentence in CORPUS if sentence.language == language]
        assert len(own) >= 60
        assert 0.4 < sum(not sentence.tags for sentence in own) / len(own) < 0.6


def test_figures_on_sentences_that_the_lists_were_not_tuned_on() -> None:
    for name, read in (("corpus", CORPUS), ("held out", HELD_OUT)):
        print(f"{name}: {figures(read)}")
    held_out = figures(HELD_OUT)
    assert held_out.precision >= 0.95
    assert held_out.recall >= 0.8
