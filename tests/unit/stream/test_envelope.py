"""Records in and out: whatever bytes arrive, the answer is an event or a reason."""

import string
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.parties import PartyRemoved
from shared.contracts.topics import BY_NAME, PARTIES
from shared.stream import envelope, outbox
from shared.stream.broker import NAMELESS
from shared.stream.envelope import LaneNumber, Unreadable, attributes, decode, lane_number
from shared.stream.outbox import StoredEvent
from shared.stream.work import Work
from tests.support.fake_broker import FakeRecord

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = ["ce_id", "ce_source", "ce_type", "ce_time", "ce_lane", "ce_sequence", "ce_correlationid"]
GOOD: dict[str, bytes] = {"ce_id": b"1", "ce_source": b"/x", "ce_type": b"party.removed.v1"}
BODY = b'{"person_id":"p","customer_id":"c","version":1}'

raw = st.none() | st.binary(max_size=30) | st.text(max_size=12).map(str.encode)
headers = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=5), raw), max_size=10)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
ids = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=64)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def record(given_headers: Any, value: bytes | None, key: bytes | None = b"k") -> FakeRecord:
    return FakeRecord(PARTIES.name, 0, 0, key, value, given_headers)


def read(found: FakeRecord) -> None:
    """What the runtime does with a record before a handler sees it."""
    named = attributes(found)
    number = lane_number(named)
    if number is not None:
        assert 0 <= number.lane < 2**31
        assert 0 <= number.sequence < 2**63
        assert "\x00" not in number.sender
    try:
        decode(found, named)
    except Unreadable as error:
        assert error.reason
        assert str(error)


@given(headers, st.none() | st.binary(max_size=100), raw)
def test_arbitrary_bytes_are_an_event_or_unreadable(
    given_headers: list[tuple[str, Any]], value: bytes | None, key: bytes | None
) -> None:
    read(record(given_headers, value, key))


@given(headers, st.sampled_from(sorted(BY_NAME)), st.data())
def test_arbitrary_json_under_real_types_is_an_event_or_unreadable(
    given_headers: list[tuple[str, Any]], topic: str, data: st.DataObject
) -> None:
    event = data.draw(st.sampled_from(BY_NAME[topic].events))
    fields = st.sampled_from(event.__struct_fields__)
    body = data.draw(st.dictionaries(fields, jsons, max_size=5))
    value = outbox._encoder.encode({name: part for name, part in body.items()})
    good = [*GOOD.items(), *given_headers, ("ce_type", event.type_.encode())]
    read(FakeRecord(topic, 0, 0, b"k", value, good))


@given(st.binary(max_size=12), st.integers(0, len(BODY)), st.integers(0, 12))
def test_a_damaged_event_is_an_event_or_unreadable(junk: bytes, at: int, cut: int) -> None:
    read(record(list(GOOD.items()), BODY[:at] + junk + BODY[at + cut :]))


