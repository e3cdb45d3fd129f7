"""What a command may look at in the broker's log: which one it is, and where the bank's topic ends."""

import asyncio
import contextlib
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from recoup.stores import Stores
from shared.contracts.topics import CORE_BANK
from shared.stream.kafka import LOG_TOPIC


@dataclass(frozen=True, slots=True)
class LogLook:
    """The broker's log at one moment: its identity, and where the bank's topic ends by partition."""

    log_id: str
    bank_ends: dict[int, int]


class LogReader:
    """Looks at the broker's log."""

    def __init__(self, stores: Stores) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=stores.kafka, request_timeout_ms=10_000)
        self._log = TopicPartition(LOG_TOPIC, 0)
        self._bank = [TopicPartition(CORE_BANK.name, number) for number in range(stores.partitions)]

    async def __aenter__(self) -> "LogReader":
        await asyncio.wait_for(self._consumer.start(), 20)
        self._consumer.assign([self._log])
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await asyncio.wait_for(self._consumer.stop(), 5)

    async def look(self) -> LogLook | None:
        """The log now; None while the broker is away or has no topics yet."""
        try:
            async with asyncio.timeout(10):
                ends = await self._consumer.end_offsets(self._bank)
                self._consumer.seek(self._log, 0)
                found = await self._consumer.getmany(self._log, timeout_ms=2000, max_records=1)
        except (KafkaError, TimeoutError, OSError):
            return None
        records = found.get(self._log)
        if not records:
            return None
        return LogLook(records[0].value.decode(), {place.partition: end for place, end in ends.items()})
