"""Tables of the book beside accounts: joint-liability groups, and what staff proposed of tiers.

Imported at the end of `tables.py`, whose metadata they belong to.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.intake.tables import metadata
from shared.web.idempotency import idempotency_table

liability_group = Table(
    "liability_group",
    metadata,
    Column("group_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False, comment="Decides between equal versions"),
    Column("members", JSONB, nullable=False, comment="Customers"),
    Column("told", JSONB, nullable=False, comment="By customer, what was announced last"),
    comment="Joint-liability groups: customers who answer for each other",
)

tier_proposal = Table(
    "tier_proposal",
    metadata,
    Column("proposal_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("tier_before", Text, nullable=False, comment="When it was proposed"),
    Column("tier", Text, nullable=False),
    Column("correction", Boolean, nullable=False, comment="What showed it non-performing was an error"),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text, nullable=True),
    Column("decided_at", DateTime(timezone=True), nullable=True),
    Column("decision_reason", Text, nullable=True),
    Column("effective_on", Date, nullable=True, comment="The business date of the approval"),
    Index("tier_proposal_of_account", "account_id", "proposed_at"),
    Index("tier_proposal_open", "account_id", unique=True, postgresql_where=text("state = 'proposed'")),
    comment="Tiers that staff proposed by hand, and who decided on them: never the proposer",
)

idempotency_key = idempotency_table(metadata)
