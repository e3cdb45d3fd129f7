"""Lanes that miss events: their senders are asked again and again; a lane whose sender has nothing stops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

import structlog

from shared.contracts.control import ResendRequested
from shared.stream import positions
from shared.stream.applying import Applier
from shared.stream.broker import GroupConsumer, Place
from shared.stream.control_topic import Publish
from shared.stream.lanes import Lane
from shared.telemetry import metrics

log = structlog.get_logger()

ASK_AGAIN_SECONDS = 3.0
ASK_STOPPED_AGAIN_SECONDS = 60.0
"""How soon the sender of a stopped lane is asked again: someone may have restored its outbox."""
REFUSE_WITHIN_SECONDS = 10.0
"""A sender that has not refused by then is sending again, or away: its lane may flow."""


@dataclass(slots=True)
class Gap:
    """What a lane misses begins with `first`; when its sender was last asked for it."""

    first: int
    asked_at: float = 0.0


@dataclass(slots=True)
class Stop:
    """A lane that waits for the event `missing`: when its sender refused it, and was asked again."""

    missing: int
    refused_at: float
    asked_at: float = 0.0

    def flows(self, now: float) -> bool:
        """Whether the lane is on trial, for its sender was asked again and has not refused again."""
        return self.asked_at > self.refused_at and now - self.asked_at >= REFUSE_WITHIN_SECONDS


@dataclass(slots=True)
class GapWatch:
    """Watches the gaps in the lanes of the partitions that an applier owns."""

    applier: Applier
    publish: Publish
    gaps: dict[Lane, Gap] = field(default_factory=dict)
    stopped: dict[Lane, Stop] = field(default_factory=dict)
    _held: set[Place] = field(default_factory=set)
    """Partitions that are paused because a lane in them is stopped."""

    async def note(self, found: Mapping[Lane, int]) -> None:
        """Take in the gaps (lane -> first missing) that a batch showed, and ask for what is due."""
        self.drop_closed()
        last = self.applier.book.last
        for lane, first in found.items():
            if lane not in self.gaps and last.get(lane, 0) < first:
                metrics.lane_gaps_total.labels(self.applier.consumer.name, lane.topic).inc()
                log.warning("lane.gap", lane=f"{lane.sender}/{lane.number}", topic=lane.topic, first=first)
                self.gaps[lane] = Gap(first)
        await self.ask_again()

    def drop_closed(self) -> None:
        """Forget the gaps, and the stops, of lanes that have gone on."""
        last = self.applier.book.last
        self.gaps = {lane: gap for lane, gap in self.gaps.items() if last.get(lane, 0) < gap.first}
        self._drop_stops([lane for lane, stop in self.stopped.items() if last.get(lane, 0) >= stop.missing])

    async def ask_again(self) -> None:
        """Ask the senders for what is missing, and again while it stays missing."""
        now = monotonic()
        due = [lane for lane, gap in self.gaps.items() if self._is_due(lane, gap, now)]
        if due:
            await self.publish([self._ask(lane, now) for lane in due])

    def _is_due(self, lane: Lane, gap: Gap, now: float) -> bool:
        stop = self.stopped.get(lane)
        pace = ASK_AGAIN_SECONDS if stop is None or stop.flows(now) else ASK_STOPPED_AGAIN_SECONDS
        # Where the partition is another worker's now, that one asks for itself.
        return now - gap.asked_at >= pace and lane.place in self.applier.places

    def _ask(self, lane: Lane, now: float) -> ResendRequested:
        first = self.applier.book.last.get(lane, 0) + 1
        self.gaps[lane] = Gap(first, now)
        stop = self.stopped.get(lane)
        if stop is not None and not stop.flows(now):
            stop.asked_at = now
        return ResendRequested(
            sender=lane.sender,
            lane=lane.number,
            topic=lane.topic,
            partition=lane.partition,
            first=first,
            consumer=self.applier.consumer.name,
        )

    def refuse(self, lane: Lane, first: int, oldest_kept: int | None) -> None:
        """The sender no longer has what is missing: stop the lane, loudly, until someone acts."""
        # Every consumer hears of every refusal: only one that asked for just this is meant.
        if lane not in self.gaps or lane.place not in self.applier.places:
            return
        if self.applier.book.last.get(lane, 0) + 1 != first:
            return
        self.stopped[lane] = Stop(first, refused_at=monotonic())
        self.show_stopped()
        log.error(
            "lane.stopped",
            lane=f"{lane.sender}/{lane.number}",
            topic=lane.topic,
            partition=lane.partition,
            missing_from=first,
            oldest_kept=oldest_kept,
            remedy="restore the sender's outbox, or accept the loss with: recoup lanes accept-loss",
        )

    async def hold_stopped(self, member: GroupConsumer) -> frozenset[Place]:
        """Keep the partitions of stopped lanes paused, so that nothing more is skipped.

        Returns those that may flow again: to be placed anew.
        """
        if not self.stopped and not self._held:
            return frozenset()
        resolved = await self._resolve()
        now, owned = monotonic(), self.applier.places
        held = {lane.place for lane, stop in self.stopped.items() if not stop.flows(now)}
        released = (self._held | resolved) - held
        member.pause(held)
        self._held = held
        return frozenset(place for place in released if place in owned)

    async def _resolve(self) -> set[Place]:
        """Drop the stops of lanes that went on, or are another worker's now; returns their partitions."""
        owned = self.applier.places
        places = sorted({lane.place for lane in self.stopped} & set(owned))
        async with self.applier.transactions.engine.connect() as connection:
            last = await positions.read_lanes(connection, self.applier.consumer.name, places)
        over = [
            lane
            for lane, stop in self.stopped.items()
            if lane.place not in owned or last.get(lane, 0) >= stop.missing
        ]
        self._drop_stops(over)
        return {lane.place for lane in over}

    def _drop_stops(self, lanes: Sequence[Lane]) -> None:
        if lanes:
            for lane in lanes:
                del self.stopped[lane]
            self.show_stopped()

    def show_stopped(self) -> None:
        """Set the metric to as many as there are; a session before this one may have ended with some."""
        name = self.applier.consumer.name
        for topic in self.applier.consumer.topics:
            count = sum(lane.topic == topic.name for lane in self.stopped)
            metrics.lanes_stopped.labels(name, topic.name).set(count)
