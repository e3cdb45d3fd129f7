"""Finding the leaves of a case, and documents whose digests are in the log."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from services.compliance.tables.base import INSTANT, metadata

subject_leaf = Table(
    "subject_leaf",
    metadata,
    Column("subject", BigInteger, primary_key=True, autoincrement=False, comment="Pseudonym's first 8 bytes"),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    comment="Where the leaves about a person are; made from the log, and can be made again",
)

case_contact = Table(
    "case_contact",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Index("case_contact_case", "case_id", "contact_id"),
    Index("case_contact_person", "person_id"),
    comment="Which case each contact was asked for; made from the evidence of the decisions",
)

catalogue_head = Table(
    "catalogue_head",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    comment="How far each year's log is in subject_leaf and case_contact",
)

document = Table(
    "document",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sha256", Text, nullable=False, comment="Hexadecimal; the document itself is kept elsewhere"),
    Column("size", BigInteger, nullable=False, comment="Bytes"),
    Column("media_type", Text, nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("registered_at", INSTANT, nullable=False),
    Column("registered_by", Text, nullable=False),
    Index("document_contact", "contact_id", "document_id"),
    comment="Append-only: digests of letters, recordings and the like, each with its leaf",
)