@given(st.sampled_from(NAMES), raw)
def test_a_damaged_header_is_an_event_or_unreadable(name: str, value: bytes | None) -> None:
    lane = {"ce_lane": b"intake/3", "ce_sequence": b"7", "ce_time": b"2026-03-02T09:00:00Z"}
    read(record([*{**GOOD, **lane, name: value}.items()], BODY))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b" " * (envelope.LARGEST_VALUE + 1), "too_large"),
        (b"{", "not_json"),
        (BODY.replace(b'"p"', b'"\xff"'), "not_utf8"),
        (BODY.replace(b'"p"', b'"\\ud800"'), "not_json"),
        (BODY.replace(b'"p"', b'"a\x00b"'), "not_json"),
        (BODY.replace(b'"p"', b'"a\\u0000b"'), "nul_character"),
        (BODY.replace(b'"p"', b"7"), "invalid_field"),
        (BODY.replace(b":1}", b":" + b"9" * 5000 + b"}"), "invalid_field"),
        (BODY[:-1] + b',"more":' + b"[" * 200_000, "nested_too_deeply"),
    ],
)
def test_a_bad_value_has_its_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        decode(record(list(GOOD.items()), value), GOOD)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ce_type": b"nobody.knows.v9"}, "unknown_type"),
        ({"ce_type": b"\xff"}, "not_utf8"),
        ({"ce_id": b"\xff"}, "not_utf8"),
        ({"ce_time": b"yesterday"}, "invalid_time"),
        ({"ce_time": b"\xff"}, "invalid_time"),
        ({"ce_time": b"2026-03-02T09:00:00"}, "invalid_time"),
    ],
)
def test_a_bad_header_has_its_reason(changed: dict[str, bytes], reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        decode(record([], BODY), {**GOOD, **changed})
    assert error.value.reason == reason


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_header_that_is_missing_or_empty_of_value_is_named(name: str) -> None:
    found = record([*{**GOOD, name: None}.items()], BODY)
    with pytest.raises(Unreadable, match=name) as error:
        decode(found, attributes(found))
    assert error.value.reason == "missing_attribute"


def test_a_header_whose_name_is_no_text_makes_its_record_unreadable_but_not_its_lane() -> None:
    lane = [("ce_lane", b"intake/1"), ("ce_sequence", b"4")]
    found = record([*GOOD.items(), *lane, (NAMELESS, b"x")], BODY)
    with pytest.raises(Unreadable, match="the name of a header is not valid UTF-8") as error:
        decode(found, attributes(found))
    assert error.value.reason == "not_utf8"
    assert lane_number(attributes(found)) == LaneNumber("intake", 1, 4)


@given(ids, ids, st.integers(), texts, texts, st.integers(0, 63), st.integers(1, 2**53))
def test_an_event_comes_back_as_it_was_sent(
    person: str, customer: str, version: int, key: str, correlation: str, lane: int, sequence: int
) -> None:
    event = PartyRemoved(person_id=person, customer_id=customer, version=version % 2**62)
    work = Work(None, NOW, 1)  # type: ignore[arg-type]  # nothing is stored here
    work.emit(event, key=key, correlation=correlation)
    (stored,) = outbox.address(work.emissions, NOW.isoformat(), 1)[0, PARTIES.name, 0]
    sent = envelope.encode(
        stored, service="intake", topic=PARTIES.name, lane=lane, partition=2, sequence=sequence
    )
    found = FakeRecord(PARTIES.name, 2, 5, sent.key, sent.value, sent.headers)
    named = attributes(found)
    received = decode(found, named)
    assert received.event == event
    assert (received.key, received.correlation, received.time) == (key, correlation, NOW)
    assert (received.topic, received.partition, received.offset) == (PARTIES.name, 2, 5)
    assert received.source == f"/recoup/{PARTIES.name}"
    assert received.id == f"{lane}-2-{sequence}"
    assert lane_number(named) == LaneNumber("intake", lane, sequence)


def test_further_attributes_of_an_event_are_kept() -> None:
    stored = StoredEvent("k", "party.removed.v1", NOW.isoformat(), BODY, None, {"traceparent": "00-1-2-03"})
    sent = envelope.encode(stored, service="intake", topic=PARTIES.name, lane=0, partition=0, sequence=1)
    assert dict(sent.headers)["ce_traceparent"] == b"00-1-2-03"


def test_an_announcement_carries_its_lane_and_is_no_event_of_any_topic() -> None:
    sent = envelope.announcement(service="intake", lane=3, sequence=9)
    named = attributes(record(sent.headers, sent.value))
    assert lane_number(named) == LaneNumber("intake", 3, 9)
    assert named["ce_type"].decode() == envelope.LANE_ANNOUNCED
    with pytest.raises(Unreadable):
        decode(record(sent.headers, sent.value), named)


@pytest.mark.parametrize(
    ("lane", "sequence"),
    [
        (b"intake", b"1"),
        (b"/1", b"1"),
        (b"intake/", b"1"),
        (b"intake/-1", b"1"),
        (b"intake\x00/1", b"1"),
        (b"intake/2147483648", b"1"),
        (b"intake/1", b"-1"),
        (b"intake/1", b""),
        (b"intake/1", b"9" * 19),
        (b"intake/1", b"9" * 5000),
        ("intake/\u0663".encode(), b"1"),
        (b"i" * 65 + b"/1", b"1"),
    ],
)
def test_what_no_sender_of_ours_writes_is_no_lane(lane: bytes, sequence: bytes) -> None:
    assert lane_number({"ce_lane": lane, "ce_sequence": sequence}) is None
