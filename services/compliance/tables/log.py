"""The audit log: leaves, tiles, checkpoints, and what the leaves' digests are of."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from services.compliance.tables.base import INSTANT, metadata

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
