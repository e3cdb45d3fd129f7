"""The metrics of outreach, declared once."""

from prometheus_client import Counter, Histogram

messages_total = Counter(
    "outreach_messages_total",
    "Contacts that the dispatcher finished with; result: sent, unconfirmed, rejected, undeliverable, refused,"
    " released, expired",
    ("provider", "result"),
)
round_seconds = Histogram(
    "outreach_dispatch_round_seconds",
    "From claiming a set of contacts to their record",
    ("provider",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
in_doubt_total = Counter(
    "outreach_in_doubt_total",
    "Contacts taken over because their dispatch ended without a record",
    ("provider",),
)
gate_unavailable_total = Counter(
    "outreach_gate_unavailable_total", "Rounds in which nothing was sent because compliance did not answer"
)
lookups_failed_total = Counter(
    "outreach_lookups_failed_total", "Look-ups that a provider did not answer", ("provider",)
)
rounds_failed_total = Counter(
    "outreach_rounds_failed_total", "Rounds that ended with an error of ours", ("provider",)
)
receipts_total = Counter(
    "outreach_receipts_total", "Delivery receipts; result is applied, kept or repeated", ("result",)
)
inbound_total = Counter(
    "outreach_inbound_total", "Inbound messages; result is applied, unmatched or repeated", ("result",)
)
