"""Phrases as regular expressions over skeletons."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from shared.lint.folding import GAP, Folding
from shared.lint.phrases import PhraseError, Phrases

_EDGE = "(?:(?<![a-z0-9])|(?![a-z0-9]))"
"""Where a Latin word may begin; any place beside other scripts."""
_END = "(?:(?![a-z0-9])|(?<![a-z0-9]))"
_LONGEST_GAP = {"zh": 8, "en": 28}
"""Characters of a skeleton that `*` may stand for."""
_MARKS = re.compile(r"[()|*]")


class Reader:
    """Reads phrases; what matches `no` cannot be part of what `*` stands for."""

    def __init__(self, folding: Folding, no: str = "") -> None:
        self._folding = folding
        self._any = f"(?:(?!{no}).)" if no else "."

    def all_of(self, phrases: Phrases) -> list[str]:
        """The expressions of the phrases of both languages. Raises PhraseError."""
        chinese = [self.expression(phrase, "zh") for phrase in phrases.zh]
        return chinese + [self.expression(phrase, "en") for phrase in phrases.en]

    def expression(self, phrase: str, language: str) -> str:
        """The regular expression of a phrase of this language's list. Raises PhraseError."""
        gap = f"{_END}{self._any}{{0,{_LONGEST_GAP[language]}}}?{_EDGE}"
        parts: list[str] = []
        depth, place = 0, 0
        for mark in _MARKS.finditer(phrase):
            parts += self._literal(phrase[place : mark.start()])
            place = mark.end()
            depth += {"(": 1, ")": -1}.get(mark[0], 0)
            if depth not in (0, 1) or (mark[0] == "|" and not depth):
                raise PhraseError(f"unbalanced phrase {phrase!r}")
            parts.append({"(": "(?:", "*": gap}.get(mark[0], mark[0]))
        parts += self._literal(phrase[place:])
        if depth or not any(part[0].isalnum() for part in parts):
            raise PhraseError(f"unbalanced or empty phrase {phrase!r}")
        return _joined(parts)

    def _literal(self, text: str) -> Sequence[str]:
        letters = self._folding.skeleton(text).text.replace(GAP, "")
        return [_spaced(letters)] if letters else ()


def whole(expressions: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these, as whole words where they are Latin; nothing where there are none."""
    either = "|".join(expressions)
    return re.compile(f"{_EDGE}(?:{either}){_END}" if either else r"(?!)", re.DOTALL)


def _spaced(letters: str) -> str:
    """Letters with what may stand between Latin ones."""
    spaced = re.escape(letters[0])
    for before, letter in pairwise(letters):
        spaced += f"{GAP}?{letter}" if before.isascii() and letter.isascii() else re.escape(letter)
    return spaced


def _joined(parts: Sequence[str]) -> str:
    """The parts in a row; a gap may stand between a literal and its neighbour."""
    joined = parts[0]
    for before, part in pairwise(parts):
        joined += part if before in ("(?:", "|") or part in ("|", ")") else f"{GAP}?{part}"
    return joined
