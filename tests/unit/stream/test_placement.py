"""Where a worker begins to read, by what is on file and what the log still has."""

from shared.stream.broker import Place
from shared.stream.placement import Loss, losses, moved
from shared.stream.positions import Position

LOG = "this log"
A = Place("intake.parties.v1", 0)


def on_file(next_offset: int, log_id: str = LOG) -> dict[Place, Position]:
    return {A: Position(next_offset, log_id)}


def test_a_partition_never_read_begins_at_its_first_record() -> None:
    assert moved([A], {}, {A: (0, 9)}, LOG) == {A: Position(0, LOG)}


def test_where_a_new_consumer_finds_an_old_topic_it_adopts_the_lanes_that_are_under_way() -> None:
    assert moved([A], {}, {A: (4, 9)}, LOG) == {A: Position(4, LOG, adopt_until=9)}


def test_a_position_in_this_log_stays_and_one_in_an_earlier_log_begins_anew() -> None:
    assert moved([A], on_file(7), {A: (0, 9)}, LOG) == {}
    assert moved([A], on_file(7, "an earlier log"), {A: (2, 9)}, LOG) == {A: Position(2, LOG)}


def test_a_position_between_first_and_end_lost_nothing() -> None:
    for position in (3, 5, 9):
        assert losses(on_file(position), {A: (3, 9)}, LOG) == {}
    assert losses(on_file(0), {A: (0, 0)}, LOG) == {}


def test_a_position_below_the_first_record_lost_what_expired() -> None:
    assert losses(on_file(2), {A: (3, 9)}, LOG) == {A: Loss.EXPIRED}
    assert losses(on_file(2), {A: (3, 3)}, LOG) == {A: Loss.EXPIRED}


def test_a_position_above_the_end_of_an_empty_partition_lost_the_tail() -> None:
    assert losses(on_file(2), {A: (0, 0)}, LOG) == {A: Loss.TAIL}


def test_a_position_in_an_earlier_log_says_nothing_about_this_one() -> None:
    assert losses(on_file(2, "an earlier log"), {A: (3, 9)}, LOG) == {}
    assert losses(on_file(2, "an earlier log"), {A: (0, 0)}, LOG) == {}
