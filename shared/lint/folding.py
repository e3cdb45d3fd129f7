"""Text as a reader sees it: letters of one width, case and script variant, without what is between them.

The skeleton of a text holds its letters and digits, folded. Between two Latin letters that do not stand side
by side it holds `GAP`; between other characters nothing, for Chinese is written without spaces.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, normalize

from shared.lint.phrases import Folds, PhraseError

GAP = "\x1f"
_STOPS = frozenset("。!?")
_CLAUSES = frozenset(",;:()\n")


class Skeleton(NamedTuple):
    """`places[n]` is where character n of the skeleton stands in the text.

    `stops` are the positions in the skeleton before which a sentence ended, `clauses` those before which
    a clause or sentence did.
    """

    text: str
    places: tuple[int, ...]
    stops: tuple[int, ...]
    clauses: tuple[int, ...]


class Folding:
    """Folds texts alike, phrases and messages."""

    def __init__(self, folds: Folds) -> None:
        """Raises PhraseError where the folds contradict each other."""
        self._same = _variants((*folds.traditional, *folds.lookalikes)) | dict.fromkeys(folds.unseen, "")
        self._fold = lru_cache(maxsize=65_536)(self._folded)

    def skeleton(self, text: str) -> Skeleton:
        """The text's letters and digits, and where they were."""
        letters: list[str] = []
        places: list[int] = []
        stops: list[int] = []
        clauses: list[int] = []
        for place, character in enumerate(text):
            folded, ends = self._fold(character)
            if ends and not folded and (character != "." or text[place + 1 : place + 2].strip() == ""):
                (stops if ends == "stop" else clauses).append(len(letters))
            for letter in folded:
                if letters and letter.isascii() and letters[-1].isascii() and place > places[-1] + 1:
                    letters.append(GAP)
                    places.append(places[-1])
                letters.append(letter)
                places.append(place)
        return Skeleton("".join(letters), tuple(places), tuple(stops), tuple(sorted({*stops, *clauses})))

    def _folded(self, character: str) -> tuple[str, str]:
        """What stays of a character, and what it ends where nothing does."""
        if character in self._same:
            return self._same[character], ""
        plain = normalize("NFKC", character)
        decomposed = normalize("NFKD", plain.casefold())
        kept = "".join(self._same.get(part, part) for part in decomposed)
        letters = "".join(part for part in kept if category(part)[0] in "LN")
        if letters:
            return letters, ""
        if plain == "." or not _STOPS.isdisjoint(plain):
            return "", "stop"
        return "", "clause" if not _CLAUSES.isdisjoint(plain) else ""


def _variants(lines: Iterable[str]) -> dict[str, str]:
    """Each variant and what it is read as. PhraseError where one is read as two, or in two steps."""
    found: dict[str, str] = {}
    for group in (group for line in lines for group in line.split()):
        for variant in group[1:]:
            if found.setdefault(variant, group[0]) != group[0]:
                raise PhraseError(f"{variant} is read as {found[variant]} and as {group[0]}")
    if twice := found.keys() & found.values():
        raise PhraseError(f"{', '.join(sorted(twice))} is both read as another and a reading")
    return found
