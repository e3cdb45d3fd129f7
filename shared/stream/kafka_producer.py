"""Writing to Kafka."""

from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from shared.stream.broker import BrokerError, Outbound, Place
from shared.stream.kafka_deadlines import stop_client, within


class KafkaProducer:
    """Writes prepared batches, one at a time for each partition."""

    DEADLINE_SECONDS = 20

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def send(self, place: Place, records: Sequence[Outbound]) -> None:
        position = 0
        while position < len(records):
            batch = self._producer.create_batch()
            position = self._fill(batch, records, position)
            batch.close()
            await within(self.DEADLINE_SECONDS, self._write(batch, place), f"writing to {place.topic}")

    @staticmethod
    def _fill(batch: Any, records: Sequence[Outbound], start: int) -> int:
        for position in range(start, len(records)):
            key, value, headers = records[position]
            if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                if position == start:
                    raise BrokerError("a record is larger than a batch may be")
                return position
        return len(records)

    async def _write(self, batch: Any, place: Place) -> None:
        try:
            acknowledged = await self._producer.send_batch(batch, place.topic, partition=place.partition)
        except AssertionError as error:  # how aiokafka says that there is no such partition
            raise BrokerError(f"writing to {place.topic}: {error}") from error
        await acknowledged

    async def stop(self) -> None:
        # Whatever was not acknowledged was given up: aiokafka would go on trying while the broker is away,
        # long after its `stop` was cut off, and write it late.
        self._producer._message_accumulator.fail_all(KafkaTimeoutError())
        await stop_client(self._producer)
