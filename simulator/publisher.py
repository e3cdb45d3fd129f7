"""Sends the journal to the bank's topic, each partition in order, for ever; and again where it is asked."""

import asyncio
import contextlib
import random
from time import monotonic

from shared.contracts.topics import CORE_BANK
from shared.stream.broker import Broker, Place, Producer
from shared.telemetry.logs import get_logger
from simulator.journal import Chunk, Journal

_log = get_logger(__name__)

HOLD_SECONDS = 15.0
"""How long a new log's partitions wait for intake to name the last event that it has."""
_LOOK_SECONDS = 0.2
_LONGEST_PAUSE = 5.0


class Publisher:
    """Keeps a place in the journal for each partition; whatever lies behind it is not acknowledged yet."""

    def __init__(self, broker: Broker, journal: Journal) -> None:
        partitions = len(journal.ends)
        self._broker = broker
        self._journal = journal
        self._places = [0] * partitions
        self._sent = [0] * partitions
        self._rewinds = [0] * partitions
        self._held: dict[int, float] = {}
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._producer: Producer | None = None

    @property
    def unpublished(self) -> int:
        """Events that the broker has not acknowledged; all of a partition that waits for intake's word."""
        return sum(
            total if number in self._held else total - sent
            for number, (total, sent) in enumerate(zip(self._journal.events, self._sent, strict=True))
        )

    def wake(self) -> None:
        """Say that there is something new in the journal."""
        self._wake.set()

    async def caught_up(self) -> None:
        """Returns when everything in the journal is acknowledged."""
        self.wake()
        while self.unpublished:
            self._moved.clear()
            await self._moved.wait()

    def rewind(self, partition: int, last_event_id: str | None) -> None:
        """Publish again all events of a partition after the one named; all where None or not known."""
        place = 0 if last_event_id is None else self._journal.after(partition, last_event_id)
        if place is None:
            _log.warning("replay.unknown_event", partition=partition)
            place = 0
        self._held.pop(partition, None)
        self._places[partition] = place
        self._sent[partition] = self._journal.count(partition, place)
        self._rewinds[partition] += 1
        self._moved.set()
        self.wake()

    def hold(self, partitions: set[int]) -> None:
        """Wait for intake's word on these before anything is sent to the new log.

        What intake applied last is its last word only as long as nothing newer overtakes what is missing.
        Where no word comes everything is sent: intake applies an event once.
        """
        deadline = monotonic() + HOLD_SECONDS
        for partition in partitions:
            if self._places[partition]:
                self._held[partition] = deadline

    async def run(self) -> None:
        """Send for ever; a broker that is away is waited for."""
        failures = 0
        try:
            while True:
                self._wake.clear()
                self._release()
                if not self._waiting():
                    # Not wait_for: in Python 3.11 it can swallow a cancellation.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_SECONDS):
                            await self._wake.wait()
                elif await self._send():
                    failures = 0
                else:
                    failures += 1
                    await self._drop_producer()
                    await asyncio.sleep(min(_LONGEST_PAUSE, 0.1 * 2**failures) * random.uniform(0.5, 1.5))
        finally:
            await self._drop_producer()

    def _waiting(self) -> list[int]:
        return [
            number
            for number, place in enumerate(self._places)
            if number not in self._held and place < self._journal.ends[number]
        ]

    def _release(self) -> None:
        now = monotonic()
        for partition in [number for number, deadline in self._held.items() if deadline <= now]:
            _log.info("replay.not_asked", partition=partition)
            self.rewind(partition, None)

    async def _send(self) -> bool:
        """Send a chunk of each partition; whether all were acknowledged."""
        try:
            if self._producer is None:
                self._producer = await self._broker.producer()
        except Exception as error:
            _log.warning("broker.away", error=type(error).__name__)
            return False
        outcomes = await asyncio.gather(*(self._send_one(number) for number in self._waiting()))
        self._moved.set()
        return all(outcomes)

    async def _send_one(self, partition: int) -> bool:
        assert self._producer is not None
        chunk: Chunk = self._journal.read(partition, self._places[partition])
        rewinds = self._rewinds[partition]
        try:
            await self._producer.send(Place(CORE_BANK.name, partition), chunk.records)
        except Exception as error:
            # Whatever a client does while its broker dies: another one is made, and nothing is skipped.
            _log.warning("publish.failed", partition=partition, error=type(error).__name__)
            return False
        if rewinds == self._rewinds[partition]:
            self._places[partition] = chunk.end
            self._sent[partition] += len(chunk.records)
        return True

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                await producer.stop()
