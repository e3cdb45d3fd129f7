"""Reporting's tables: projections, each column with the rule by which a batch is merged into it.

Topics arrive in any order relative to each other, so a row is never replaced: what a batch knows is merged
into what the table knows. `store/merging.py` builds the statements from the rules.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    text,
)

from shared.stream.tables import add_runtime_tables

KEEP = {"merge": "keep"}
"""The last value said wins, and nothing said leaves what is there."""
EARLIEST = {"merge": "earliest"}
LATEST = {"merge": "latest"}
SUM = {"merge": "sum"}

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ROOM_FOR_UPDATES = {"fillfactor": 50}
"""Percent: half a page is left so that a row's next versions stay on it (measured: 90 % of updates do)."""

account_figure = Table(
    "account_figure",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("customer_id", Text, info=KEEP),
    Column("product", Text, info=KEEP),
    Column("currency", Text, info=KEEP),
    Column("as_of", DateTime(timezone=True), info=KEEP),
    Column("days_past_due", Integer, info=KEEP),
    Column("bucket", Text, info=KEEP, comment="The last one while overdue"),
    Column("arrears", Numeric(18, 2), info=KEEP),
    Column("outstanding", Numeric(18, 2), info=KEEP),
    Column("overdue", Boolean, info=KEEP),
    Column("cured_at", DateTime(timezone=True), info=KEEP, comment="The last time"),
    Column("cure_cause", Text, info=KEEP),
    Column("times_overdue", Integer, nullable=False, server_default="0", info=SUM),
    Column("times_cured", Integer, nullable=False, server_default="0", info=SUM),
    Column("classification", Text, info=KEEP),
    postgresql_with=_ROOM_FOR_UPDATES,
    comment="One row an account that was overdue at least once",
)

case_figure = Table(
    "case_figure",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("customer_id", Text, info=KEEP),
    Column("opened_at", DateTime(timezone=True), info=KEEP),
    Column("closed_at", DateTime(timezone=True), info=KEEP),
    Column("outcome", Text, info=KEEP),
    Column("segment", Text, info=KEEP),
    Column("policy", Text, info=KEEP),
    Column("opened_stage", Text, info=KEEP),
    Column("legal_step", Text, info=KEEP),
    Column("agency_id", Text, info=KEEP, comment="Empty once the case came back"),
    Column("bucket", Text, info=KEEP, comment="At entry"),
    Column("days_past_due", Integer, info=KEEP, comment="At entry"),
    Column("treatments", Integer, nullable=False, server_default="0", info=SUM),
    Column("contacts", Integer, nullable=False, server_default="0", info=SUM, comment="Dispatched"),
    Column("first_contact_at", DateTime(timezone=True), info=EARLIEST),
    Column("opening_known_at", DateTime(timezone=True), info=EARLIEST, comment="Time of the event"),
    Column("closing_known_at", DateTime(timezone=True), info=EARLIEST, comment="Time of the event"),
    Index("case_figure_newest", "opened_at", "case_id", postgresql_where=text("opened_at IS NOT NULL")),
    postgresql_with=_ROOM_FOR_UPDATES,
    comment="One row a case",
)

case_amount = Table(
    "case_amount",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("arrears", Numeric(18, 2), nullable=False, info=KEEP),
    comment="What was in arrears when the case was opened",
)

contact_figure = Table(
    "contact_figure",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("case_id", Text, info=KEEP),
    Column("customer_id", Text, info=KEEP),
    Column("treatment_id", Text, info=KEEP),
    Column("channel", Text, info=KEEP),
    Column("purpose", Text, info=KEEP),
    Column("requested_at", DateTime(timezone=True), info=EARLIEST),
    Column("asks", Integer, nullable=False, server_default="0", info=SUM),
    Column("allowed_at", DateTime(timezone=True), info=EARLIEST),
    Column("deferrals", Integer, nullable=False, server_default="0", info=SUM),
    Column("denied_at", DateTime(timezone=True), info=EARLIEST),
    Column("denial_rule", Text, info=KEEP),
    Column("referred_at", DateTime(timezone=True), info=EARLIEST),
    Column("dispatched_at", DateTime(timezone=True), info=EARLIEST),
    Column("cost", Numeric(18, 2), info=KEEP),
    Column("currency", Text, info=KEEP, comment="Of the cost"),
    Column("delivered_at", DateTime(timezone=True), info=EARLIEST),
    Column("answered_at", DateTime(timezone=True), info=EARLIEST),
    Column("failed_at", DateTime(timezone=True), info=EARLIEST),
    Column("failure", Text, info=KEEP),
    Column("left_bank", Boolean, info=KEEP, comment="Whether a failed contact was an attempt"),
    Column("withdrawn_at", DateTime(timezone=True), info=EARLIEST),
    Column("withdrawal", Text, info=KEEP),
    Column("outcome", Text, info=KEEP),
    postgresql_with=_ROOM_FOR_UPDATES,
    comment="One row a contact: the states that it reached, with the instant of each",
)

