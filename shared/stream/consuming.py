"""The loop: fetch, apply, timers, replays; one session for one incarnation of the broker's log."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import structlog

from shared.contracts.base import Event
from shared.contracts.control import ResendRequested
from shared.stream import dead_letters, positions
from shared.stream.applying import Applied, Applier
from shared.stream.broker import Broker, BrokerError, GroupConsumer, Place, Record
from shared.stream.failures import is_transient
from shared.stream.firing import fire
from shared.stream.lanes import Lane
from shared.stream.pace import Pace
from shared.stream.replaying import replay
from shared.telemetry import metrics

log = structlog.get_logger()

DRAIN_SECONDS = 10.0
FETCH_WAIT_SECONDS = 0.2
CHORES_EVERY_SECONDS = 0.2
REPLAYS_EVERY_SECONDS = 1.0
MIRROR_EVERY_SECONDS = 2.0
ASK_AGAIN_SECONDS = 3.0

Publish = Callable[[Sequence[Event]], Awaitable[None]]


@dataclass(slots=True)
class Session:
    """Consumes from one incarnation of the log until stopped, or until something breaks."""

    service: str
    broker: Broker
    applier: Applier
    publish: Publish
    """Writes to the control topic."""
    pace: Pace = field(default_factory=Pace)
    ticked_at: float = field(default_factory=monotonic)
    """When the loop last came round; the watchdog looks at it."""
    _unplaced: set[Place] = field(default_factory=set)
    _epoch: int = 0
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _applying: "asyncio.Task[Applied] | None" = None
    _gaps: dict[Lane, tuple[int, float]] = field(default_factory=dict)
    stopped_lanes: set[Lane] = field(default_factory=set)
    _chores_at: float = 0.0
    _replayed_at: float = 0.0
    _mirrored_at: float = 0.0
    _revoked_at: float | None = None

    @property
    def owned(self) -> list[int]:
        """The partition numbers that this worker owns: its lanes and timers."""
        return sorted({place.partition for place in self.applier.places})

    def on_assigned(self, places: frozenset[Place]) -> None:
        """New partitions wait, paused, until the loop has read their positions."""
        self._epoch += 1
        self._unplaced |= places

    async def on_revoked(self, places: frozenset[Place]) -> None:
        """Finish the batch in hand, within one deadline, and let go."""
        self._epoch += 1
        self._revoked_at = monotonic()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._busy.acquire()
        except TimeoutError:
            log.warning("revoke.batch_cancelled", consumer=self.applier.consumer.name)
            if self._applying is not None:
                self._applying.cancel()
            await self._busy.acquire()
        self._busy.release()
        self._unplaced -= places
        self.applier.book.forget(places)
        for place in places:
            self.applier.places.pop(place, None)

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop`. Raises BrokerError, TooManyDeadLetters, or what the database raises."""
        consumer = self.applier.consumer
        member = await self.broker.consumer(
            f"recoup.{consumer.name}", [topic.name for topic in consumer.topics], self
        )
        try:
            await member.start()
            while not stop.is_set():
                self.ticked_at = monotonic()
                await self._turn(member)
            await self._mirror(member)
        finally:
            await member.stop()
            self.applier.places.clear()

    async def _turn(self, member: GroupConsumer) -> None:
        if self._unplaced:
            await self._place(member)
        epoch = self._epoch
        records = await member.fetch(FETCH_WAIT_SECONDS, self.pace.size)
        async with self._busy:
            if records and epoch == self._epoch:
                await self._apply(member, records)
            elif records:
                # Fetched under an older assignment; the partitions that are still ours are read again.
                self._replace_all(member)
            if monotonic() - self._chores_at >= CHORES_EVERY_SECONDS:
                await self._chores()
        if monotonic() - self._mirrored_at >= MIRROR_EVERY_SECONDS:
            await self._mirror(member)
            await self._ask_again()
            await self._look_at_stopped(member)

    async def _place(self, member: GroupConsumer) -> None:
        """Read the positions of new partitions, seek there, and let them flow."""
        wanted = sorted(self._unplaced)
        epoch, applier = self._epoch, self.applier
        name = applier.consumer.name
        bounds = await member.bounds(wanted)
        async with applier.transactions.engine.begin() as connection:
            known = await positions.read(connection, name, wanted)
            moved = self._moved(wanted, known, dict(bounds))
            if applier.consumer.sources is not None:
                for topic in sorted({place.topic for place in moved}):
                    numbers = sorted(place.partition for place in moved if place.topic == topic)
                    await self.publish(await applier.consumer.sources(connection, topic, numbers))
            await positions.place(connection, name, moved)
            lanes = await positions.read_lanes(connection, name, wanted)
            owned = sorted({place.partition for place in wanted} | set(self.owned))
            parked = await dead_letters.fronts(connection, name, owned)
        if epoch != self._epoch:
            return
        applier.places.update({**known, **moved})
        applier.book.forget(frozenset(wanted))
        applier.book.last.update(lanes)
        applier.parked = parked
        self._drop_closed_gaps()
        for place in wanted:
            member.seek(place, applier.places[place].next_offset)
        member.resume(wanted)
        self._unplaced.difference_update(wanted)
        self._note_placed(wanted)

    def _moved(
        self,
        wanted: Sequence[Place],
        known: dict[Place, positions.Position],
        bounds: dict[Place, tuple[int, int]],
    ) -> dict[Place, positions.Position]:
        """Positions to put on file: of partitions never read, or read in an earlier log."""
        moved: dict[Place, positions.Position] = {}
        log_id = self.applier.log_id
        for place in wanted:
            first, end = bounds[place]
            if place not in known:
                moved[place] = positions.Position(first, log_id, end if first > 0 else 0)
            elif known[place].log_id != log_id:
                moved[place] = positions.Position(first, log_id)
        return moved

    def _note_placed(self, wanted: Sequence[Place]) -> None:
        name = self.applier.consumer.name
        metrics.rebalances_total.labels(name).inc()
        if self._revoked_at is not None:
            metrics.rebalance_duration_seconds.labels(name).observe(monotonic() - self._revoked_at)
            self._revoked_at = None
        log.info("partitions.placed", consumer=name, partitions=len(wanted))

    def _replace_all(self, member: GroupConsumer) -> None:
        ours = set(self.applier.places)
        member.pause(ours)
        self._unplaced |= ours

    async def _apply(self, member: GroupConsumer, records: Sequence[Record]) -> None:
        batch = [record for record in records if Place(record.topic, record.partition) in self.applier.places]
        if not batch:
            return
        attempt, epoch = 0, self._epoch
        while True:
            started = monotonic()
            self._applying = asyncio.create_task(self.applier.apply(batch))
            try:
                applied = await self._applying
                break
            except positions.Fenced as fenced:
                log.warning("position.fenced", consumer=self.applier.consumer.name, detail=str(fenced))
                metrics.offset_fence_conflicts_total.labels(self.applier.consumer.name, batch[0].topic).inc()
                self._replace_all(member)
                return
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                self._replace_all(member)  # only the batch was cancelled, by a revocation
                return
            except Exception as error:
                if not is_transient(error) or epoch != self._epoch:
                    raise
                attempt += 1
                self.ticked_at = monotonic()
                log.warning("batch.retried", consumer=self.applier.consumer.name, error=type(error).__name__)
                await asyncio.sleep(min(5.0, 0.1 * 2**attempt) * random.uniform(0.5, 1.5))
            finally:
                self._applying = None
        self.pace.took(len(batch), monotonic() - started)
        await self._note_applied(applied, len(batch), monotonic() - started)

    async def _note_applied(self, applied: Applied, size: int, seconds: float) -> None:
        name = self.applier.consumer.name
        metrics.batch_size.labels(name).observe(size)
        metrics.batch_duration_seconds.labels(name).observe(seconds)
        counts: dict[str, int] = {}
        for received in applied.events:
            type_ = received.event.type_
            counts[type_] = counts.get(type_, 0) + 1
        for type_, count in counts.items():
            metrics.events_applied_total.labels(name, type_).inc(count)
        if applied.repeats:
            metrics.duplicates_dropped_total.labels(name, "all").inc(applied.repeats)
        for letter in applied.letters:
            metrics.dead_letters_total.labels(name, letter.record.topic, letter.reason).inc()
            log.warning(
                "record.set_aside",
                consumer=name,
                topic=letter.record.topic,
                partition=letter.record.partition,
                offset=letter.record.offset,
                reason=letter.reason,
            )
        await self._note_gaps(applied.gaps)

    async def _note_gaps(self, gaps: dict[Lane, int]) -> None:
        self._drop_closed_gaps()
        last = self.applier.book.last
        for lane, first in gaps.items():
            if lane not in self._gaps and last.get(lane, 0) < first:
                metrics.lane_gaps_total.labels(self.applier.consumer.name, lane.topic).inc()
                log.warning("lane.gap", lane=f"{lane.sender}/{lane.number}", topic=lane.topic, first=first)
                self._gaps[lane] = (first, 0.0)
        await self._ask_again()

    def _drop_closed_gaps(self) -> None:
        last = self.applier.book.last
        self._gaps = {lane: gap for lane, gap in self._gaps.items() if last.get(lane, 0) < gap[0]}

    async def _ask_again(self) -> None:
        """Ask the senders for what is missing, and again while it stays missing."""
        now, requests = monotonic(), []
        for lane, (_, asked_at) in self._gaps.items():
            if lane in self.stopped_lanes or now - asked_at < ASK_AGAIN_SECONDS:
                continue
            if lane.place not in self.applier.places:  # another worker's now; it asks for itself
                continue
            first = self.applier.book.last.get(lane, 0) + 1
            self._gaps[lane] = (first, now)
            requests.append(
                ResendRequested(
                    sender=lane.sender,
                    lane=lane.number,
                    topic=lane.topic,
                    partition=lane.partition,
                    first=first,
                    consumer=self.applier.consumer.name,
                )
            )
        if requests:
            await self.publish(requests)

    def refuse(self, lane: Lane, first: int, oldest_kept: int | None) -> None:
        """The sender no longer has what is missing: stop the lane, loudly, until someone decides."""
        # Every consumer hears of every refusal: only one that asked for just this is meant.
        if lane not in self._gaps or lane.place not in self.applier.places:
            return
        if self.applier.book.last.get(lane, 0) + 1 != first:
            return
        if lane not in self.stopped_lanes:
            self.stopped_lanes.add(lane)
            metrics.lanes_stopped.labels(self.applier.consumer.name, lane.topic).inc()
        log.error(
            "lane.stopped",
            lane=f"{lane.sender}/{lane.number}",
            topic=lane.topic,
            partition=lane.partition,
            missing_from=first,
            oldest_kept=oldest_kept,
            remedy="restore the sender's outbox, or accept the loss with: recoup lanes accept-loss",
        )

    async def _look_at_stopped(self, member: GroupConsumer) -> None:
        """A stopped lane stops its partition, so that nothing more is skipped; resume when resolved."""
        if not self.stopped_lanes:
            return
        places = sorted({lane.place for lane in self.stopped_lanes} & set(self.applier.places))
        member.pause(places)
        async with self.applier.transactions.engine.connect() as connection:
            last = await positions.read_lanes(connection, self.applier.consumer.name, places)
        for lane in list(self.stopped_lanes):
            if last.get(lane, 0) > self.applier.book.last.get(lane, 0) or lane.place not in places:
                self.stopped_lanes.discard(lane)
                metrics.lanes_stopped.labels(self.applier.consumer.name, lane.topic).dec()
                self._unplaced |= {lane.place} & set(self.applier.places)

    async def _chores(self) -> None:
        """Due timers and replays, in transactions of their own."""
        applier, owned = self.applier, self.owned
        if not owned:
            return
        fired = await fire(applier.consumer, applier.transactions, applier.sealer, owned)
        metrics.timers_fired_total.labels(self.service).inc(fired)
        if fired < 1000:
            self._chores_at = monotonic()
        if monotonic() - self._replayed_at < REPLAYS_EVERY_SECONDS:
            return
        self._replayed_at = monotonic()
        if await replay(applier.consumer, applier.transactions, applier.sealer, owned):
            async with applier.transactions.engine.connect() as connection:
                applier.parked = await dead_letters.fronts(connection, applier.consumer.name, owned)

    async def _mirror(self, member: GroupConsumer) -> None:
        """Tell the broker our positions, for lag tools; nothing depends on it."""
        self._mirrored_at = monotonic()
        places = self.applier.places
        with contextlib.suppress(BrokerError):
            await member.mirror({place: position.next_offset for place, position in places.items()})
        lags: dict[str, int] = {}
        for place, position in places.items():
            lags[place.topic] = lags.get(place.topic, 0) + (member.lag(place, position.next_offset) or 0)
        for topic, lag in lags.items():
            metrics.consumer_lag_records.labels(self.applier.consumer.name, topic).set(lag)
