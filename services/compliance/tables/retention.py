"""Retention: runs of the job, what stops deletion, when debts ended, recordings to delete elsewhere."""

from sqlalchemy import Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.compliance.tables.base import INSTANT, metadata

retention_run = Table(
    "retention_run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("mode", Text, nullable=False, comment="dry_run, execute"),
    Column("state", Text, nullable=False, comment="running, done"),
    Column("started_by", Text, nullable=False),
    Column("started_at", INSTANT, nullable=False, comment="Everything is judged as of this instant"),
    Column("finished_at", INSTANT, nullable=True),
    Column("last_person", Text, nullable=False, comment="Up to whom it is done, by id"),
    Column("counts", JSONB, nullable=False, comment="By class and verdict"),
    Column("erased", JSONB, nullable=False, comment="By class: what was really deleted"),
    Index("retention_run_started", "started_at", "run_id"),
    Index("retention_run_open", "state", unique=True, postgresql_where=text("state = 'running'")),
    comment="Runs of the retention job, one at a time; counts only",
)

retention_order = Table(
    "retention_order",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("ordered_at", INSTANT, nullable=False),
    Index("retention_order_time", "ordered_at", "document_id"),
    comment="Append-only: recordings that their keeper has to delete",
)

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("legal_hold_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="litigation, investigation, audit"),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", INSTANT, nullable=False),
    Column("released_by", Text, nullable=True),
    Column("released_at", INSTANT, nullable=True),
    Index("legal_hold_person", "person_id"),
    Index("legal_hold_placed", "placed_at", "legal_hold_id"),
    comment="Stops deletion, not contact; kept after the release",
)

debt_end = Table(
    "debt_end",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("ended_at", INSTANT, nullable=False),
    Column("how", Text, nullable=False, comment="settled, written_off, sold"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    comment="When the last debt of a customer ended; a later end replaces an earlier one",
)
