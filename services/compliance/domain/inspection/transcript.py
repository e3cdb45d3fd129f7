"""What was said or written in a contact, turn by turn."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.compliance.domain.inspection.words import Speaker
from shared.contracts.vocabulary import Channel

_LONG = 1000
"""Characters of a passage after which the next one begins."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What one speaker says before another does. Times are seconds from the beginning of the recording."""

    speaker: Speaker
    text: str
    starts: float = 0.0
    ends: float = 0.0


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a transcript in the clear, table `transcript`: all but what was said."""

    transcript_id: str
    contact_id: str
    person_id: str
    customer_id: str
    channel: Channel
    collector_id: str
    agency_id: str | None
    branch_id: str | None
    language: str
    started_at: datetime
    seconds: int
    turns: int
    recogniser: str
    linter: str
    received_at: datetime
    received_by: str


class Passage(NamedTuple):
    """What the collector says without being interrupted.

    Recognisers cut speech at pauses, so words that belong together may stand in several turns. `starts` has
    the number of each turn and where it begins in `text`.
    """

    text: str
    starts: tuple[tuple[int, int], ...]

    def turn_at(self, place: int) -> tuple[int, int]:
        """The number of the turn in which a place of the text lies, and where that turn begins."""
        return max((start, number) for number, start in self.starts if start <= place)[::-1]


def passages(turns: Sequence[Turn]) -> Iterator[Passage]:
    """What the collector says, in order; turns are numbered from 0.

    What goes on for long is read in parts, of which each begins with the turn that the one before ended with.
    """
    text = ""
    starts: list[tuple[int, int]] = []
    for number, turn in enumerate(turns):
        if turn.speaker is not Speaker.COLLECTOR:
            if starts:
                yield Passage(text, tuple(starts))
            text, starts = "", []
            continue
        if len(text) > _LONG:
            yield Passage(text, tuple(starts))
            last, start = starts[-1]
            text, starts = text[start:], [(last, 0)]
        text = f"{text} " if text else ""
        starts.append((number, len(text)))
        text += turn.text
    if starts:
        yield Passage(text, tuple(starts))


def duration(turns: Sequence[Turn]) -> int:
    """Whole seconds from the beginning of the recording to the last word."""
    return int(max((turn.ends for turn in turns), default=0.0))
