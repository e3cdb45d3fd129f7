"""The unit of work that a handler fills: effects through the connection, events, timers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.base import Event
from shared.contracts.control import ReplayRequested
from shared.contracts.topics import Topic
from shared.stream.partitioning import partition_of
from shared.stream.received import Received
from shared.stream.timers import Timer


@dataclass(frozen=True, slots=True)
class Emission:
    """An event to publish: `lane` is the partition of the aggregate that it comes from."""

    event: Event
    key: str
    lane: int
    correlation: str | None


@dataclass(slots=True)
class Work:
    """What one transaction does. `now` is the same for the whole batch."""

    connection: AsyncConnection
    now: datetime
    partitions: int
    emissions: list[Emission] = field(default_factory=list)
    timers: dict[tuple[str, str], Timer | None] = field(default_factory=dict)

    def emit(
        self, event: Event, *, key: str, aggregate: str | None = None, correlation: str | None = None
    ) -> None:
        """Publish `event` under `key` when the transaction commits.

        `aggregate` is the id of what the event comes from where that is not the key: events of one
        aggregate keep their order.
        """
        lane = partition_of(aggregate or key, self.partitions)
        self.emissions.append(Emission(event, key, lane, correlation))

    def set_timer(self, kind: str, key: str, due_at: datetime, *, aggregate: str | None = None) -> None:
        """Call the timer handler with (`kind`, `key`) at `due_at`; replaces an earlier one of that name."""
        partition = partition_of(aggregate or key, self.partitions)
        self.timers[kind, key] = Timer(kind, key, partition, due_at)

    def cancel_timer(self, kind: str, key: str) -> None:
        """Forget the timer (`kind`, `key`) if there is one."""
        self.timers[kind, key] = None


Handler = Callable[[Sequence[Received[Event]], Work], Awaitable[None]]
TimerHandler = Callable[[Sequence[Timer], Work], Awaitable[None]]
Sources = Callable[[AsyncConnection, str, Sequence[int]], Awaitable[list[ReplayRequested]]]


@dataclass(frozen=True, slots=True)
class Consumer:
    """What a service consumes and how.

    With `park`, later events of a key wait behind its dead letter until that is replayed. `sources` names,
    for partitions of a topic whose senders have no lanes, the last event applied of each: they are asked
    for what came after when a partition is read for the first time, or the broker's log is new.
    """

    name: str
    topics: tuple[Topic, ...]
    handle: Handler
    on_timers: TimerHandler | None = None
    park: bool = True
    sources: Sources | None = None
