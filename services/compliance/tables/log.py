"""The audit log: leaves, tiles, checkpoints, their cosignatures, and what the leaves' digests are of."""

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

subject_head = Table(
    "subject_head",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("subject", LargeBinary, primary_key=True, comment="The pseudonym's 32 bytes"),
    Column("leaves", BigInteger, nullable=False),
    # Updated with each batch about a person, soon again: the page keeps room for the new versions.
    postgresql_with={"fillfactor": 50},
    comment="Numbered leaves about each person in each year's log; its lock gives the next number",
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

cosignature = Table(
    "cosignature",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True, comment="Key name and key id, as name+id"),
    Column("cosigned_at", INSTANT, primary_key=True, comment="By the witness's clock"),
    Column("line", Text, nullable=False, comment="The signature line, without its newline"),
    comment="Append-only: what witnesses signed of our checkpoints; again from time to time while idle",
)

witness_standing = Table(
    "witness_standing",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("size", BigInteger, nullable=False, comment="The last one that it cosigned, as far as we know"),
    Column("cosigned_at", INSTANT, nullable=True),
    Column("tried_at", INSTANT, nullable=False),
    Column("problem", Text, nullable=True, comment="Why the last attempt brought no cosignature"),
    comment="How far each witness follows each log",
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
