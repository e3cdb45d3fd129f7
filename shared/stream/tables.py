"""The runtime's tables; every service has them in its own schema."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

consumer_position = Table(
    "consumer_position",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("log_id", Text, nullable=False),
    Column("adopt_until", BigInteger, nullable=False, server_default=text("0")),
    comment="How far each consumer is; compare-and-set by the worker that applies a batch",
)

lane_received = Table(
    "lane_received",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("sender", Text, primary_key=True),
    Column("lane", Integer, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
    comment="The last sequence applied of each lane",
)

lane_counter = Table(
    "lane_counter",
    metadata,
    Column("lane", Integer, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
    comment="The last number given to an event of each lane and target; taken last in a transaction",
)

outbox = Table(
    "outbox",
    metadata,
    Column("lane", Integer, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("last_sequence", BigInteger, primary_key=True),
    Column("first_sequence", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    comment="One row for each lane and target of a committed batch; kept for the retention after relaying",
)

relay_position = Table(
    "relay_position",
    metadata,
    Column("lane", Integer, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("sent_sequence", BigInteger, nullable=False),
    Column("log_id", Text, nullable=False),
    comment="The last sequence that the broker acknowledged, for one incarnation of its log",
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("dead_letter_id", BigInteger, Identity(always=True), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("record_offset", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("sealed_payload", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("behind", BigInteger, nullable=True),
    Column("failed_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=True),
    Index("dead_letter_open", "consumer", "status", "partition", postgresql_where=text("settled_at IS NULL")),
    comment="Records that could not be applied, and those parked behind them; payloads are sealed",
)

timer = Table(
    "timer",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Index("timer_due", "partition", "due_at"),
    comment="Deadlines; handled by the worker that owns the partition",
)


def add_runtime_tables(service_metadata: MetaData) -> None:
    """Put the runtime's tables into a service's metadata, and so into its schema and migrations."""
    for table in metadata.tables.values():
        table.to_metadata(service_metadata)
