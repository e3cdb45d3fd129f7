"""A broker in memory whose rebalances, losses and faults a test controls; same port, same suite."""

import asyncio
import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.contracts.topics import CONTROL
from shared.stream.broker import BrokerError, GroupListener, Outbound, Place


@dataclass(frozen=True, slots=True)
class FakeRecord:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(eq=False)
class FakeBroker:
    """All topics of one cluster. `down` makes every call fail.

    As on a real one, nothing can be written to a topic that was not made, and the log has no identity until
    someone names it. `patient` members wait for records; others come back at once with nothing.
    """

    topics: dict[str, int] = field(default_factory=dict)
    log: dict[Place, list[FakeRecord]] = field(default_factory=dict)
    expired: dict[Place, int] = field(default_factory=dict)
    """How many of the first records of a partition are gone; the others keep their offsets."""
    identity: str | None = None
    down: bool = False
    patient: bool = True
    lose_acknowledgements: int = 0
    """How many of the next writes are done but not acknowledged."""
    groups: dict[str, "list[FakeMember]"] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def check(self) -> None:
        if self.down:
            raise BrokerError("the broker is down")

    async def ensure_topics(self, topics: Mapping[str, int]) -> None:
        self.check()
        self.topics.update({name: parts for name, parts in topics.items() if name not in self.topics})
        await self.name_log()

    async def name_log(self) -> None:
        self.check()
        self.identity = self.identity or uuid.uuid4().hex

    async def consumer(self, group: str, topics: Sequence[str], listener: GroupListener) -> "FakeMember":
        self.check()
        return FakeMember(self, group, list(topics), listener)

    async def producer(self) -> "FakeProducer":
        self.check()
        return FakeProducer(self)

    async def control(self) -> "FakeControl":
        self.check()
        return FakeControl(self, len(self.log.get(Place(CONTROL.name, 0), [])))

    def write(self, place: Place, records: Sequence[Outbound]) -> None:
        """Append to the log. Raises BrokerError where there is no such partition."""
        if not 0 <= place.partition < self.topics.get(place.topic, 0):
            raise BrokerError(f"there is no partition {place.partition} of {place.topic}")
        stored = self.log.setdefault(place, [])
        for record in records:
            stored.append(FakeRecord(*place, len(stored), record.key, record.value, list(record.headers)))
        self.arrived.set()

    def lose_log(self) -> None:
        """The cluster comes back empty, without topics and without a name."""
        self.log.clear()
        self.expired.clear()
        self.topics.clear()
        self.identity = None

    def lose_tail(self, place: Place, records: int) -> None:
        """The last records of a partition vanish; offsets are given out again."""
        stored = self.log.get(place, [])
        del stored[max(0, len(stored) - records) :]

    def expire(self, place: Place, first: int) -> None:
        """The records in front of `first` are deleted."""
        self.expired[place] = first

    def bounds(self, place: Place) -> tuple[int, int]:
        """The first offset kept and the next to be written."""
        return self.expired.get(place, 0), len(self.log.get(place, []))

    async def rebalance(self, group: str) -> None:
        """Revoke everything from all members, then hand it out again by range."""
        members = self.groups.get(group, [])
        for member in members:
            owned = frozenset(member.offsets)
            member.paused.clear()
            await member.listener.on_revoked(owned)
            member.offsets.clear()
        if not members:
            return
        for topic in sorted({topic for member in members for topic in member.topics}):
            parts = range(self.topics.get(topic, 0))
            share = -(-len(parts) // len(members))
            for number, member in enumerate(members):
                mine = [Place(topic, part) for part in parts[number * share : (number + 1) * share]]
                member.offsets.update(dict.fromkeys(mine, 0))
        for member in members:
            member.paused.update(member.offsets)
            member.listener.on_assigned(frozenset(member.offsets))

    def expel(self, member: "FakeMember") -> None:
        """The group forgets a member, which is not told: from now on it is a zombie."""
        self.groups[member.group].remove(member)


@dataclass(eq=False)
class FakeMember:
    broker: FakeBroker
    group: str
    topics: list[str]
    listener: GroupListener
    offsets: dict[Place, int] = field(default_factory=dict)
    paused: set[Place] = field(default_factory=set)
    mirrored: dict[Place, int] = field(default_factory=dict)

    async def start(self) -> None:
        self.broker.check()
        self.broker.groups.setdefault(self.group, []).append(self)
        await self.broker.rebalance(self.group)

    async def fetch(self, wait_seconds: float, limit: int) -> Sequence[FakeRecord]:
        self.broker.check()
        found = self._take(limit)
        if found or not self.broker.patient:
            return found
        self.broker.arrived.clear()
        try:
            async with asyncio.timeout(wait_seconds):
                await self.broker.arrived.wait()
        except TimeoutError:
            return []
        return self._take(limit)

    def _take(self, limit: int) -> list[FakeRecord]:
        found: list[FakeRecord] = []
        for place, offset in self.offsets.items():
            stored = self.broker.log.get(place, [])
            if place in self.paused or len(found) >= limit:
                continue
            first, end = self.broker.bounds(place)
            start = offset if first <= offset <= end else first  # out of range: reset to the earliest
            taken = list(itertools.islice(stored, start, start + limit - len(found)))
            found += taken
            self.offsets[place] = start + len(taken)
        return found

    def seek(self, place: Place, offset: int) -> None:
        self.offsets[place] = offset

    def pause(self, places: Iterable[Place]) -> None:
        self.paused.update(place for place in places if place in self.offsets)

    def resume(self, places: Iterable[Place]) -> None:
        self.paused.difference_update(places)

    async def bounds(self, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        self.broker.check()
        return {place: self.broker.bounds(place) for place in places}

    def lag(self, place: Place, next_offset: int) -> int | None:
        return max(0, len(self.broker.log.get(place, [])) - next_offset)

    async def mirror(self, offsets: Mapping[Place, int]) -> None:
        self.broker.check()
        self.mirrored.update(offsets)

    async def stop(self) -> None:
        members = self.broker.groups.get(self.group, [])
        if self in members:
            members.remove(self)
            self.offsets.clear()
            await self.broker.rebalance(self.group)


@dataclass
class FakeProducer:
    broker: FakeBroker

    async def send(self, place: Place, records: Sequence[Outbound]) -> None:
        self.broker.check()
        self.broker.write(place, records)
        if self.broker.lose_acknowledgements:
            self.broker.lose_acknowledgements -= 1
            raise BrokerError("no acknowledgement in time")

    async def stop(self) -> None:
        return None


@dataclass
class FakeControl:
    broker: FakeBroker
    offset: int

    async def log_id(self) -> str:
        self.broker.check()
        if self.broker.identity is None:
            raise BrokerError("the log has no identity yet")
        return self.broker.identity

    async def fetch(self, wait_seconds: float) -> Sequence[FakeRecord]:
        self.broker.check()
        await asyncio.sleep(min(wait_seconds, 0.05))
        stored = self.broker.log.get(Place(CONTROL.name, 0), [])
        found = stored[self.offset if self.offset <= len(stored) else 0 :]
        self.offset = len(stored)
        return found

    async def stop(self) -> None:
        return None
