"""The protocol with one rule broken: what the machine must notice."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.stream import positions, relay
from shared.stream.applying import Applied, Applier
from shared.stream.broker import Place, Record
from shared.stream.lanes import Judgement, Lane, LaneBook, Verdict
from shared.stream.relay import Relay

Mutant = Callable[[pytest.MonkeyPatch], None]


def the_highest_sequence_wins(patch: pytest.MonkeyPatch) -> None:
    def judge(book: LaneBook, judgement: Judgement, lane: Lane, sequence: int, **_: bool) -> Verdict:
        if sequence <= judgement.last.get(lane, book.last.get(lane, 0)):
            return Verdict.REPEAT
        judgement.last[lane] = sequence
        return Verdict.APPLY

    patch.setattr(LaneBook, "judge", judge)


def repeats_are_applied(patch: pytest.MonkeyPatch) -> None:
    judge = LaneBook.judge

    def judge_leniently(book: LaneBook, *arguments: Any, **options: bool) -> Verdict:
        verdict = judge(book, *arguments, **options)
        return Verdict.APPLY if verdict is Verdict.REPEAT else verdict

    patch.setattr(LaneBook, "judge", judge_leniently)


def a_hole_is_skipped(patch: pytest.MonkeyPatch) -> None:
    judge = LaneBook.judge

    def judge_and_go_on(
        book: LaneBook, judgement: Judgement, lane: Lane, sequence: int, **options: bool
    ) -> Verdict:
        verdict = judge(book, judgement, lane, sequence, **options)
        if verdict is Verdict.GAP:
            judgement.last[lane] = sequence
        return verdict

    patch.setattr(LaneBook, "judge", judge_and_go_on)


def an_unknown_lane_starts_anywhere(patch: pytest.MonkeyPatch) -> None:
    judge = LaneBook.judge

    def judge_newly(
        book: LaneBook, judgement: Judgement, lane: Lane, sequence: int, *, may_start_here: bool = False
    ) -> Verdict:
        return judge(book, judgement, lane, sequence, may_start_here=True)

    patch.setattr(LaneBook, "judge", judge_newly)


def a_closed_hole_stays_open(patch: pytest.MonkeyPatch) -> None:
    def apply(judgement: Judgement, lane: Lane, sequence: int) -> None:
        judgement.last[lane] = sequence
        if lane in judgement.gaps:
            judgement.gaps[lane] = sequence + 1

    patch.setattr(Judgement, "apply", apply)


def nothing_is_compared_and_set(patch: pytest.MonkeyPatch) -> None:
    advance = str(positions._ADVANCE)
    compared = "locked.next_offset = move.expected AND locked.log_id = :log_id"
    patch.setattr(positions, "_ADVANCE", _without(advance, compared, ":log_id = :log_id"))
    lanes = str(positions._MOVE_LANES)
    patch.setattr(positions, "_MOVE_LANES", _without(lanes, "last_sequence = new.expected", "lane >= 0"))


def lanes_are_not_kept(patch: pytest.MonkeyPatch) -> None:
    async def write_nothing(*_: object) -> None:
        return None

    patch.setattr(positions, "write_lanes", write_nothing)


def lanes_are_not_read(patch: pytest.MonkeyPatch) -> None:
    async def read_nothing(
        connection: AsyncConnection, consumer: str, places: Sequence[Place]
    ) -> Mapping[Lane, int]:
        return {}

    patch.setattr(positions, "read_lanes", read_nothing)


def memory_runs_ahead_of_the_commit(patch: pytest.MonkeyPatch) -> None:
    apply = Applier.apply

    async def apply_hastily(applier: Applier, batch: Sequence[Record]) -> Applied:
        sorted_batch = applier._sort(batch)
        applier.book.commit(sorted_batch.judgement)
        return await apply(applier, batch)

    patch.setattr(Applier, "apply", apply_hastily)


def requests_are_ignored(patch: pytest.MonkeyPatch) -> None:
    async def forget(self: Relay) -> None:
        self.rewinds.clear()

    patch.setattr(Relay, "_rewind", forget)


def a_new_log_is_not_refilled(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relay, "_PENDING", _without(str(relay._PENDING), "r.log_id = :log_id", ":log_id = :log_id"))


def idle_lanes_are_not_announced(patch: pytest.MonkeyPatch) -> None:
    async def keep_quiet(self: Relay, lanes: Sequence[int]) -> None:
        return None

    patch.setattr(Relay, "_announce_idle", keep_quiet)


def only_what_this_log_has_is_announced(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relay, "_IDLE", _without(str(relay._IDLE), "LEFT JOIN", "JOIN"))


def _without(statement: str, rule: str, instead: str) -> TextClause:
    assert rule in statement, f"the rule is written otherwise now: {rule}"
    return text(statement.replace(rule, instead))


QUICK: list[Mutant] = [
    the_highest_sequence_wins,
    repeats_are_applied,
    a_hole_is_skipped,
    an_unknown_lane_starts_anywhere,
    nothing_is_compared_and_set,
    lanes_are_not_kept,
    lanes_are_not_read,
    memory_runs_ahead_of_the_commit,
    requests_are_ignored,
    a_new_log_is_not_refilled,
]
RARE: list[Mutant] = [a_closed_hole_stays_open, idle_lanes_are_not_announced]
WITH_A_SHORT_RETENTION: list[Mutant] = [only_what_this_log_has_is_announced]
