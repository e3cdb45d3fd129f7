"""Events in: a batch is merged in Python for each entity, then goes into each table in one statement."""

from collections.abc import Sequence
from datetime import date, datetime

from services.reporting.domain.counting import Span, count
from services.reporting.domain.folding import FOLDS
from services.reporting.domain.projection import Projection, utc_day
from services.reporting.store.projections import save
from shared.calendar.clock import Clock, SystemClock
from shared.contracts.base import Event
from shared.contracts.topics import CONTROL, TOPICS
from shared.stream.received import Received
from shared.stream.work import Consumer, Work

CONSUMED = tuple(topic for topic in TOPICS if topic is not CONTROL)


def consumer(wall: Clock | None = None) -> Consumer:
    """Consumes everything but control. `wall` is the clock of the live page, the real one by default."""
    wall_clock = wall or SystemClock()

    async def handle(batch: Sequence[Received[Event]], work: Work) -> None:
        await project(batch, work, wall_clock.now())

    return Consumer(name="reporting", topics=CONSUMED, handle=handle, park=False)


async def project(batch: Sequence[Received[Event]], work: Work, wall: datetime) -> None:
    """Fold a batch and merge it. Raises ValueError for an event that no table can hold."""
    projection = Projection()
    by_type, spans = fold(batch, projection, work.now)
    shard = min(received.partition for received in batch)
    counts = count(by_type, spans, projection.rules, shard=shard, now=work.now, wall=wall)
    await save(work.connection, projection, counts)


def fold(
    batch: Sequence[Received[Event]], projection: Projection, now: datetime
) -> tuple[dict[tuple[type[Event], date], int], dict[str, Span]]:
    """Fold each event into the projection; counts by type and day, and the span of each topic."""
    by_type: dict[tuple[type[Event], date], int] = {}
    spans: dict[str, Span] = {}
    folds = FOLDS
    for received in batch:
        event = received.event
        said_at = received.time or now
        kind = event.__class__
        apply = folds.get(kind)
        if apply is not None:
            apply(projection, event, said_at)
        key = (kind, utc_day(said_at))
        by_type[key] = by_type.get(key, 0) + 1
        span = spans.get(received.topic)
        if span is None:
            spans[received.topic] = Span(1, said_at, said_at)
            continue
        span.events += 1
        if said_at > span.last:
            span.last = said_at
        elif said_at < span.first:
            span.first = said_at
    return by_type, spans
