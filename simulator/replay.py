"""Listens on the control topic: a consumer whose log was lost asks the bank to publish again."""

import asyncio
import contextlib

from shared.contracts.control import ANY_SOURCE, ReplayRequested
from shared.contracts.topics import CORE_BANK
from shared.stream.broker import Broker, BrokerError, ControlReader, Record
from shared.stream.envelope import Unreadable, attributes, decode
from shared.telemetry.logs import get_logger
from simulator.journal import SOURCE
from simulator.publisher import Publisher

_log = get_logger(__name__)

_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_TRIES = 10


class ReplayDesk:
    """Rewinds the publisher where intake asks, and holds it back on a log that is new."""

    def __init__(self, broker: Broker, publisher: Publisher, partitions: int) -> None:
        self._broker = broker
        self._publisher = publisher
        self._partitions = range(partitions)
        self.log_id: str | None = None
        self.replays = 0

    async def run(self) -> None:
        """Listen for ever."""
        while True:
            try:
                await self._listen()
            except Exception as error:
                # Not only BrokerError: whatever a client does while its broker dies, another one is made.
                _log.info("control.reconnecting", error=type(error).__name__)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self) -> None:
        reader = await self._broker.control()
        try:
            while True:
                await self._look_at_log(reader)
                records = await reader.fetch(_LOOK_SECONDS)
                if records:
                    # Which log it is, is known before its requests are heeded: holding comes first.
                    await self._look_at_log(reader)
                for record in records:
                    self._heed(record)
        finally:
            with contextlib.suppress(Exception):
                await reader.stop()

    async def _look_at_log(self, reader: ControlReader) -> None:
        log_id = await self._named_log(reader)
        known, self.log_id = self.log_id, log_id
        if known not in (None, log_id):
            _log.info("broker.log_is_new")
            self._publisher.hold(set(self._partitions))

    async def _named_log(self, reader: ControlReader) -> str:
        """The log's identity. A reader is kept while a log is being named: another would miss requests."""
        for _ in range(_TRIES):
            with contextlib.suppress(BrokerError):
                return await reader.log_id()
            await asyncio.sleep(_LOOK_SECONDS)
        return await reader.log_id()

    def _heed(self, record: Record) -> None:
        try:
            event = decode(record, attributes(record)).event
        except Unreadable as error:
            _log.warning("control.unreadable", reason=error.reason)
            return
        if not isinstance(event, ReplayRequested) or event.partition not in self._partitions:
            return
        if event.topic == CORE_BANK.name and event.source in (SOURCE, ANY_SOURCE):
            _log.info("replay.asked", partition=event.partition)
            self.replays += 1
            self._publisher.rewind(event.partition, event.last_event_id)
