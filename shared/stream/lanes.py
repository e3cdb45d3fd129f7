"""The lane protocol at the receiver: what TCP does, between services. Pure.

A lane's events count 1, 2, 3, ... for each (lane, topic, partition). The receiver applies the next number,
drops what it had, and applies nothing past a hole until the sender has sent again from there.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from shared.stream.broker import Place


class Lane(NamedTuple):
    """One sender's lane as it arrives in one partition of a topic."""

    topic: str
    partition: int
    sender: str
    number: int

    @property
    def place(self) -> Place:
        return Place(self.topic, self.partition)


class Verdict(Enum):
    """What to do with an event of a lane."""

    APPLY = "apply"
    REPEAT = "repeat"
    GAP = "gap"


@dataclass(slots=True)
class Judgement:
    """What a batch would change: the new last sequences, and holes (lane -> first missing)."""

    last: dict[Lane, int] = field(default_factory=dict)
    gaps: dict[Lane, int] = field(default_factory=dict)
    seen: dict[Lane, int] = field(default_factory=dict)
    """The highest sequence seen behind a hole: with it applied, the hole is closed."""

    def note_hole(self, lane: Lane, first: int, seen: int) -> None:
        self.gaps[lane] = first
        self.seen[lane] = max(seen, self.seen.get(lane, 0))

    def apply(self, lane: Lane, sequence: int) -> None:
        self.last[lane] = sequence
        if lane in self.gaps:
            self.gaps[lane] = sequence + 1
            if sequence >= self.seen[lane]:
                del self.gaps[lane]


@dataclass(slots=True)
class LaneBook:
    """The last sequence applied of each lane, as committed. A cache of the table `lane_received`.

    It may be trusted because the compare-and-set of the position fails when another worker applied
    something since it was read.
    """

    last: dict[Lane, int] = field(default_factory=dict)

    def judge(
        self, judgement: Judgement, lane: Lane, sequence: int, *, may_start_here: bool = False
    ) -> Verdict:
        """Judge the next record of a batch and note its effect in `judgement`.

        `may_start_here` lets an unknown lane start at any number: only for records that were in the log
        before this consumer existed.
        """
        last = judgement.last.get(lane)
        if last is None:
            last = self.last.get(lane)
        if last is None:
            last = sequence - 1 if may_start_here else 0
        if sequence <= last:
            return Verdict.REPEAT
        if sequence == last + 1:
            judgement.apply(lane, sequence)
            return Verdict.APPLY
        judgement.note_hole(lane, last + 1, sequence)
        return Verdict.GAP

    def announced(self, judgement: Judgement, lane: Lane, sequence: int, *, may_start_here: bool) -> None:
        """Judge a sender's word that `sequence` was its last: a hole shows, nothing is applied."""
        last = judgement.last.get(lane, self.last.get(lane))
        if last is None:
            if may_start_here:
                judgement.last[lane] = sequence
                return
            last = 0
        if sequence > last:
            judgement.note_hole(lane, last + 1, sequence)

    def commit(self, judgement: Judgement) -> None:
        """Take over what a committed batch applied."""
        self.last.update(judgement.last)

    def forget(self, places: frozenset[Place]) -> None:
        """Drop what is known of partitions that are no longer ours."""
        self.last = {lane: last for lane, last in self.last.items() if lane.place not in places}
