"""Templates of messages: every version, who wrote it and who let it be used."""

from sqlalchemy import Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.compliance.tables.base import INSTANT, metadata

template = Table(
    "template",
    metadata,
    Column("template_id", Text, primary_key=True),
    Column("versions", Integer, nullable=False, comment="How many there are: the number of the newest"),
    comment="One row a template: the lock under which its versions change",
)

template_version = Table(
    "template_version",
    metadata,
    Column("template_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("countries", JSONB, nullable=False, comment="Where it may be used; none: anywhere"),
    Column("roles", JSONB, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("variables", JSONB, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of what it says"),
    Column("state", Text, nullable=False, comment="draft, submitted, approved, rejected, retired"),
    Column("created_by", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("submitted_by", Text, nullable=True),
    Column("submitted_at", INSTANT, nullable=True),
    Column("decided_by", Text, nullable=True, comment="Somebody else than who wrote and submitted it"),
    Column("decided_at", INSTANT, nullable=True),
    Column("retired_by", Text, nullable=True),
    Column("retired_at", INSTANT, nullable=True),
    Column("reason", Text, nullable=True, comment="Of the rejection or retirement"),
    Column("tags", JSONB, nullable=False, comment="What the linter said at the approval"),
    Column("linter", Text, nullable=True),
    Index(
        "template_version_in_use",
        "template_id",
        "language",
        "channel",
        unique=True,
        postgresql_where=text("state = 'approved'"),
    ),
    comment="A text in one language for one channel; what it says never changes",
)
