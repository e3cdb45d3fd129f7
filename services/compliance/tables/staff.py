"""Staff: who may contact, what they hold, and how long they have been with whom."""

from sqlalchemy import Column, Date, Index, Integer, Table, Text, text

from services.compliance.tables.base import INSTANT, metadata

staff_member = Table(
    "staff_member",
    metadata,
    Column("staff_id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("agency_id", Text, nullable=True, comment="The collector they work for; none: the bank"),
    Column("branch_id", Text, nullable=True),
    Column("active_from", INSTANT, nullable=False),
    Column("active_until", INSTANT, nullable=True, comment="Exclusive"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    comment="Who may contact; the lock under which all that concerns a member of staff changes",
)

training_course = Table(
    "training_course",
    metadata,
    Column("course_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("passing_score", Integer, nullable=True),
    Column("valid_days", Integer, nullable=True, comment="How long having passed it counts at most"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    comment="What staff can pass",
)

staff_certificate = Table(
    "staff_certificate",
    metadata,
    Column("certificate_id", Text, primary_key=True),
    Column("staff_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("course_id", Text, nullable=True),
    Column("passed_at", INSTANT, nullable=False),
    Column("valid_until", INSTANT, nullable=True, comment="Exclusive"),
    Column("score", Integer, nullable=True),
    Column("evidence_digest", Text, nullable=False, comment="SHA-256 of the document that shows it"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT, nullable=True),
    Column("revoked_by", Text, nullable=True),
    Column("sealed_reason", Text, nullable=True, comment="Of the revocation"),
    Index("staff_certificate_member", "staff_id"),
    Index("staff_certificate_end", "valid_until", "certificate_id"),
    comment="What members of staff passed",
)

staff_suspension = Table(
    "staff_suspension",
    metadata,
    Column("suspension_id", Text, primary_key=True, comment="That of the sanction where it is by one"),
    Column("staff_id", Text, nullable=False),
    Column("since", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True, comment="Exclusive"),
    Column("suspended_by", Text, nullable=False),
    Column("sealed_reason", Text, nullable=True),
    Column("lifted_at", INSTANT, nullable=True),
    Column("lifted_by", Text, nullable=True),
    Index("staff_suspension_member", "staff_id"),
    comment="No contacts by these members of staff",
)

staff_conflict = Table(
    "staff_conflict",
    metadata,
    Column("conflict_id", Text, primary_key=True),
    Column("staff_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("declared_by", Text, nullable=False),
    Column("declared_at", INSTANT, nullable=False),
    Column("sealed_reason", Text, nullable=True),
    Column("ended_at", INSTANT, nullable=True),
    Column("ended_by", Text, nullable=True, comment="Somebody else than who declared it"),
    Index("staff_conflict_pair", "staff_id", "person_id"),
    comment="Ties between members of staff and persons",
)

staff_contact = Table(
    "staff_contact",
    metadata,
    Column("permit_id", Text, primary_key=True, comment="As in table attempt"),
    Column("staff_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Index("staff_contact_pair", "staff_id", "person_id", "at"),
    Index("staff_contact_at", "at"),
    comment="Contacts that a named member of staff was permitted to make",
)

rotation_exception = Table(
    "rotation_exception",
    metadata,
    Column("exception_id", Text, primary_key=True),
    Column("staff_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("state", Text, nullable=False, comment="asked, approved, refused, ended"),
    Column("until", INSTANT, nullable=False, comment="Exclusive"),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", INSTANT, nullable=False),
    Column("sealed_reason", Text, nullable=False),
    Column("decided_by", Text, nullable=True, comment="Somebody else than who asked"),
    Column("decided_at", INSTANT, nullable=True),
    Column("ended_at", INSTANT, nullable=True),
    Index("rotation_exception_pair", "staff_id", "person_id"),
    Index(
        "rotation_exception_open",
        "staff_id",
        "person_id",
        unique=True,
        postgresql_where=text("state IN ('asked', 'approved')"),
    ),
    comment="Leave to stay with a person beyond the limit of rotation",
)

rotation_told = Table(
    "rotation_told",
    metadata,
    Column("staff_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("since", INSTANT, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("tenure_days", Integer, nullable=False),
    Column("limit_days", Integer, nullable=False),
    Column("bars_from", INSTANT, nullable=False),
    Column("told_at", INSTANT, nullable=False),
    comment="Append-only: stretches that were found to be too long",
)

rotation_sweep = Table(
    "rotation_sweep",
    metadata,
    Column("day", Date, primary_key=True, comment="UTC"),
    Column("swept_at", INSTANT, nullable=False),
    Column("told", Integer, nullable=False, comment="Stretches found to be too long"),
    comment="One row a day on which tenures were looked at",
)
