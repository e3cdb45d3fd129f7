"""A service's worker process: consumes, relays, watches the broker, and watches itself."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import text

from shared.contracts.base import Event
from shared.contracts.control import ResendRefused, ResendRequested
from shared.contracts.topics import TOPICS, dead_letter_topic
from shared.runtime import Runtime
from shared.stream import control_topic
from shared.stream import relay as relaying
from shared.stream.applying import Applier, TooManyDeadLetters
from shared.stream.broker import Broker, BrokerError
from shared.stream.consuming import Session
from shared.stream.dead_letters import TIMERS
from shared.stream.lanes import Lane
from shared.stream.log_watch import LogWatch
from shared.stream.relay import Relay
from shared.stream.work import Consumer
from shared.telemetry import metrics

log = structlog.get_logger()

Background = Callable[[], Awaitable[None]]

RELAY_IDLE_SECONDS = 0.1
STOP_SECONDS = 30.0
STUCK_SECONDS = 120.0
PURGE_EVERY_SECONDS = 60.0


@dataclass(slots=True)
class Worker:
    """Runs one consumer, its relay and the service's background loops until told to stop."""

    runtime: Runtime[Any]
    consumer: Consumer
    background: Sequence[Background] = ()
    broker: Broker | None = None
    outbox_retention_seconds: float | None = None
    session: Session | None = None
    relay: Relay | None = None
    _watch: LogWatch = field(init=False)
    _lanes: list[int] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`, then drain: finish the batch, relay what is committed, let go.

        Raises TooManyDeadLetters when nearly everything fails: the fault is then ours, not the records'.
        """
        self._stop = stop
        if self.broker is None:
            self.broker = _kafka(self.runtime)
        self._watch = LogWatch(self.broker, self._topics(), self._on_control)
        loops = [
            self._keep("watch", self._watch.run),
            self._keep("consume", lambda: self._while_log_lasts(self._consume)),
            self._keep("relay", lambda: self._while_log_lasts(self._relay)),
            self._watchdog(),
            *(self._keep(f"background {number}", loop) for number, loop in enumerate(self.background)),
        ]
        tasks = [asyncio.create_task(loop) for loop in loops]
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        # Consuming and relaying end by themselves, drained; the others are cut off.
        for task in (tasks[0], *tasks[3:]):
            task.cancel()
        await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        stopping.cancel()
        await self.runtime.engine.dispose()
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def ready(self) -> None:
        """Raises RuntimeError with the reason while the worker is not consuming."""
        async with self.runtime.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        if self.session is None or not self.session.applier.places:
            raise RuntimeError("no partitions are assigned yet")
        if self.session.gap_watch.stopped:
            raise RuntimeError("a lane is stopped: its sender no longer has what is missing")

    async def alive(self) -> None:
        """Raises RuntimeError when the loop has not come round for too long."""
        if self.session is not None and monotonic() - self.session.ticked_at > STUCK_SECONDS:
            raise RuntimeError("the consumer has made no progress")

    def _topics(self) -> dict[str, int]:
        partitions = self.runtime.settings.partitions
        wanted = {topic.name: topic.partitions or partitions for topic in TOPICS}
        name = self.consumer.name
        kept = (TIMERS, *(topic.name for topic in self.consumer.topics))
        return wanted | {dead_letter_topic(topic, name): 1 for topic in kept}

    async def _keep(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Run a loop again, with growing pauses, whenever it breaks; end when told to stop."""
        failures = 0
        while not self._stop.is_set():
            started = monotonic()
            try:
                await loop()
            except TooManyDeadLetters:
                log.exception("worker.stopped", service=self.runtime.service, loop=name)
                raise
            except Exception as error:
                failures = 0 if monotonic() - started > 30 else failures + 1
                pause = min(5.0, 0.1 * 2**failures) * random.uniform(0.5, 1.5)
                known = isinstance(error, BrokerError | OSError)
                log.warning(
                    "loop.restarted",
                    service=self.runtime.service,
                    loop=name,
                    error=type(error).__name__,
                    detail=str(error)[:300] if known else None,
                    exc_info=not known and failures > 3,
                )
                await asyncio.sleep(pause)

    async def _while_log_lasts(self, session: Callable[[str], Awaitable[None]]) -> None:
        """Run a session on the present log; end it when the log is replaced by a new one."""
        while self._watch.log_id is None:
            if self._stop.is_set():
                return
            await asyncio.sleep(0.05)
        log_id = self._watch.log_id
        running = asyncio.ensure_future(session(log_id))
        changed = asyncio.create_task(self._watch.changed())
        try:
            await asyncio.wait([running, changed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            if not running.done():
                running.cancel()
        try:
            await running
        except asyncio.CancelledError:
            if not changed.done():
                raise

    async def _consume(self, log_id: str) -> None:
        assert self.broker is not None
        applier = Applier(self.consumer, self.runtime.transactions, self.runtime.cipher, log_id)
        self.session = Session(self.runtime.service, self.broker, applier, self._publish)
        try:
            await self.session.run(self._stop)
        finally:
            self.session = None

    def _owned(self) -> list[int]:
        if self.session is not None:
            self._lanes = self.session.owned
        elif not self._stop.is_set():
            self._lanes = []
        return self._lanes  # at the end, what we owned last: its output still has to leave

    async def _relay(self, log_id: str) -> None:
        assert self.broker is not None
        transactions = self.runtime.transactions
        producer = await self.broker.producer()
        relay = Relay(self.runtime.service, self.runtime.engine, producer, log_id, self._owned)
        self.relay = relay
        purged_at = monotonic()
        try:
            while True:
                transactions.committed.clear()
                sent = await relay.step()
                await self._refuse(relay)
                if (
                    monotonic() - purged_at > PURGE_EVERY_SECONDS
                    and self.outbox_retention_seconds is not None
                ):
                    purged_at = monotonic()
                    async with self.runtime.engine.begin() as connection:
                        await relaying.purge(connection, self._owned(), log_id, self.outbox_retention_seconds)
                if not sent and self._stop.is_set() and self.session is None:
                    return
                if not sent:
                    await _wait(transactions.committed, RELAY_IDLE_SECONDS)
        except BrokerError:
            metrics.producer_recreated_total.labels(self.runtime.service).inc()
            raise
        finally:
            self.relay = None
            await producer.stop()

    async def _refuse(self, relay: Relay) -> None:
        while relay.refusals:
            (lane, topic, partition), first, oldest = relay.refusals.pop()
            service = self.runtime.service
            log.error(
                "lane.resend_refused", lane=f"{service}/{lane}", topic=topic, first=first, oldest=oldest
            )
            refused = ResendRefused(
                sender=service,
                lane=lane,
                topic=topic,
                partition=partition,
                first=first,
                consumer="any",
                oldest_kept=oldest,
            )
            await self._publish([refused])

    def _on_control(self, event: Event) -> None:
        if isinstance(event, ResendRequested) and event.sender == self.runtime.service:
            if self.relay is not None and event.lane in self._owned():
                self.relay.rewinds.append(((event.lane, event.topic, event.partition), event.first))
        elif isinstance(event, ResendRefused) and self.session is not None:
            lane = Lane(event.topic, event.partition, event.sender, event.lane)
            self.session.gap_watch.refuse(lane, event.first, event.oldest_kept)

    async def _publish(self, events: Sequence[Event]) -> None:
        assert self.broker is not None
        await control_topic.publish(self.broker, events)

    async def _watchdog(self) -> None:
        """End the process when the loop is stuck for long: the supervisor starts another."""
        while True:
            before = monotonic()
            await asyncio.sleep(1)
            metrics.event_loop_lag_seconds.labels(self.runtime.service).observe(
                max(0.0, monotonic() - before - 1)
            )
            session = self.session
            if session is not None and monotonic() - session.ticked_at > STUCK_SECONDS:
                log.error("worker.stuck", service=self.runtime.service)
                os._exit(70)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _kafka(runtime: Runtime[Any]) -> Broker:
    # aiokafka is loaded by workers only: an API process does not need it.
    from shared.stream.kafka import KafkaBroker

    settings = runtime.settings
    return KafkaBroker(
        settings.kafka_url,
        f"recoup-{runtime.service}",
        idempotence=settings.kafka_idempotence,
        replication=settings.kafka_replication,
        session_timeout=settings.kafka_session_timeout,
    )
