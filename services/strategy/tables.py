"""Strategy's tables."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.stream.tables import add_runtime_tables
from shared.web.idempotency import idempotency_table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_UPDATED_OFTEN = {"fillfactor": 80}

customer = Table(
    "customer",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("cases", Integer, nullable=False, comment="So far; numbers the latest"),
    Column("holds", Integer, nullable=False, comment="On record, released ones too"),
    Column("promises", Integer, nullable=False, comment="On record"),
    Column("opted_out", JSONB, nullable=False, comment="Channels that the debtor refused"),
    Column("profile", JSONB, nullable=True, comment="What is known beside the debt, for segmentation"),
    comment="The lock under which all that concerns a customer is decided",
    postgresql_with=_UPDATED_OFTEN,
)

collection_case = Table(
    "collection_case",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("number", Integer, nullable=False, comment="The customer's nth case"),
    Column("status", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("policy", Text, nullable=False, comment="The version that decided last"),
    Column("reasons", JSONB, nullable=False, comment="Why this segment, as codes"),
    Column("segment_since", DateTime(timezone=True), nullable=False),
    Column("round", Integer, nullable=False, comment="Passes through a ladder"),
    Column("step", Integer, nullable=False, comment="The last step taken in this round"),
    Column("next_due_at", DateTime(timezone=True), nullable=True, comment="Of the ladder, suspended or not"),
    Column("paused_until", DateTime(timezone=True), nullable=True, comment="After a payment"),
    Column("paused_by", Text, nullable=True, comment="The payment"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=True),
    Column("outcome", Text, nullable=True),
    Column("days_past_due", Integer, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("overdue_accounts", Integer, nullable=False),
    Column("arrears", JSONB, nullable=False, comment="One amount a currency"),
    Column("contacts", Integer, nullable=False, comment="Made, that is dispatched"),
    Column("last_contact_at", DateTime(timezone=True), nullable=True),
    Column("last_outcome", Text, nullable=True),
    Column("entries", Integer, nullable=False, comment="Of the timeline"),
    Column("products", JSONB, nullable=False, server_default="{}", comment="Of the overdue accounts"),
    # None of these changes while a case stays where it is, so that such updates touch no index.
    Index("collection_case_list", "status", "opened_at", "case_id"),
    comment="A collection case: all of a customer's accounts from collection entry to exit",
    postgresql_with=_UPDATED_OFTEN,
)

case_event = Table(
    "case_event",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, comment="When it was decided"),
    Column("type", Text, nullable=False),
    Column("summary", JSONB, nullable=False, comment="The fact, what was decided on it, and why"),
    comment="The timeline of a case; append only",
)

promise = Table(
    "promise",
    metadata,
    Column("promise_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, comment="In which it was made"),
    Column("customer_id", Text, nullable=False, index=True),
    Column("amount", Numeric(18, 2), nullable=False),
    Column("currency", Text, nullable=False),
    Column("needed", Numeric(18, 2), nullable=False, comment="The amount less the tolerance of its day"),
    Column("due_date", Date, nullable=False),
    Column("first_day", Date, nullable=False, comment="Payments from this day on count"),
    Column("deadline", DateTime(timezone=True), nullable=False, comment="The end of grace"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("received", Numeric(18, 2), nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=True),
    comment="Promises to pay",
    postgresql_with=_UPDATED_OFTEN,
)

hold = Table(
    "hold",
    metadata,
    Column("hold_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False, index=True),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=True),
    Column("released_at", DateTime(timezone=True), nullable=True),
    comment="Reasons not to contact a customer's persons, with a case or without",
)

payment = Table(
    "payment",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("payment_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False, index=True),
    Column("amount", Numeric(18, 2), nullable=False),
    Column("currency", Text, nullable=False),
    Column("effective_at", DateTime(timezone=True), nullable=False),
    Column("reversed", Boolean, nullable=False),
    comment="What came in while there was a case or a promise; promises are judged by these",
)

idempotency_key = idempotency_table(metadata)
add_runtime_tables(metadata)

from services.strategy import tables_policies as tables_policies  # noqa: E402  # on the metadata above
