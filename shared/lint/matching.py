"""Finding phrases in a skeleton: whole, within a sentence, and meant as they are said."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from shared.lint.folding import GAP, Folding, Skeleton
from shared.lint.patterns import Reader, whole
from shared.lint.phrases import Context, Phrases

_SHORTEST_PIECE = {True: 3, False: 2}
"""Letters of a Latin (True) or other word on both sides of a full stop that make it a real one."""
_REACH = 24
"""Characters of a skeleton that a warning covers."""


class Span(NamedTuple):
    """Positions in a skeleton, half-open."""

    start: int
    end: int


class Around(NamedTuple):
    """What surrounds the hits of one text. `negators` are spans and where the fillers after them end."""

    negators: Sequence[tuple[Span, int]]
    warnings: Sequence[Span]


class Surroundings:
    """Finds the words that take the sting out of what follows them."""

    def __init__(self, context: Context, folding: Folding) -> None:
        reader = Reader(folding)
        self.no = "|".join(reader.all_of(context.negators))
        fillers = "|".join(reader.all_of(context.fillers))
        self._negated = whole([f"(?P<no>{self.no})(?:{GAP}?(?:{fillers}))*"])
        self._affirmed = whole(reader.all_of(context.affirmers))
        self._warning = whole(reader.all_of(context.warnings))

    def of(self, skeleton: Skeleton) -> Around:
        """What may excuse hits in this skeleton."""
        yes = [Span(*match.span()) for match in self._affirmed.finditer(skeleton.text)]
        negators: list[tuple[Span, int]] = []
        for match in self._negated.finditer(skeleton.text):
            span, reach = Span(*match.span("no")), match.end()
            if not any(other.start <= span.start < other.end for other in yes):
                negators.append((span, reach + skeleton.text.startswith(GAP, reach)))
        return Around(negators, [Span(*match.span()) for match in self._warning.finditer(skeleton.text)])


class Matcher:
    """The phrases of one list. What only a hit needs is compiled at the first one."""

    def __init__(self, phrases: Phrases, exceptions: Phrases, folding: Folding, no: str = "") -> None:
        self._any = whole(Reader(folding).all_of(phrases))
        reader = Reader(folding, no)
        self._expressions = reader.all_of(phrases)
        self._excusing = reader.all_of(exceptions)

    @cached_property
    def _each(self) -> list[re.Pattern[str]]:
        return [whole([one]) for one in self._expressions]

    @cached_property
    def _exceptions(self) -> re.Pattern[str]:
        return whole(self._excusing)

    def hits(self, skeleton: Skeleton) -> bool:
        """Whether anything of the list may be there: quick, and never wrongly False."""
        return self._any.search(skeleton.text) is not None

    def spans(self, skeleton: Skeleton) -> list[Span]:
        """The longest hits, in order, that no exception covers."""
        excused = [Span(*match.span()) for match in self._exceptions.finditer(skeleton.text)]
        found = {
            span
            for pattern in self._each
            for span in _all(pattern, skeleton)
            if not any(one.start <= span.start and span.end <= one.end for one in excused)
        }
        ordered = sorted(found, key=lambda span: (span.start, -span.end))
        return [span for span in ordered if not any(_covers(other, span) for other in found)]


def meant(skeleton: Skeleton, span: Span, around: Around, *, warnings_excuse: bool) -> bool:
    """Whether the words of a hit are said, and neither denied nor warned of."""
    for negator, reach in around.negators:
        if negator.start < span.start <= reach and not _between(skeleton.clauses, negator.start, span.start):
            return False
    if not warnings_excuse:
        return True
    return not any(
        warning.start <= span.start <= warning.end + _REACH
        and not _between(skeleton.stops, warning.start, span.start)
        for warning in around.warnings
    )


def _all(pattern: re.Pattern[str], skeleton: Skeleton) -> Iterator[Span]:
    place = 0
    while match := pattern.search(skeleton.text, place):
        span = Span(*match.span())
        place = span.start + 1
        if _one_sentence(skeleton, span):
            yield span


def _one_sentence(skeleton: Skeleton, span: Span) -> bool:
    """False where a sentence really ends within; single characters between full stops are a disguise."""
    first, last = bisect_right(skeleton.stops, span.start), bisect_left(skeleton.stops, span.end)
    inside = skeleton.stops[first:last]
    if not inside:
        return True
    edges = (span.start, *inside, span.end)
    pieces = [skeleton.text[start:end].replace(GAP, "") for start, end in pairwise(edges)]
    return any(len(piece) < _SHORTEST_PIECE[piece.isascii()] for piece in pieces)


def _between(breaks: Sequence[int], start: int, end: int) -> bool:
    return bisect_right(breaks, end) > bisect_right(breaks, start)


def _covers(other: Span, span: Span) -> bool:
    return other != span and other.start <= span.start and span.end <= other.end
