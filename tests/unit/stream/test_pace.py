"""The batch size follows the time that batches take, within its bounds."""

from hypothesis import given
from hypothesis import strategies as st

from shared.stream.pace import AIM_SECONDS, LARGEST, SMALLEST, Pace

batches = st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 10)), max_size=50)


@given(batches)
def test_the_size_stays_within_its_bounds(taken: list[tuple[int, float]]) -> None:
    pace = Pace()
    for records, seconds in taken:
        pace.took(records, seconds)
        assert SMALLEST <= pace.size <= LARGEST


@given(st.integers(SMALLEST, LARGEST), st.integers(0, 3000), st.floats(AIM_SECONDS * 1.001, 10))
def test_a_slow_batch_never_makes_the_next_one_larger(size: int, records: int, seconds: float) -> None:
    pace = Pace(size)
    pace.took(records, seconds)
    assert pace.size <= size


@given(st.integers(SMALLEST, LARGEST), st.integers(1, LARGEST), st.floats(0, AIM_SECONDS))
def test_a_batch_that_was_not_full_never_makes_the_next_one_larger(
    size: int, missing: int, seconds: float
) -> None:
    pace = Pace(size)
    pace.took(max(0, size - missing), seconds)
    assert pace.size == size


def test_fast_full_batches_reach_the_largest_size_and_slow_ones_the_smallest() -> None:
    pace = Pace()
    for _ in range(20):
        pace.took(pace.size, 0.01)
    assert pace.size == LARGEST
    for _ in range(20):
        pace.took(pace.size, 1.0)
    assert pace.size == SMALLEST
    pace.took(pace.size, 0.01)
    assert pace.size > SMALLEST
