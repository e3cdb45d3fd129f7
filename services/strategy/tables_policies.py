"""Policies as the bank wrote and approved them."""

from sqlalchemy import Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.strategy.tables import metadata

_INSTANT = DateTime(timezone=True)

policy_book = Table(
    "policy_book",
    metadata,
    Column("book", Integer, primary_key=True, autoincrement=False, comment="Always 1"),
    Column("revision", Integer, nullable=False, comment="Counts approvals and retirements"),
    comment="The lock under which policies change; its revision tells workers to read them again",
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False, comment="As it was written"),
    Column("document", JSONB, nullable=False, comment="What it says, with its parts"),
    Column("digest", Text, nullable=False, comment="SHA-256 of what it says"),
    Column("state", Text, nullable=False, comment="draft, submitted, approved, rejected, retired"),
    Column("wanted_from", _INSTANT, nullable=True, comment="What the document asks for"),
    Column("created_by", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("submitted_by", Text, nullable=True),
    Column("submitted_at", _INSTANT, nullable=True),
    Column("decided_by", Text, nullable=True, comment="Somebody else than who wrote and submitted it"),
    Column("decided_at", _INSTANT, nullable=True),
    Column("effective_from", _INSTANT, nullable=True, comment="In force from, if approved"),
    Column("retired_by", Text, nullable=True),
    Column("retired_at", _INSTANT, nullable=True),
    Column("retired_from", _INSTANT, nullable=True, comment="In force no more from"),
    Column("reason", Text, nullable=True, comment="Of the rejection or retirement"),
    comment="A version of a policy; what it says never changes",
)
