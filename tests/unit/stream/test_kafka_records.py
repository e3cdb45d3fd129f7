"""Records come out of a batch's bytes as they went in, also where a header name is no text."""

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch
from hypothesis import given
from hypothesis import strategies as st

from shared.stream.broker import NAMELESS, Outbound
from shared.stream.kafka_header_names import read_batch
from shared.stream.kafka_records import Fetched, FetchedRecords, KeptBytes
from tests.unit.stream.batches import TO_BREAK, broken_batch, packed

PLACE = TopicPartition("intake.parties.v1", 3)
texts = st.text(st.characters(codec="utf-8"), max_size=10)
headers = st.lists(st.tuples(texts, st.none() | st.binary(max_size=20)), max_size=4)
batches = st.lists(
    st.tuples(st.none() | st.binary(max_size=10), st.none() | st.binary(max_size=300), headers),
    min_size=1,
    max_size=20,
)
BROKEN = Outbound(b"k", b"broken", [("ce_id", b"1"), (TO_BREAK, b"x"), ("last", b"")])
FINE = Outbound(b"k", b"fine", [("ce_id", b"2")])


def fetched(raw: bytes, wanted: int = 0) -> FetchedRecords:
    return FetchedRecords(PLACE, KeptBytes(raw), None, wanted, None, None, True, 0)


@given(batches, st.sampled_from([DefaultRecordBatch.CODEC_NONE, DefaultRecordBatch.CODEC_LZ4]))
def test_both_readers_find_what_was_written(records: list[tuple[Any, Any, Any]], codec: int) -> None:
    raw = packed(records, codec)
    expected = [(offset, *record) for offset, record in enumerate(records)]
    assert [tuple(record) for record in read_batch(raw, 0)] == expected
    found = list(fetched(raw))
    assert [(one.offset, one.key, one.value, one.headers) for one in found] == expected
    assert {(one.topic, one.partition) for one in found} == {PLACE}


def test_a_name_that_is_no_text_is_replaced_and_all_else_stays() -> None:
    raw = broken_batch([FINE, BROKEN, FINE], 7) + broken_batch([BROKEN], 10) + broken_batch([FINE], 11)
    found = list(fetched(raw, 7))
    assert [(one.offset, one.value) for one in found] == [
        (7, b"fine"),
        (8, b"broken"),
        (9, b"fine"),
        (10, b"broken"),
        (11, b"fine"),
    ]
    assert found[1].headers == found[3].headers == [("ce_id", b"1"), (NAMELESS, b"x"), ("last", b"")]
    assert found[2].headers == FINE.headers


@pytest.mark.parametrize("wanted", [7, 8, 9])
def test_records_in_front_of_what_was_asked_for_are_left_out(wanted: int) -> None:
    for raw in (broken_batch([FINE] * 3, 7), broken_batch([FINE, BROKEN, FINE], 7)):
        records = fetched(raw, wanted)
        assert [one.offset for one in records] == list(range(wanted, 10))
        assert records.next_fetch_offset == 10


def test_reading_can_stop_and_go_on_where_it_was() -> None:
    records = fetched(broken_batch([FINE, BROKEN, FINE, BROKEN], 0))
    for number in range(4):
        assert next(iter(records)).offset == number
        assert records.next_fetch_offset == number + 1
    assert list(records) == []


def test_a_batch_that_was_damaged_is_an_error() -> None:
    raw = bytearray(broken_batch([FINE, BROKEN]))
    raw[-1] ^= 1
    with pytest.raises(CorruptRecordException):
        list(fetched(bytes(raw)))
    with pytest.raises(CorruptRecordException):
        list(read_batch(broken_batch([FINE], 3), 4))


def test_a_record_shows_what_the_runtime_reads() -> None:
    (record,) = fetched(broken_batch([FINE]))
    assert record == Fetched("intake.parties.v1", 3, 0, b"k", b"fine", [("ce_id", b"2")])
