"""What the page shows of one moment, made ready from what the store says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from services.reporting.domain.counting import TICK, tick_of
from services.reporting.domain.figures import Figure
from services.reporting.domain.funnel import Stage
from services.reporting.domain.groups import AccountGroup, RuleGroup
from shared.contracts.topics import EVENT_TYPES, TOPIC_OF

SHOWN_TICKS = 60
"""Five minutes."""
_MINUTE_TICKS = 12

DETAILS: dict[str, tuple[str, ...]] = {
    "corebank": (
        "corebank.account.snapshot.v1",
        "corebank.payment.posted.v1",
        "corebank.customer.changed.v1",
    ),
    "intake": ("overdue.detected.v1", "payment.received.v1", "overdue.cured.v1"),
    "strategy": ("case.opened.v1", "treatment.assigned.v1", "promise.made.v1"),
    "outreach": ("contact.requested.v1", "contact.dispatched.v1", "contact.answered.v1"),
    "compliance": ("contact.allowed.v1", "contact.deferred.v1", "contact.denied.v1"),
    "reporting": (),
}
"""Who says things, in the order of the flow, with the events that tell most about each."""


@dataclass(frozen=True, slots=True)
class ServiceFlow:
    """What one service said: events of the last minute, of all time, and of the telling types."""

    name: str
    last_minute: int
    total: int
    details: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow of events: by service, and for each tick of the last minutes the events a second."""

    services: tuple[ServiceFlow, ...]
    rates: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One of the latest cases."""

    case_id: str
    segment: str | None
    bucket: str | None
    stage: str | None
    opened_at: datetime
    contacts: int
    arrears: tuple[tuple[Decimal, str], ...]


@dataclass(frozen=True, slots=True)
class TopicLine:
    """How far one topic is; None where nothing of it was projected."""

    topic: str
    events: int
    lag_seconds: Decimal | None
    idle_seconds: float | None


@dataclass(frozen=True, slots=True)
class Aggregates:
    """The figures: they take longest to read."""

    figures: Mapping[str, Figure]
    funnel: Sequence[Stage]
    buckets: Sequence[AccountGroup]
    rules: Sequence[RuleGroup]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the page shows; `read_at` by the wall clock."""

    read_at: datetime
    flow: Flow
    aggregates: Aggregates
    cases: Sequence[CaseLine]
    topics: Sequence[TopicLine]

    @property
    def empty(self) -> bool:
        """Whether nothing happened yet."""
        return all(topic.events == 0 for topic in self.topics)


def since(wall: datetime) -> datetime:
    """From which tick on the flow is read."""
    return tick_of(wall) - TICK * SHOWN_TICKS


def flow(ticks: Sequence[tuple[datetime, str, int]], totals: Mapping[str, int], wall: datetime) -> Flow:
    """The flow from (tick, type, events) and totals by type. The running tick is left out of rates."""
    minute = tick_of(wall) - TICK * (_MINUTE_TICKS - 1)
    lately: dict[str, int] = {}
    by_tick: dict[datetime, int] = {}
    for tick, type_, events in ticks:
        by_tick[tick] = by_tick.get(tick, 0) + events
        if tick >= minute:
            owner = _owner(type_)
            lately[owner] = lately.get(owner, 0) + events
    by_owner: dict[str, int] = {}
    for type_, events in totals.items():
        by_owner[_owner(type_)] = by_owner.get(_owner(type_), 0) + events
    services = [
        ServiceFlow(name, lately.get(name, 0), by_owner.get(name, 0), _details(name, totals))
        for name in DETAILS
        if name != "reporting"
    ]
    services.append(ServiceFlow("reporting", sum(lately.values()), sum(totals.values()), ()))
    return Flow(tuple(services), _rates(by_tick, since(wall), tick_of(wall)))


def _owner(type_: str) -> str:
    event = EVENT_TYPES.get(type_)
    return TOPIC_OF[event].owner if event else "corebank"


def _details(name: str, totals: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((type_, totals.get(type_, 0)) for type_ in DETAILS[name])


def _rates(
    by_tick: Mapping[datetime, int], first: datetime, end: datetime
) -> tuple[tuple[datetime, float], ...]:
    starts = [first + timedelta(seconds=TICK.total_seconds() * n) for n in range(SHOWN_TICKS + 1)]
    return tuple(
        (start, by_tick.get(start, 0) / (following - start).total_seconds())
        for start, following in pairwise(starts)
        if following <= end
    )
