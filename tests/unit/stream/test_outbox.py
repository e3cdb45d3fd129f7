"""What the outbox keeps comes back as it was, in order, under the right lane and target."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.control import ResendRequested
from shared.contracts.parties import PartyRemoved
from shared.contracts.topics import CONTROL, PARTIES
from shared.stream import outbox
from shared.stream.outbox import Parcel, StoredEvent
from shared.stream.partitioning import partition_of
from shared.stream.work import Work

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
events = st.builds(
    StoredEvent,
    key=texts,
    type=texts,
    time=texts,
    value=st.binary(max_size=200),
    correlation=st.none() | texts,
    extra=st.dictionaries(texts, texts, max_size=3),
)


@given(st.lists(events, max_size=30))
def test_a_packed_row_unpacks_to_the_same_events(stored: list[StoredEvent]) -> None:
    assert outbox.unpack(outbox.pack(stored)) == stored


def test_many_alike_events_take_little_room() -> None:
    stored = [
        StoredEvent(f"person-{n}", "party.removed.v1", NOW.isoformat(), b"x" * 100) for n in range(1000)
    ]
    assert len(outbox.pack(stored)) < 100 * 1000 / 3


@given(st.lists(st.tuples(texts.filter(bool), st.none() | texts), max_size=20), st.integers(1, 24))
def test_each_event_goes_to_the_partition_of_its_key_through_the_lane_of_its_aggregate(
    emissions: list[tuple[str, str | None]], partitions: int
) -> None:
    work = Work(None, NOW, partitions)  # type: ignore[arg-type]  # nothing is stored here
    for version, (key, aggregate) in enumerate(emissions):
        fact = PartyRemoved(person_id="p", customer_id="c", version=version)
        work.emit(fact, key=key, aggregate=aggregate)
    targets = outbox.address(work.emissions, NOW.isoformat(), partitions)
    assert sum(len(stored) for stored in targets.values()) == len(emissions)
    for (lane, topic, partition), stored in targets.items():
        expected = [
            PartyRemoved(person_id="p", customer_id="c", version=version)
            for version, (key, aggregate) in enumerate(emissions)
            if partition_of(key, partitions) == partition
            and partition_of(aggregate or key, partitions) == lane
        ]
        assert topic == PARTIES.name
        assert [event.value for event in stored] == [outbox._encoder.encode(event) for event in expected]


def test_a_topic_of_one_partition_takes_all_keys() -> None:
    work = Work(None, NOW, 24)  # type: ignore[arg-type]  # nothing is stored here
    request = ResendRequested(sender="intake", lane=1, topic="t", partition=2, first=3, consumer="c")
    for number in range(50):
        work.emit(request, key=f"key-{number}")
    targets = outbox.address(work.emissions, NOW.isoformat(), 24)
    assert {(topic, partition) for _, topic, partition in targets} == {(CONTROL.name, 0)}


def test_an_event_that_no_broker_would_take_is_refused_by_name_and_size() -> None:
    def addressed(name: str) -> list[StoredEvent]:
        work = Work(None, NOW, 4)  # type: ignore[arg-type]  # nothing is stored here
        work.emit(PartyRemoved(person_id=name, customer_id="c", version=1), key="k")
        ((_, stored),) = outbox.address(work.emissions, NOW.isoformat(), 4).items()
        return stored

    room = outbox.LARGEST_EVENT - len(addressed("")[0].value)
    assert len(addressed("x" * room)[0].value) == outbox.LARGEST_EVENT
    with pytest.raises(ValueError, match=r"party\.removed\.v1 is too large: 1000001 bytes"):
        addressed("x" * (room + 1))


def test_a_parcel_knows_its_last_number() -> None:
    stored = [StoredEvent("k", "t", "now", b"")] * 3
    assert Parcel(0, PARTIES.name, 0, 5, stored).last_sequence == 7
