"""A key has one place, the same in every process and release."""

from hypothesis import given
from hypothesis import strategies as st

from shared.stream.partitioning import partition_of


@given(st.text(st.characters(codec="utf-8")), st.integers(1, 1000))
def test_a_key_has_one_partition_among_those_there_are(key: str, partitions: int) -> None:
    assert 0 <= partition_of(key, partitions) < partitions
    assert partition_of(key, partitions) == partition_of(key, partitions)


def test_places_never_move_between_releases() -> None:
    # CRC-32 of the UTF-8 bytes; a change here would tear apart the order of every key on file.
    assert [partition_of(key, 24) for key in ("", "customer-1", "person-42", "客户-7")] == [0, 21, 9, 4]


def test_keys_spread_over_all_partitions() -> None:
    counts = [0] * 24
    for number in range(24_000):
        counts[partition_of(f"customer-{number}", 24)] += 1
    assert min(counts) > 850
    assert max(counts) < 1150
