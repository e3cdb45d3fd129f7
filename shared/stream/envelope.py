"""CloudEvents 1.0 in Kafka binary mode: attributes in `ce_` headers, the event as JSON in the value.

Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2. `ce_lane` and `ce_sequence` are extension
attributes of ours: the sender's lane (`strategy/5`) and the event's number in it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from shared.contracts.base import Event
from shared.contracts.topics import BY_NAME
from shared.stream.broker import NAMELESS, Outbound, Record
from shared.stream.outbox import StoredEvent
from shared.stream.received import Received

CONTENT_TYPE = ("content-type", b"application/json")
SPEC_VERSION = ("ce_specversion", b"1.0")
LANE_ANNOUNCED = "lane.announced.v1"
LARGEST_VALUE = 1_048_576
"""Bytes; a larger value is refused unread, so that one record cannot exhaust a worker's memory."""
_LANE = re.compile(rb"([\w.-]{1,64})/(\d{1,9})")
_SEQUENCE_DIGITS = 18
"""What the tables hold: a record that no lane can have sent must not break a batch."""


class Unreadable(Exception):
    """A record that is no event of its topic; `reason` is a short code, the message a sentence."""

    def __init__(self, reason: str, explanation: str) -> None:
        super().__init__(explanation)
        self.reason = reason


class LaneNumber(NamedTuple):
    """The lane that a record came through and its number there."""

    sender: str
    lane: int
    sequence: int


def encode(
    stored: StoredEvent, *, service: str, topic: str, lane: int, partition: int, sequence: int
) -> Outbound:
    """The Kafka record of an outbox event."""
    headers = [
        SPEC_VERSION,
        ("ce_id", b"%d-%d-%d" % (lane, partition, sequence)),
        ("ce_source", f"/recoup/{topic}".encode()),
        ("ce_type", stored.type.encode()),
        ("ce_time", stored.time.encode()),
        CONTENT_TYPE,
        ("ce_lane", b"%s/%d" % (service.encode(), lane)),
        ("ce_sequence", b"%d" % sequence),
    ]
    if stored.correlation is not None:
        headers.append(("ce_correlationid", stored.correlation.encode()))
    headers.extend((f"ce_{name}", value.encode()) for name, value in stored.extra.items())
    return Outbound(stored.key.encode(), stored.value, headers)


def announcement(*, service: str, lane: int, sequence: int) -> Outbound:
    """Says the last number of an idle lane, so that a lost tail shows."""
    headers = [
        SPEC_VERSION,
        ("ce_id", b"announced-%d-%d" % (lane, sequence)),
        ("ce_source", f"/recoup/{service}".encode()),
        ("ce_type", LANE_ANNOUNCED.encode()),
        CONTENT_TYPE,
        ("ce_lane", b"%s/%d" % (service.encode(), lane)),
        ("ce_sequence", b"%d" % sequence),
    ]
    return Outbound(b"", b"{}", headers)


def attributes(record: Record) -> dict[str, bytes]:
    """The record's headers by name; of a repeated name, the last. A header without a value is none."""
    found = dict(record.headers)
    if None in found.values():
        return {name: value for name, value in record.headers if value is not None}
    return found  # type: ignore[return-value]  # none of them is None


_lanes: dict[bytes, tuple[str, int]] = {}


def lane_number(headers: Mapping[str, bytes]) -> LaneNumber | None:
    """The lane and sequence that the headers carry, or None where the sender has no lanes."""
    lane, sequence = headers.get("ce_lane"), headers.get("ce_sequence")
    if lane is None or sequence is None:
        return None
    known = _lanes.get(lane)
    if known is None:
        found = _LANE.fullmatch(lane)
        if found is None:
            return None
        known = found[1].decode(), int(found[2])
        if len(_lanes) < 10_000:
            _lanes[lane] = known
    if not sequence.isdigit() or len(sequence) > _SEQUENCE_DIGITS:
        return None
    return LaneNumber(known[0], known[1], int(sequence))


_decoders: dict[tuple[str, bytes], Any] = {
    (topic.name, event.type_.encode()): msgspec.json.Decoder(event)
    for topic in BY_NAME.values()
    for event in topic.events
}


def decode(record: Record, headers: Mapping[str, bytes]) -> Received[Event]:
    """The event in a record. Raises Unreadable when there is none that the topic carries."""
    value = record.value
    if NAMELESS in headers:
        raise Unreadable("not_utf8", "the name of a header is not valid UTF-8")
    if not value:
        raise Unreadable("empty", "the record has no value")
    if len(value) > LARGEST_VALUE:
        raise Unreadable("too_large", f"{len(value)} bytes; at most {LARGEST_VALUE} are read")
    try:
        return Received(
            _event(record.topic, headers, value),
            (record.key or b"").decode(),
            headers["ce_id"].decode(),
            headers["ce_source"].decode(),
            _time(time) if (time := headers.get("ce_time")) is not None else None,
            correlation.decode() if (correlation := headers.get("ce_correlationid")) else None,
            record.topic,
            record.partition,
            record.offset,
        )
    except KeyError as missing:
        raise Unreadable("missing_attribute", f"the header {missing.args[0]} is missing") from None
    except UnicodeDecodeError:
        raise Unreadable("not_utf8", "the key, a header or the value is not valid UTF-8") from None


def _event(topic: str, headers: Mapping[str, bytes], value: bytes) -> Event:
    decoder = _decoders.get((topic, headers["ce_type"]))
    if decoder is None:
        name = headers["ce_type"].decode()[:80]
        raise Unreadable("unknown_type", f"{name!r} is not an event type of {topic}")
    if b"\\u0000" in value:
        raise Unreadable("nul_character", "a text holds a NUL character, which cannot be stored")
    try:
        event: Event = decoder.decode(value)
    except msgspec.ValidationError as error:
        raise Unreadable("invalid_field", str(error)) from None
    except msgspec.DecodeError as error:
        raise Unreadable("not_json", str(error)) from None
    except RecursionError:
        raise Unreadable("nested_too_deeply", "the value is nested too deeply") from None
    return event


@lru_cache(maxsize=256)
def _time(text: bytes) -> datetime:
    # What one transaction produced bears one time.
    try:
        instant = datetime.fromisoformat(text.decode())
    except ValueError:
        raise Unreadable("invalid_time", "the header ce_time is not an RFC 3339 instant") from None
    if instant.tzinfo is None:
        raise Unreadable("invalid_time", "the header ce_time has no offset")
    return instant
