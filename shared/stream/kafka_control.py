"""Reading the log's identity and the control topic of a Kafka."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.contracts.topics import CONTROL
from shared.stream.broker import BrokerError, Record
from shared.stream.kafka_deadlines import stop_client, within

LOG_TOPIC = "recoup.log.v1"
"""Its first record names the incarnation of the broker's log: a new log has another."""


class KafkaControlReader:
    """Reads the log's identity and the control topic, without a group."""

    _LOG = TopicPartition(LOG_TOPIC, 0)
    _CONTROL = TopicPartition(CONTROL.name, 0)
    NAME_SECONDS = 5.0
    """A log whose name cannot be read in this time has none."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def start(self) -> None:
        await within(30, self._consumer.start(), "connecting")
        self._consumer.assign([self._LOG, self._CONTROL])
        await within(15, self._consumer.seek_to_end(self._CONTROL), "finding the control topic's end")

    async def log_id(self) -> str:
        try:
            self._consumer.seek(self._LOG, 0)
            wait = int(self.NAME_SECONDS * 1000)
            found = await self._consumer.getmany(self._LOG, timeout_ms=wait, max_records=1)
        except KafkaError as error:
            raise BrokerError(f"reading the log's identity: {type(error).__name__}") from error
        for records in found.values():
            if records and records[0].offset == 0:
                return str(records[0].value.decode())
        raise BrokerError("the log has no identity yet")

    async def fetch(self, wait_seconds: float) -> Sequence[Record]:
        try:
            found = await self._consumer.getmany(self._CONTROL, timeout_ms=int(wait_seconds * 1000))
        except KafkaError as error:
            raise BrokerError(f"reading the control topic: {type(error).__name__}") from error
        return [record for records in found.values() for record in records]

    async def stop(self) -> None:
        await stop_client(self._consumer)
