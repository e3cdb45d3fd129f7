"""Compliance's tables. Instants are UTC; ids are pseudonyms; no contact data is kept here."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.stream.tables import add_runtime_tables
from shared.web.idempotency import idempotency_table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

INSTANT = DateTime(timezone=True)

person = Table(
    "person",
    metadata,
    Column("person_id", Text, primary_key=True),
    comment="One row a person: the lock under which everything about the person is decided",
)

party = Table(
    "party",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("time_zone", Text, nullable=True),
    Column("removed", Boolean, nullable=False),
    comment="Who a person is to a customer's debts, newest version",
)

attempt = Table(
    "attempt",
    metadata,
    Column("permit_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("contact_point_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False, comment="reserved, redeemed, left, free"),
    Column("reserved_at", INSTANT, nullable=False),
    Column("valid_until", INSTANT, nullable=False, comment="Exclusive"),
    Column("dispatch_id", Text, nullable=True, comment="Who redeemed it"),
    Column("left_at", INSTANT, nullable=True),
    # None of these columns ever changes: an update touches no index.
    Index("attempt_person", "person_id", "reserved_at"),
    Index("attempt_expiry", "valid_until"),
    # Every row is updated twice, soon and with its neighbours: the page keeps room for the new versions.
    postgresql_with={"fillfactor": 45},
    comment="One row a permit: the reservation that counts until it provably never went out",
)

hold = Table(
    "hold",
    metadata,
    Column("hold_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("contact_point_id", Text, nullable=True, comment="Where the hold is about one point only"),
    Column("placed_at", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True),
    Column("released_at", INSTANT, nullable=True),
    Column("release_reason", Text, nullable=True),
    Index("hold_person", "person_id", "placed_at"),
    Index("hold_placed", "placed_at", "hold_id"),
    comment="Why contact stops, kept after the release",
)

opt_out = Table(
    "opt_out",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True, comment="A channel, or all"),
    Column("opted_out_at", INSTANT, nullable=False),
    comment="What a person wants no more of",
)

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("contact_id", Text, nullable=True),
    Column("opened_at", INSTANT, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Index("complaint_person", "person_id"),
    comment="Complaints about collection and the clock that they started",
)

decision = Table(
    "decision",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("ask", Integer, primary_key=True, autoincrement=False),
    Column("decision_id", Text, nullable=False, comment="Found by its leaf, which names contact and ask"),
    Column("permit_id", Text, nullable=True, comment="Of an allowed contact"),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("decided_at", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True, comment="Of a deferral"),
    Column("valid_until", INSTANT, nullable=True, comment="Of a permit"),
    Index("decision_person", "person_id", "decided_at"),
    comment="Append-only: each request that was decided, once; its leaf bears the decision's id",
)

log_head = Table(
    "log_head",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 10},
    comment="Leaves in each year's log; its lock gives the next index, so commit order is leaf order",
)

log_entry = Table(
    "log_entry",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Index("log_entry_event", "event_id", unique=True),
    comment="Append-only: the log's leaves, canonical JSON without personal data",
)

log_tile = Table(
    "log_tile",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("level", Integer, primary_key=True),
    Column("tile_index", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False, comment="256 of them"),
    Column("root", LargeBinary, nullable=False, comment="Their root: a hash of the tile above"),
    comment="Append-only: full tiles; partial ones are made from the entries and tiles below",
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("signed_at", INSTANT, nullable=False),
    comment="Append-only: every checkpoint that the log signed",
)

payload = Table(
    "payload",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("payload_person", "person_id"),
    comment="What a leaf's payload digest is of; a person's rows can be erased, the proofs stay",
)

IDEMPOTENCY_KEY = idempotency_table(metadata)

add_runtime_tables(metadata)
