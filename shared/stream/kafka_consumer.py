"""A member of a consumer group on Kafka."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from shared.stream.broker import BrokerError, GroupListener, Place, Record
from shared.stream.kafka_deadlines import stop_client, within


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Pauses new partitions first, for records would arrive before an awaiting callback ends."""

    def __init__(self, listener: GroupListener) -> None:
        self.consumer: AIOKafkaConsumer | None = None
        self._listener = listener

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._listener.on_revoked(frozenset(Place(*place) for place in revoked))

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        if self.consumer is not None:
            self.consumer.pause(*assigned)
        self._listener.on_assigned(frozenset(Place(*place) for place in assigned))


class KafkaGroupConsumer:
    """A group member on aiokafka."""

    def __init__(self, consumer: AIOKafkaConsumer, topics: Sequence[str], listener: GroupListener) -> None:
        self._consumer = consumer
        self._topics = topics
        self._listener = _Listener(listener)
        self._listener.consumer = consumer

    async def start(self) -> None:
        self._consumer.subscribe(topics=list(self._topics), listener=self._listener)
        await within(60, self._consumer.start(), "joining the consumer group")

    async def fetch(self, wait_seconds: float, limit: int) -> Sequence[Record]:
        # getmany is never wrapped in wait_for: cancelling it disables max_poll_interval_ms for good.
        try:
            found = await self._consumer.getmany(timeout_ms=int(wait_seconds * 1000), max_records=limit)
        except KafkaError as error:
            raise BrokerError(f"fetching: {type(error).__name__} {error}") from error
        return list(chain.from_iterable(found.values()))

    def seek(self, place: Place, offset: int) -> None:
        self._consumer.seek(TopicPartition(*place), offset)

    def pause(self, places: Iterable[Place]) -> None:
        self._consumer.pause(*self._assigned(places))

    def resume(self, places: Iterable[Place]) -> None:
        self._consumer.resume(*self._assigned(places))

    async def bounds(self, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        wanted = [TopicPartition(*place) for place in places]
        begin = await within(15, self._consumer.beginning_offsets(wanted), "asking for first offsets")
        end = await within(15, self._consumer.end_offsets(wanted), "asking for last offsets")
        return {Place(*place): (begin[place], end[place]) for place in wanted}

    def lag(self, place: Place, next_offset: int) -> int | None:
        wanted = TopicPartition(*place)
        if wanted not in self._consumer.assignment():
            return None
        mark = self._consumer.highwater(wanted)
        return None if mark is None else max(0, mark - next_offset)

    async def mirror(self, offsets: Mapping[Place, int]) -> None:
        owned = self._consumer.assignment()
        wanted = {TopicPartition(*place): offset for place, offset in offsets.items() if place in owned}
        if wanted:
            # IllegalStateError is no KafkaError subclass problem of ours: the assignment just moved.
            await within(1, self._consumer.commit(wanted), "mirroring positions")

    async def stop(self) -> None:
        await stop_client(self._consumer)

    def _assigned(self, places: Iterable[Place]) -> list[TopicPartition]:
        owned = self._consumer.assignment()
        return [place for place in (TopicPartition(*place) for place in places) if place in owned]
