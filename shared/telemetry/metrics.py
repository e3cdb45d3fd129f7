"""Every metric of the platform, declared once.

Base units; `_total`, `_seconds`, `_bytes`. Labels are closed sets (consumer, topic, service, event type,
reason code, route template), never an identifier of a person, a case or a partition: each value of a label is
a time series.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

_SIZES = (1, 10, 50, 100, 200, 500, 1000, 2000, 5000)
_BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_REBALANCE_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LOOP_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_HTTP_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_BY_CONSUMER = ("consumer",)
_BY_TOPIC = ("consumer", "topic")
_BY_SERVICE = ("service",)

# Consuming
consumer_lag_records = Gauge(
    "consumer_lag_records", "Records that the log has beyond our position", _BY_TOPIC
)
consumer_oldest_age_seconds = Gauge(
    "consumer_oldest_age_seconds", "Age of the oldest record not applied", _BY_TOPIC
)
batch_size = Histogram("batch_size", "Records in a batch", _BY_CONSUMER, buckets=_SIZES)
batch_duration_seconds = Histogram(
    "batch_duration_seconds", "From the fetched batch to its commit", _BY_CONSUMER, buckets=_BATCH_SECONDS
)
events_applied_total = Counter("events_applied_total", "Events applied and committed", ("consumer", "type"))
duplicates_dropped_total = Counter(
    "duplicates_dropped_total", "Repeats dropped by lane or source id", _BY_TOPIC
)
offset_fence_conflicts_total = Counter(
    "offset_fence_conflicts_total", "Batches rolled back because another worker owns the partition", _BY_TOPIC
)
dead_letters_total = Counter(
    "dead_letters_total", "Records set aside; reason is a code from a closed set", (*_BY_TOPIC, "reason")
)
parked_events = Gauge("parked_events", "Events waiting behind a dead letter of their key", _BY_CONSUMER)
rebalances_total = Counter("rebalances_total", "Assignments received", _BY_CONSUMER)
rebalance_duration_seconds = Histogram(
    "rebalance_duration_seconds", "From revocation to reading again", _BY_CONSUMER, buckets=_REBALANCE_SECONDS
)

# Lanes
lane_gaps_total = Counter("lane_gaps_total", "Gaps seen in a lane; a re-send was asked for", _BY_TOPIC)
lanes_stopped = Gauge("lanes_stopped", "Lanes stopped because their sender no longer has the gap", _BY_TOPIC)
log_losses_total = Counter(
    "log_losses_total",
    "Partitions found to have lost records: expired before we read them, or the tail of what we had read",
    (*_BY_TOPIC, "loss"),
)

# Producing
events_emitted_total = Counter("events_emitted_total", "Events appended to the outbox", ("service", "type"))
relay_sent_total = Counter("relay_sent_total", "Events acknowledged by the broker", ("service", "topic"))
outbox_depth = Gauge("outbox_depth", "Outbox rows not yet acknowledged", _BY_SERVICE)
outbox_oldest_seconds = Gauge(
    "outbox_oldest_seconds", "Age of the oldest row not yet acknowledged", _BY_SERVICE
)
producer_recreated_total = Counter(
    "producer_recreated_total", "Producers thrown away and rebuilt", _BY_SERVICE
)

# The process
timers_fired_total = Counter("timers_fired_total", "Due timers handled", _BY_SERVICE)
event_loop_lag_seconds = Histogram(
    "event_loop_lag_seconds", "How late a sleeping task wakes up", _BY_SERVICE, buckets=_LOOP_SECONDS
)
http_request_duration_seconds = Histogram(
    "http_request_duration_seconds",
    "HTTP requests by route template; route is 'unmatched' where none matched",
    ("service", "method", "route", "status"),
    buckets=_HTTP_SECONDS,
)
