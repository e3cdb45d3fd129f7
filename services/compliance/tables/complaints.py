"""Complaints: the register, its history, evidence, what has to be put right, and sanctions.

Defaults stand for complaints that were on file before the register kept these columns.
"""

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.compliance.tables.base import INSTANT, metadata

complaint = Table(
    "complaint",
    metadata,
    Column("complaint_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("contact_id", Text, nullable=True, comment="In which it was made, or the first it is about"),
    Column("opened_at", INSTANT, nullable=False, comment="When it was received: the clock starts"),
    Column("due_at", INSTANT, nullable=False),
    Column("received_on", Date, nullable=False, server_default=text("'1970-01-01'"), comment="Local date"),
    Column("registered_at", INSTANT, nullable=False, server_default=text("now()")),
    Column("registered_by", Text, nullable=False, server_default=text("'compliance'")),
    Column("state", Text, nullable=False, server_default=text("'received'")),
    Column("round", Integer, nullable=False, server_default=text("1"), comment="1 and the reopenings"),
    Column("category", Text, nullable=False, server_default=text("'other'")),
    Column("source", Text, nullable=False, server_default=text("'inbound_message'")),
    Column("severity", Text, nullable=False, server_default=text("'medium'")),
    Column("channel", Text, nullable=True),
    Column("branch_id", Text, nullable=True),
    Column("agency_id", Text, nullable=True),
    Column("collector_id", Text, nullable=True, comment="Who is complained about"),
    Column("supervisor_id", Text, nullable=True, comment="Theirs; recused as well"),
    Column("jurisdiction", Text, nullable=False, server_default=text("''")),
    Column("zone", Text, nullable=False, server_default=text("'UTC'"), comment="Whose dates count"),
    Column("ends", JSONB, nullable=False, server_default=text("'[]'"), comment="Of each permitted term"),
    Column("term_cite", Text, nullable=False, server_default=text("''")),
    Column("extensions", Integer, nullable=False, server_default=text("0")),
    Column("extension_asked_by", Text, nullable=True),
    Column("acknowledge_by", INSTANT, nullable=False, server_default=text("now()")),
    Column("acknowledged_at", INSTANT, nullable=True),
    Column("assignee_id", Text, nullable=True),
    Column("proposal", JSONB, nullable=True, comment="A decision that waits for a second person"),
    Column("finding", Text, nullable=True),
    Column("root_cause", Text, nullable=True),
    Column("decided_at", INSTANT, nullable=True),
    Column("decided_by", Text, nullable=True),
    Column("closed_at", INSTANT, nullable=True),
    Column("hold_id", Text, nullable=True, comment="The hold that stands because of it"),
    Column("late_to_acknowledge", Boolean, nullable=False, server_default=text("false")),
    Column("late_to_decide", Boolean, nullable=False, server_default=text("false")),
    Column("acts", Integer, nullable=False, server_default=text("1"), comment="Entries of the history"),
    Column("changed_at", INSTANT, nullable=False, server_default=text("now()")),
    Column("sealed_text", Text, nullable=True, comment="What the complainant says"),
    Column("sealed_findings", Text, nullable=True),
    Column("sealed_cause", Text, nullable=True, comment="The root cause in words"),
    Index("complaint_person", "person_id"),
    Index("complaint_due", "due_at", "complaint_id"),
    Index("complaint_received", "received_on"),
    comment="Complaints about collection and the clock that they started",
)

complaint_act = Table(
    "complaint_act",
    metadata,
    Column("complaint_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("before", Text, nullable=True),
    Column("after", Text, nullable=False),
    Column("details", JSONB, nullable=False, comment="Ids and words of closed lists"),
    Column("sealed_reason", Text, nullable=True),
    comment="Append-only: what was done to complaints; each entry has its leaf",
)

complaint_evidence = Table(
    "complaint_evidence",
    metadata,
    Column("complaint_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True, comment="contact, decision, leaf"),
    Column("reference", Text, primary_key=True),
    Column("added_by", Text, nullable=False),
    Column("added_at", INSTANT, nullable=False),
    comment="What shows what happened",
)

rectification = Table(
    "rectification",
    metadata,
    Column("action_id", Text, primary_key=True),
    Column("complaint_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("sealed_description", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", INSTANT, nullable=False),
    Column("done_by", Text, nullable=True),
    Column("done_at", INSTANT, nullable=True),
    Column("late", Boolean, nullable=False, comment="Its end was found to be over, and told"),
    Index("rectification_complaint", "complaint_id"),
    comment="What has to be put right after a complaint",
)

sanction = Table(
    "sanction",
    metadata,
    Column("sanction_id", Text, primary_key=True),
    Column("complaint_id", Text, nullable=False),
    Column("person_id", Text, nullable=False, comment="The complainant"),
    Column("collector_id", Text, nullable=True, comment="Either this or agency_id"),
    Column("agency_id", Text, nullable=True),
    Column("branch_id", Text, nullable=True),
    Column("finding", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("vetoes_incentive", Boolean, nullable=False),
    Column("sanctioned_on", Date, nullable=False, comment="Local date: the month that it counts to"),
    Column("sanctioned_at", INSTANT, nullable=False),
    Index("sanction_complaint", "complaint_id"),
    Index("sanction_day", "sanctioned_on"),
    comment="Append-only: what upheld complaints mean for collectors and agencies",
)
