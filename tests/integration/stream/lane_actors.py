"""The actors of the lane machine: processes that crash, hang, fall asleep and wake up too late."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from shared.contracts.base import Event
from shared.contracts.parties import PartyRemoved
from shared.contracts.topics import PARTIES
from shared.stream.broker import BrokerError, Outbound, Place
from shared.stream.consuming import Session
from shared.stream.outbox import Target
from shared.stream.partitioning import partition_of
from shared.stream.received import Received
from shared.stream.work import Work
from tests.support.fake_broker import FakeMember, FakeRecord

if TYPE_CHECKING:
    from tests.integration.stream.lane_world import World

PARTITIONS = 3
SENDER, CONSUMER = "intake", "receiver"
GROUP = f"recoup.{CONSUMER}"
TABLES = ("consumer_position", "lane_received", "lane_counter", "outbox", "relay_position", "effect")

Stream = tuple[str, str]
"""(aggregate, key): what keeps its order. The aggregate names the lane, the key the partition."""


def _named(prefix: str, partition: int) -> str:
    names = (f"{prefix}-{number}" for number in itertools.count())
    return next(name for name in names if partition_of(name, PARTITIONS) == partition)


# Two lanes meet in partition 0, one lane feeds two partitions, and one has a partition to itself.
STREAMS: list[Stream] = [
    (_named("customer", lane), _named("person", partition))
    for lane, partition in [(0, 0), (1, 0), (1, 1), (2, 2)]
] + [(_named("customer", 0), _named("debtor", 0))]


def target_of(stream: Stream) -> Target:
    """Where a stream's events go."""
    aggregate, key = stream
    return partition_of(aggregate, PARTITIONS), PARTIES.name, partition_of(key, PARTITIONS)


class Crash(BaseException):
    """The process died here."""


@dataclass
class Handler:
    """Writes the events down; dies when told to, with its effects not yet committed."""

    world: "World"
    crash: bool = False

    async def handle(self, batch: Sequence[Received[Event]], work: Work) -> None:
        events = [received.event for received in batch if isinstance(received.event, PartyRemoved)]
        await work.connection.execute(
            text(
                "INSERT INTO effect (key, version)"
                " SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:versions AS integer[]))"
            ),
            {
                "keys": [f"{event.customer_id}/{event.person_id}" for event in events],
                "versions": [event.version for event in events],
            },
        )
        self.world.received = True
        if self.crash:
            raise Crash


@dataclass
class HarmfulProducer:
    """Does with each write what the test planned for it: see `send`."""

    world: "World"
    plan: list[str] = field(default_factory=list)
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, place: Place, records: Sequence[Outbound]) -> None:
        fate = self.plan.pop(0) if self.plan else "acknowledged"
        written = list(records)
        if fate == "hangs":
            self.hung.set()
            await self.gate.wait()
        elif fate == "refused":
            raise BrokerError("nothing written")
        elif fate == "late":
            self.world.late.append((place, written))
            raise BrokerError("no answer; it is written later")
        elif fate == "half":
            self.world.broker.write(place, written[: len(written) // 2])
            raise BrokerError("written in part")
        self.world.broker.write(place, written)
        if fate == "unacknowledged":
            raise BrokerError("no acknowledgement")

    async def stop(self) -> None:
        return None


@dataclass(eq=False)
class SlowMember(FakeMember):
    """A member that can fall asleep with records in hand."""

    asleep: bool = False
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, wait_seconds: float, limit: int) -> Sequence[FakeRecord]:
        found = await super().fetch(wait_seconds, limit)
        if self.asleep:
            self.hung.set()
            await self.gate.wait()
        return found


async def stands_still(task: "asyncio.Task[Any]", hung: asyncio.Event) -> bool:
    """Wait until the task is done, or waits at its gate."""
    waiting = asyncio.create_task(hung.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return not task.done()


@dataclass(eq=False)
class Receiver:
    """A consuming process."""

    session: Session
    member: SlowMember
    handler: Handler
    turn: "asyncio.Task[None] | None" = None

    async def receive(self, limit: int) -> None:
        """One turn of the loop; if it dies, Crash."""
        self.session.pace.size = limit
        await self.session._turn(self.member)


@dataclass
class Ticks:
    """A monotonic clock that stands still until it is moved."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds
