"""The port to a broker, as narrow as the runtime needs; `kafka.py` fills it, tests have a fake.

Implementations put their own deadline on every call and raise `BrokerError` when it passes or the broker
refuses: the outcome of the call is then unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

NAMELESS = "\ufffd"
"""What a header is called whose name is not valid UTF-8; such a record is refused when it is decoded."""


class BrokerError(Exception):
    """The broker did not do what was asked, or did not say so in time."""


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Record(Protocol):
    """A record as it was read."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class Outbound(NamedTuple):
    """A record to write."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class GroupListener(Protocol):
    """Told of rebalances. Assigned partitions are paused already and stay so until resumed."""

    def on_assigned(self, places: frozenset[Place]) -> None: ...

    async def on_revoked(self, places: frozenset[Place]) -> None: ...


class GroupConsumer(Protocol):
    """A member of a consumer group."""

    async def start(self) -> None: ...

    async def fetch(self, wait_seconds: float, limit: int) -> Sequence[Record]:
        """Up to `limit` records, in order within a partition; empty after `wait_seconds` without any."""
        ...

    def seek(self, place: Place, offset: int) -> None: ...

    def pause(self, places: Iterable[Place]) -> None: ...

    def resume(self, places: Iterable[Place]) -> None: ...

    async def bounds(self, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        """The first offset kept and the next offset to be written, of each partition."""
        ...

    def lag(self, place: Place, next_offset: int) -> int | None:
        """Records not read yet, as far as the last fetch told."""
        ...

    async def mirror(self, offsets: Mapping[Place, int]) -> None:
        """Commit positions to the broker, for lag tools only."""
        ...

    async def stop(self) -> None: ...


class Producer(Protocol):
    """Writes records; not safe for several callers on one partition at a time."""

    async def send(self, place: Place, records: Sequence[Outbound]) -> None:
        """Write the records in order and return when all are acknowledged.

        After a BrokerError any prefix of them may have been written, or may still be.
        """
        ...

    async def stop(self) -> None: ...


class ControlReader(Protocol):
    """Reads the log's identity and the control topic, outside any group."""

    async def log_id(self) -> str:
        """The identity of the broker's log; a new one when the log was lost. Raises BrokerError."""
        ...

    async def fetch(self, wait_seconds: float) -> Sequence[Record]:
        """New records of the control topic."""
        ...

    async def stop(self) -> None: ...


class Broker(Protocol):
    """Makes clients, and the topics they need."""

    async def ensure_topics(self, topics: Mapping[str, int]) -> None:
        """Create the topics (name -> partitions) that are missing."""
        ...

    async def name_log(self) -> None:
        """Give a log without an identity one; of several writers the first wins."""
        ...

    async def consumer(self, group: str, topics: Sequence[str], listener: GroupListener) -> GroupConsumer: ...

    async def producer(self) -> Producer: ...

    async def control(self) -> ControlReader: ...
