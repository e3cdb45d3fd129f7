"""The tables of outreach. The columns of `contact` are the fields of `domain.contact.Contact`, in order."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.stream.tables import add_runtime_tables
from shared.web.access_log import access_table
from shared.web.idempotency import idempotency_table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_INSTANT = DateTime(timezone=True)
_COST = Numeric(18, 6)

contact = Table(
    "contact",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("treatment_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("person_id", Text, nullable=False, comment="The customer's id until the debtor is on file"),
    Column("role", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("days_past_due", Integer, nullable=False),
    Column("arrears", Text, nullable=False, comment="JSON; what the message says is owed"),
    Column("correlation", Text),
    Column("created_at", _INSTANT, nullable=False),
    Column("language", Text, nullable=False),
    Column("contact_point_id", Text),
    Column("state", Text, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", Text),
    Column("ask", Integer, nullable=False),
    Column("template_version", Integer, comment="The approved text that the gate was told of"),
    Column("permit_id", Text),
    Column("valid_until", _INSTANT),
    Column("queued_at", _INSTANT, comment="While permitted or dispatching; the dispatcher's queue"),
    Column(
        "lease_until",
        _INSTANT,
        nullable=False,
        server_default=text("'1970-01-01 00:00:00+00'"),
        comment="Wall clock; until then one dispatcher has it",
    ),
    Column(
        "handed_over",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="Set before a channel without look-up sends",
    ),
    Column("stop_reason", Text),
    Column("provider", Text),
    Column("provider_reference", Text),
    Column("cost", _COST),
    Column("cost_currency", Text),
    Column("text_digest", Text, comment="SHA-256 of the message; its text is kept nowhere"),
    Index("contact_case", "case_id"),
    Index("contact_customer", "customer_id"),
    Index("contact_permit", "permit_id", postgresql_where=text("permit_id IS NOT NULL")),
    Index("contact_reference", "provider_reference", postgresql_where=text("provider_reference IS NOT NULL")),
    # No index names state or lease_until: claims, deferrals and receipts rewrite the row within its page.
    Index("contact_queue", "channel", "queued_at", postgresql_where=text("queued_at IS NOT NULL")),
    postgresql_with={"fillfactor": 80},
    comment="One row a contact: one attempt to reach one person because of one treatment",
)

_LATER = contact.columns.keys().index("permit_id")
new_contact = Table(
    "contact",
    MetaData(),
    *(
        Column(column.name, column.type, primary_key=column.primary_key)
        for column in list(contact.columns)[:_LATER]
    ),
)
"""What a contact has from the start; the other columns begin with their defaults."""

contact_history = Table(
    "contact_history",
    metadata,
    Column("contact_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("ask", Integer, nullable=False),
    Column("reason", Text),
    PrimaryKeyConstraint("contact_id", "version"),
    comment="Every state that a contact entered; rows are only added",
)

template = Table(
    "template",
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
    Column("digest", Text, nullable=False, comment="SHA-256 of what was approved; checked before use"),
    Column("approved_at", _INSTANT, comment="None: only its retirement is known yet"),
    Column("retired_at", _INSTANT),
    Column("revision", BigInteger, nullable=False, comment="Counts the changes of this table"),
    Index("template_revision", "revision"),
    comment="Texts that compliance approved or retired; only those approved and not retired are sent",
)

customer_lock = Table(
    "customer_lock",
    metadata,
    Column("customer_id", Text, primary_key=True),
    comment="Locked where a treatment without a debtor and the debtor's arrival could miss each other",
)

person = Table(
    "person",
    metadata,
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("time_zone", Text),
    Column("jurisdiction", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("contact_points", JSONB, nullable=False, comment="Ids and kinds in clear, values sealed"),
    PrimaryKeyConstraint("person_id", "customer_id"),
    Index("person_customer", "customer_id"),
    Index(
        "person_contact_points",
        "contact_points",
        postgresql_using="gin",
        postgresql_ops={"contact_points": "jsonb_path_ops"},
    ),
    comment="Who a person is to a customer's debts, newest version",
)

receipt = Table(
    "receipt",
    metadata,
    Column("receipt_id", Text, primary_key=True, comment="Derived from all that makes two receipts the same"),
    Column("provider", Text, nullable=False),
    Column("idempotency_key", Text),
    Column("provider_id", Text),
    Column("status", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("reason", Text),
    Column("contact_id", Text),
    Column("received_at", _INSTANT, nullable=False, server_default=text("clock_timestamp()")),
    Column("applied_at", _INSTANT),
    Index("receipt_waiting_permit", "idempotency_key", postgresql_where=text("applied_at IS NULL")),
    Index("receipt_waiting_reference", "provider_id", postgresql_where=text("applied_at IS NULL")),
    comment="What providers said; those before their dispatch is recorded wait for it",
)

inbound_message = Table(
    "inbound_message",
    metadata,
    Column("provider", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("contact_id", Text),
    Column("person_id", Text),
    Column("customer_id", Text),
    Column("contact_point_id", Text),
    Column("outcome", Text, nullable=False),
    Column("sealed_text", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    PrimaryKeyConstraint("provider", "message_id"),
    Index("inbound_message_person", "person_id"),
    comment="Replies; the text is sealed",
)

contact_outcome = Table(
    "contact_outcome",
    metadata,
    Column("outcome_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("promised", Numeric(18, 2)),
    Column("promised_currency", Text),
    Column("promise_due", Date),
    Column("recorded_by", Text, nullable=False),
    Column("sealed_note", Text),
    Column("recorded_at", _INSTANT, nullable=False),
    Index("contact_outcome_contact", "contact_id"),
    comment="What contacts came to, by reply or by a collector's record",
)

outreach_task = Table(
    "outreach_task",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False, unique=True),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("contact_point_id", Text),
    Column("template", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("done_at", _INSTANT),
    Column("outcome", Text),
    Index("outreach_task_open", "channel", "task_id", postgresql_where=text("done_at IS NULL")),
    comment="Calls, pushes, letters and visits for a human or a later channel to carry out",
)

idempotency_key = idempotency_table(metadata)
personal_access = access_table(metadata)
add_runtime_tables(metadata)
