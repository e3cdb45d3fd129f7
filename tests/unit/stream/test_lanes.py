"""The receiver's side of a lane: whatever arrives, in whatever batches, takes effect as 1, 2, 3, ..."""

from hypothesis import given
from hypothesis import strategies as st

from shared.stream.broker import Place
from shared.stream.lanes import Judgement, Lane, LaneBook, Verdict

LANE = Lane("intake.parties.v1", 0, "intake", 3)
OTHER = Lane("intake.parties.v1", 1, "intake", 3)
BATCHES = st.lists(st.lists(st.integers(1, 12), max_size=8), max_size=8)


def apply(book: LaneBook, batch: list[int], *, adopt: bool = False) -> tuple[list[int], Judgement]:
    """Judge a batch, commit it, and return what was applied."""
    judgement = Judgement()
    applied = [
        sequence
        for sequence in batch
        if book.judge(judgement, LANE, sequence, may_start_here=adopt) is Verdict.APPLY
    ]
    book.commit(judgement)
    return applied, judgement


@given(BATCHES)
def test_any_schedule_of_repeats_holes_and_resends_applies_a_prefix_once_and_in_order(
    batches: list[list[int]],
) -> None:
    book = LaneBook()
    applied = [sequence for batch in batches for sequence in apply(book, batch)[0]]
    assert applied == list(range(1, len(applied) + 1))
    assert book.last.get(LANE, 0) == len(applied)


@given(BATCHES, st.integers(1, 12))
def test_after_a_resend_from_the_first_missing_number_nothing_is_missing(
    batches: list[list[int]], sent: int
) -> None:
    book = LaneBook()
    for batch in batches:
        apply(book, [sequence for sequence in batch if sequence <= sent])
    first = book.last.get(LANE, 0) + 1
    _, judgement = apply(book, list(range(first, sent + 1)))
    assert book.last[LANE] == sent if first <= sent else LANE not in judgement.last
    assert judgement.gaps == {}


@given(st.lists(st.integers(1, 12), max_size=20))
def test_a_batch_reports_a_hole_exactly_when_something_it_saw_was_not_applied(batch: list[int]) -> None:
    applied, judgement = apply(LaneBook(), batch)
    missing = max(batch, default=0) > len(applied)
    assert judgement.gaps == ({LANE: len(applied) + 1} if missing else {})


@given(BATCHES)
def test_a_batch_that_was_not_committed_leaves_no_trace(batches: list[list[int]]) -> None:
    book, undisturbed = LaneBook(), LaneBook()
    for batch in batches:
        rolled_back = Judgement()
        for sequence in batch:
            book.judge(rolled_back, LANE, sequence)
        assert apply(book, batch)[0] == apply(undisturbed, batch)[0]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=20))
def test_a_new_consumer_on_an_old_log_starts_an_unknown_lane_at_its_first_record(batch: list[int]) -> None:
    applied, _ = apply(LaneBook(), batch, adopt=True)
    assert applied == list(range(batch[0], batch[0] + len(applied)))


@given(st.integers(0, 12), st.integers(1, 12))
def test_an_announcement_shows_a_lost_tail_and_applies_nothing(last: int, announced: int) -> None:
    book, judgement = LaneBook({LANE: last} if last else {}), Judgement()
    book.announced(judgement, LANE, announced, may_start_here=False)
    assert judgement.last == {}
    assert judgement.gaps == ({LANE: last + 1} if announced > last else {})


def test_an_announcement_lets_a_new_consumer_start_an_unknown_lane_behind_it() -> None:
    book, judgement = LaneBook(), Judgement()
    book.announced(judgement, LANE, 7, may_start_here=True)
    assert book.judge(judgement, LANE, 8) is Verdict.APPLY


def test_an_announced_hole_closes_when_the_announced_number_is_applied() -> None:
    book, judgement = LaneBook(), Judgement()
    book.announced(judgement, LANE, 2, may_start_here=False)
    assert judgement.gaps == {LANE: 1}
    assert book.judge(judgement, LANE, 1) is Verdict.APPLY
    assert judgement.gaps == {LANE: 2}
    assert book.judge(judgement, LANE, 2) is Verdict.APPLY
    assert judgement.gaps == {}


def test_lanes_are_judged_by_themselves_and_forgotten_with_their_partition() -> None:
    book, judgement = LaneBook(), Judgement()
    assert book.judge(judgement, LANE, 1) is Verdict.APPLY
    assert book.judge(judgement, OTHER, 2) is Verdict.GAP
    assert book.judge(judgement, OTHER, 1) is Verdict.APPLY
    book.commit(judgement)
    book.forget(frozenset({Place(*LANE[:2])}))
    assert book.last == {OTHER: 1}
