"""The loop: fetch, apply, timers, replays; one session for one incarnation of the broker's log."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from time import monotonic

import structlog

from shared.stream import dead_letters, observing, positions
from shared.stream.applying import Applied, Applier
from shared.stream.broker import Broker, BrokerError, GroupConsumer, Place, Record
from shared.stream.control_topic import Publish
from shared.stream.failures import is_transient
from shared.stream.firing import fire
from shared.stream.gap_watch import GapWatch
from shared.stream.pace import Pace
from shared.stream.placement import Placer
from shared.stream.replaying import replay
from shared.telemetry import metrics

log = structlog.get_logger()

DRAIN_SECONDS = 10.0
FETCH_WAIT_SECONDS = 0.2
CHORES_EVERY_SECONDS = 0.2
REPLAYS_EVERY_SECONDS = 1.0
MIRROR_EVERY_SECONDS = 2.0

_PLACE_OF = attrgetter("topic", "partition")


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
    gap_watch: GapWatch = field(init=False)
    _placer: Placer = field(init=False)
    _unplaced: set[Place] = field(default_factory=set)
    _epoch: int = 0
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _applying: "asyncio.Task[Applied] | None" = None
    _chores_at: float = 0.0
    _replayed_at: float = 0.0
    _mirrored_at: float = 0.0
    _revoked_at: float | None = None

    def __post_init__(self) -> None:
        self.gap_watch = GapWatch(self.applier, self.publish)
        self._placer = Placer(self.applier, self.publish)

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
        self.gap_watch.show_stopped()
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
            await self.gap_watch.ask_again()
            self._unplaced |= await self.gap_watch.hold_stopped(member)

    async def _place(self, member: GroupConsumer) -> None:
        """Read the positions of new partitions, seek there, and let them flow."""
        wanted = sorted(self._unplaced)
        epoch, applier = self._epoch, self.applier
        placement = await self._placer.place(member, wanted, self.owned)
        if epoch != self._epoch:
            return
        applier.places.update(placement.found)
        applier.book.forget(frozenset(wanted))
        applier.book.last.update(placement.lanes)
        applier.parked = placement.parked
        self.gap_watch.drop_closed()
        for place, offset in placement.starts.items():
            member.seek(place, offset)
        member.resume(wanted)
        self._unplaced.difference_update(wanted)
        without = None if self._revoked_at is None else monotonic() - self._revoked_at
        self._revoked_at = None
        observing.note_placed(applier.consumer.name, len(wanted), without)

    def _replace_all(self, member: GroupConsumer) -> None:
        ours = set(self.applier.places)
        member.pause(ours)
        self._unplaced |= ours

    async def _ours(self, records: Sequence[Record]) -> list[Record]:
        """The records of the partitions that are placed. Reports a log that fell back behind a position."""
        batch: list[Record] = []
        fallen: dict[Place, int] = {}
        for name, run in groupby(records, _PLACE_OF):
            place = Place(*name)
            position = self.applier.places.get(place)
            if position is not None:
                start = len(batch)
                batch.extend(run)
                if batch[start].offset < position.next_offset:
                    fallen[place] = batch[start].offset
        if fallen:
            await self._placer.fell_back(fallen)
        return batch

    async def _apply(self, member: GroupConsumer, records: Sequence[Record]) -> None:
        attempt, epoch = 0, self._epoch
        batch = await self._ours(records)
        if not batch:
            return
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
        seconds = monotonic() - started
        self.pace.took(len(batch), seconds)
        observing.note_applied(self.applier.consumer.name, applied, len(batch), seconds)
        await self.gap_watch.note(applied.gaps)

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
        observing.note_lag(self.applier.consumer.name, member, places)
