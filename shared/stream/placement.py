"""Where a worker begins to read a partition, and what to do when the log is not as it was left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.stream import dead_letters, positions
from shared.stream.applying import Applier
from shared.stream.broker import GroupConsumer, Place
from shared.stream.control_topic import Publish
from shared.stream.dead_letters import ParkedKeys
from shared.stream.lanes import Lane
from shared.stream.positions import Position
from shared.telemetry import metrics

log = structlog.get_logger()

Bounds = Mapping[Place, tuple[int, int]]
"""The first offset kept and the next offset to be written, of each partition."""


class Loss(Enum):
    """What one and the same log no longer has, seen from our position in it."""

    EXPIRED = "expired"
    """Records that we had not read yet were deleted, most likely because their retention had passed."""
    TAIL = "tail"
    """The log ends before our position: it lost its last records, which we had read, and perhaps others."""


_REMEDY = {
    Loss.EXPIRED: "raise the topic's retention above the longest time that this consumer may stand still",
    Loss.TAIL: "look for the replica that lost acknowledged records (unclean leader election, lost disk)",
}
_GOES_ON = "all that is left is read; lanes and sources are asked for what is missing"


@dataclass(frozen=True, slots=True)
class Placement:
    """What is on file for new partitions, and the offsets to begin with."""

    found: dict[Place, Position]
    starts: dict[Place, int]
    lanes: dict[Lane, int]
    parked: ParkedKeys


def moved(
    wanted: Iterable[Place], known: Mapping[Place, Position], bounds: Bounds, log_id: str
) -> dict[Place, Position]:
    """Positions to put on file: of partitions never read, or read in an earlier log."""
    result: dict[Place, Position] = {}
    for place in wanted:
        first, end = bounds[place]
        if place not in known:
            result[place] = Position(first, log_id, end if first > 0 else 0)
        elif known[place].log_id != log_id:
            result[place] = Position(first, log_id)
    return result


def losses(known: Mapping[Place, Position], bounds: Bounds, log_id: str) -> dict[Place, Loss]:
    """What this log lost behind or before the positions that we have in it.

    A tail that was lost in part is not seen here but by `fell_back`: the embedded broker names ends that are
    too low, and elsewhere the end may have been passed again already.
    """
    result: dict[Place, Loss] = {}
    for place, position in known.items():
        first, end = bounds[place]
        if position.log_id != log_id:
            continue
        if position.next_offset < first:
            result[place] = Loss.EXPIRED
        elif first == end < position.next_offset:
            result[place] = Loss.TAIL
    return result


@dataclass(slots=True)
class Placer:
    """Reads where to begin, and raises the alarm where the log has lost something."""

    applier: Applier
    publish: Publish

    async def place(self, member: GroupConsumer, wanted: Sequence[Place], owned: Iterable[int]) -> Placement:
        """Look up new partitions. Their positions are put on file where they are not for this log.

        `owned` are the numbers of the partitions owned before. Raises BrokerError, or what the database
        raises.
        """
        applier, name = self.applier, self.applier.consumer.name
        bounds = await member.bounds(wanted)
        async with applier.transactions.engine.begin() as connection:
            known = await positions.read(connection, name, wanted)
            new = moved(wanted, known, bounds, applier.log_id)
            lost = losses(known, bounds, applier.log_id)
            for place, loss in lost.items():
                self._report(place, loss, known[place].next_offset, bounds[place][0])
            await self._ask_sources(connection, new.keys() | lost.keys())
            await positions.place(connection, name, new)
            lanes = await positions.read_lanes(connection, name, wanted)
            numbers = sorted({place.partition for place in wanted} | set(owned))
            parked = await dead_letters.fronts(connection, name, numbers)
        found = {**known, **new}
        # What is on file stays, also behind a loss: the fence compares with it.
        starts = {place: max(found[place].next_offset, bounds[place][0]) for place in wanted}
        return Placement(found, starts, lanes, parked)

    async def fell_back(self, found: Mapping[Place, int]) -> None:
        """The log gave older records (place -> offset) than were due: a reader past its end begins anew."""
        for place, offset in found.items():
            self._report(place, Loss.TAIL, self.applier.places[place].next_offset, offset)
        async with self.applier.transactions.engine.connect() as connection:
            await self._ask_sources(connection, found.keys())

    async def _ask_sources(self, connection: AsyncConnection, places: Iterable[Place]) -> None:
        """Ask senders without lanes for what came after the last event applied of each."""
        sources = self.applier.consumer.sources
        if sources is None:
            return
        by_topic: dict[str, list[int]] = {}
        for place in sorted(places):
            by_topic.setdefault(place.topic, []).append(place.partition)
        for topic, numbers in by_topic.items():
            await self.publish(await sources(connection, topic, numbers))

    def _report(self, place: Place, loss: Loss, position: int, goes_on_at: int) -> None:
        name = self.applier.consumer.name
        metrics.log_losses_total.labels(name, place.topic, loss.value).inc()
        log.error(
            "log.records_lost",
            consumer=name,
            topic=place.topic,
            partition=place.partition,
            loss=loss.value,
            position=position,
            goes_on_at=goes_on_at,
            remedy=f"{_REMEDY[loss]}; {_GOES_ON}",
        )