payment_figure = Table(
    "payment_figure",
    metadata,
    Column("payment_id", Text, primary_key=True),
    Column("customer_id", Text, info=KEEP),
    Column("account_id", Text, info=KEEP),
    Column("amount", Numeric(18, 2), info=KEEP),
    Column("currency", Text, info=KEEP),
    Column("effective_at", DateTime(timezone=True), info=KEEP),
    Column("known_at", DateTime(timezone=True), info=EARLIEST, comment="Time of the event"),
    Column("reversed_at", DateTime(timezone=True), info=EARLIEST),
    comment="One row a payment",
)

promise_figure = Table(
    "promise_figure",
    metadata,
    Column("promise_id", Text, primary_key=True),
    Column("case_id", Text, info=KEEP),
    Column("customer_id", Text, info=KEEP),
    Column("promised", Numeric(18, 2), info=KEEP),
    Column("paid", Numeric(18, 2), info=KEEP),
    Column("currency", Text, info=KEEP),
    Column("due_date", Date, info=KEEP),
    Column("made_at", DateTime(timezone=True), info=EARLIEST),
    Column("kept_at", DateTime(timezone=True), info=EARLIEST),
    Column("broken_at", DateTime(timezone=True), info=EARLIEST),
    Index("promise_figure_of_case", "case_id"),
    comment="One row a promise to pay",
)

hold_figure = Table(
    "hold_figure",
    metadata,
    Column("hold_id", Text, primary_key=True),
    Column("customer_id", Text, info=KEEP),
    Column("kind", Text, info=KEEP),
    Column("placed_at", DateTime(timezone=True), info=EARLIEST),
    Column("until", DateTime(timezone=True), info=KEEP),
    Column("released_at", DateTime(timezone=True), info=EARLIEST),
    comment="One row a hold",
)

complaint_figure = Table(
    "complaint_figure",
    metadata,
    Column("complaint_id", Text, primary_key=True),
    Column("customer_id", Text, info=KEEP),
    Column("contact_id", Text, info=KEEP),
    Column("opened_at", DateTime(timezone=True), info=EARLIEST),
    Column("due_at", DateTime(timezone=True), info=KEEP),
    Column("decided_at", DateTime(timezone=True), info=EARLIEST),
    Column("upheld", Boolean, info=KEEP),
    comment="One row a complaint",
)

rule_count = Table(
    "rule_count",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("effect", Text, primary_key=True, comment="deny, defer, review; violation"),
    Column("day", Date, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("count", BigInteger, nullable=False, server_default="0", info=SUM),
    postgresql_with=_ROOM_FOR_UPDATES,
    comment="How often a rule stopped, delayed or referred a contact, or was broken, by UTC day",
)

event_count = Table(
    "event_count",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("day", Date, primary_key=True, comment="Of the event, UTC"),
    Column("shard", Integer, primary_key=True, comment="So that workers do not wait for each other"),
    Column("count", BigInteger, nullable=False, server_default="0", info=SUM),
    postgresql_with=_ROOM_FOR_UPDATES,
    comment="Events projected",
)

flow_tick = Table(
    "flow_tick",
    metadata,
    Column("tick", DateTime(timezone=True), primary_key=True, comment="Wall clock, start of five seconds"),
    Column("type", Text, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("count", BigInteger, nullable=False, server_default="0", info=SUM),
    postgresql_with=_ROOM_FOR_UPDATES,
    comment="Events projected, for the live page; two hours are kept",
)

topic_progress = Table(
    "topic_progress",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("events", BigInteger, nullable=False, server_default="0", info=SUM),
    Column("last_event_at", DateTime(timezone=True), info=LATEST),
    Column("projected_at", DateTime(timezone=True), info=LATEST, comment="Wall clock"),
    Column("lag_seconds", Numeric(18, 2), info=KEEP, comment="Of the last batch's oldest event"),
    postgresql_with=_ROOM_FOR_UPDATES,
    comment="How far the projections are",
)

add_runtime_tables(metadata)
