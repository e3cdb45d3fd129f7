"""The tables of uploaded files. Imported at the end of `tables.py`, whose metadata they belong to."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.intake.tables import metadata

upload = Table(
    "upload",
    metadata,
    Column("upload_id", Text, primary_key=True, comment="Of the content, what it is and how it is read"),
    Column("kind", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("mapping", JSONB, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of the file"),
    Column("bytes", BigInteger, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("position", BigInteger, nullable=False, comment="The last line that is worked off"),
    Column("lines", BigInteger, nullable=True, comment="Of the file; NULL until a worker has looked"),
    Column("applied", BigInteger, nullable=False),
    Column("repeats", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=True),
    Index("upload_time", "uploaded_at", "upload_id"),
    Index("upload_open", "uploaded_at", postgresql_where=text("finished_at IS NULL")),
    comment="Files of accounts, payments or customers, and how far they are worked off",
)

upload_chunk = Table(
    "upload_chunk",
    metadata,
    Column("upload_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sealed", Text, nullable=False),
    comment="The content of uploads, sealed, until they are worked off",
)

upload_error = Table(
    "upload_error",
    metadata,
    Column("upload_id", Text, primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True, comment="Of the errors of one line"),
    Column("field", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    comment="What is wrong with a row of an upload; the row itself is not kept",
)
