"""Counts of a batch: events by type and day, the flow, how far each topic is.

The counters are few rows that every batch changes. Each batch adds to the rows of its own shard, which two
workers never share at the same time: workers then do not wait for each other's transactions.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from services.reporting.domain.rows import EventCountRow, FlowTickRow, RuleCountRow, TopicProgressRow
from shared.contracts.base import Event
from shared.contracts.topics import TOPIC_OF

TICK = timedelta(seconds=5)
_CENT = Decimal("0.01")
_LONGEST_LAG = Decimal(10) ** 15


def tick_of(wall: datetime) -> datetime:
    """The start of the five seconds that an instant of the wall clock lies in."""
    return wall - timedelta(seconds=wall.second % 5, microseconds=wall.microsecond)


@dataclass(slots=True)
class Span:
    """How many events of a topic a batch has, from which instant to which."""

    events: int
    first: datetime
    last: datetime


@dataclass(slots=True)
class Counts:
    """The counter rows of a batch, by primary key."""

    rules: dict[tuple[str, str, date], RuleCountRow] = field(default_factory=dict)
    events: dict[tuple[str, date], EventCountRow] = field(default_factory=dict)
    ticks: dict[str, FlowTickRow] = field(default_factory=dict)
    progress: dict[str, TopicProgressRow] = field(default_factory=dict)


def count(
    by_type: dict[tuple[type[Event], date], int],
    spans: dict[str, Span],
    rules: dict[tuple[str, str, date], int],
    *,
    shard: int,
    now: datetime,
    wall: datetime,
) -> Counts:
    """The counter rows of a batch: `by_type` counts its events, `spans` its topics, `rules` its effects."""
    counts = Counts()
    tick = tick_of(wall)
    for (event, day), number in by_type.items():
        type_ = event.type_
        counts.events[type_, day] = EventCountRow(TOPIC_OF[event].name, type_, day, shard, number)
        flow = counts.ticks.setdefault(type_, FlowTickRow(tick, type_, shard, 0))
        flow.count += number
    for key, number in rules.items():
        counts.rules[key] = RuleCountRow(*key, shard, number)
    for topic, span in spans.items():
        lag = _seconds(now - span.first)
        counts.progress[topic] = TopicProgressRow(topic, shard, span.events, span.last, wall, lag)
    return counts


def _seconds(late: timedelta) -> Decimal:
    seconds = Decimal(late.days * 86_400 + late.seconds) + Decimal(late.microseconds).scaleb(-6)
    return max(Decimal(0), min(seconds, _LONGEST_LAG)).quantize(_CENT)
