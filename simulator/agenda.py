"""What is going to happen, in order of instants and, at one instant, of kinds and names."""

import heapq
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple, Protocol

from simulator.accounts import Account
from simulator.corebank import Paid, Said
from simulator.feedback import Reply


class Deed(Protocol):
    """Something that happens; `rank` and `name` order what happens at one instant."""

    @property
    def rank(self) -> int: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LateEvent:
    """The bank publishes what it should have published before."""

    rank: ClassVar[int] = 0
    name: str
    said: Said


@dataclass(frozen=True, slots=True)
class Payment:
    """A customer pays; `account` None: on all overdue accounts, `cents` None: all arrears."""

    rank: ClassVar[int] = 1
    name: str
    customer: int
    account: Account | None
    cents: int | None


@dataclass(frozen=True, slots=True)
class Return:
    """A payment comes undone."""

    rank: ClassVar[int] = 2
    name: str
    paid: Paid


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message is read; `name` is the reference of the contact, or the permit where none was given."""

    rank: ClassVar[int] = 3
    name: str
    person: int
    provider: str
    permit_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply is sent."""

    rank: ClassVar[int] = 4
    name: str
    customer_id: str
    reply: Reply


class _Entry(NamedTuple):
    at: datetime
    rank: int
    name: str
    number: int
    deed: Deed


class Agenda:
    """A queue by instant. Entries of one instant, rank and name keep the order in which they were added."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._added = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, at: datetime, deed: Deed) -> None:
        """Have `deed` happen at `at`."""
        self._added += 1
        heapq.heappush(self._entries, _Entry(at, deed.rank, deed.name, self._added, deed))

    def next_at(self) -> datetime | None:
        """When something happens next."""
        return self._entries[0].at if self._entries else None

    def pop(self) -> tuple[datetime, Deed]:
        """What happens next. IndexError where nothing does."""
        entry = heapq.heappop(self._entries)
        return entry.at, entry.deed

    def answers_due(self, now: datetime) -> int:
        """How many replies should have been sent by `now`."""
        return sum(entry.at <= now and isinstance(entry.deed, Answer) for entry in self._entries)
