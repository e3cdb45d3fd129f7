"""What a session tells the metrics and the logs."""

from collections import Counter
from collections.abc import Mapping

import structlog

from shared.stream.applying import Applied
from shared.stream.broker import GroupConsumer, Place
from shared.stream.positions import Position
from shared.telemetry import metrics

log = structlog.get_logger()


def note_applied(consumer: str, applied: Applied, size: int, seconds: float) -> None:
    """A batch of `size` records was committed."""
    metrics.batch_size.labels(consumer).observe(size)
    metrics.batch_duration_seconds.labels(consumer).observe(seconds)
    for type_, count in Counter(received.event.type_ for received in applied.events).items():
        metrics.events_applied_total.labels(consumer, type_).inc(count)
    if applied.repeats:
        metrics.duplicates_dropped_total.labels(consumer, "all").inc(applied.repeats)
    for letter in applied.letters:
        record = letter.record
        metrics.dead_letters_total.labels(consumer, record.topic, letter.reason).inc()
        log.warning(
            "record.set_aside",
            consumer=consumer,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=letter.reason,
        )


def note_placed(consumer: str, partitions: int, seconds_without: float | None) -> None:
    """New partitions flow, after so long without any (None: the first)."""
    metrics.rebalances_total.labels(consumer).inc()
    if seconds_without is not None:
        metrics.rebalance_duration_seconds.labels(consumer).observe(seconds_without)
    log.info("partitions.placed", consumer=consumer, partitions=partitions)


def note_lag(consumer: str, member: GroupConsumer, places: Mapping[Place, Position]) -> None:
    """How many records are not applied yet, by topic."""
    lags: Counter[str] = Counter()
    for place, position in places.items():
        lags[place.topic] += member.lag(place, position.next_offset) or 0
    for topic, lag in lags.items():
        metrics.consumer_lag_records.labels(consumer, topic).set(lag)
