"""Intake's tables."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.stream.tables import add_runtime_tables
from shared.web.access_log import access_table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

customer = Table(
    "customer",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("parties_version", BigInteger, nullable=False, comment="-1 before the first"),
    Column("overdue_accounts", Integer, nullable=False),
    Column("oldest_unpaid", Date, nullable=True, comment="Of the overdue accounts"),
    Column("arrears", JSONB, nullable=False, comment="Of the overdue accounts: amounts by currency"),
    Column("profile", JSONB, nullable=True, comment="What kind of debtor; NULL while nobody said"),
    Index("customer_overdue", "customer_id", postgresql_where=text("overdue_accounts > 0")),
    postgresql_with={"fillfactor": 80},
    comment="One row a customer: the lock of everything below, and the position last announced",
)

party = Table(
    "party",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    comment="Who is tied to a customer's debts; contact data is not kept here",
)

account = Table(
    "account",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=True, comment="Of the snapshot"),
    Column("snapshot", JSONB, nullable=True, comment="The latest; NULL while only payments are known"),
    Column("closure", JSONB, nullable=True),
    Column("seen_late_on", Date, nullable=True, comment="The last day any snapshot showed it overdue"),
    Column("seen_bad_on", Date, nullable=True, comment="The last day any snapshot showed it non-performing"),
    Column("terms", JSONB, nullable=True, comment="What was agreed; NULL while nobody said"),
    Column("group_id", Text, nullable=True, comment="The joint-liability group of the terms"),
    Column("tier_floor", Text, nullable=True, comment="Staff decided: not better than this"),
    Column("upgraded_on", Date, nullable=True, comment="What showed it non-performing until then is over"),
    Column("overdue", Boolean, nullable=False),
    Column("days_past_due", Integer, nullable=False, comment="As last announced"),
    Column("bucket", Text, nullable=False),
    Column("arrears", Numeric(18, 2), nullable=False),
    Column("outstanding", Numeric(18, 2), nullable=False, comment="After payments"),
    Column("oldest_unpaid", Date, nullable=True),
    Column("ages_on", Date, nullable=True, comment="When time alone changes the standing; has a timer"),
    Column("falling_due", Date, nullable=True, comment="The due date last announced, while it lies ahead"),
    Column("tier", Text, nullable=False, server_default="normal", comment="Of risk classification"),
    Column("late_on", Date, nullable=True, comment="The last day it is known to have been overdue"),
    Column("bad_on", Date, nullable=True, comment="The last day it is known to have been non-performing"),
    Index("account_of_customer", "customer_id"),
    Index("account_overdue", "account_id", postgresql_where=text("overdue")),
    Index("account_of_group", "group_id", postgresql_where=text("group_id IS NOT NULL")),
    postgresql_with={"fillfactor": 80},
    comment="What was told of a loan account, and where it stands",
)

payment = Table(
    "payment",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("payment_id", Text, primary_key=True),
    Column("amount", Numeric(18, 2), nullable=True, comment="NULL while only the reversal is known"),
    Column("currency", Text, nullable=True),
    Column("effective_at", DateTime(timezone=True), nullable=True),
    Column("reversed_at", DateTime(timezone=True), nullable=True),
    Column("paid_by", Text, nullable=True, comment="The person who paid in the debtor's place"),
    comment="Every payment that was published, whether its account is known or not",
)

account_history = Table(
    "account_history",
    metadata,
    Column("entry_id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("cause", Text, nullable=False),
    Column("bucket_before", Text, nullable=False),
    Column("bucket_after", Text, nullable=False),
    Column("days_past_due", Integer, nullable=False),
    Column("arrears", Numeric(18, 2), nullable=False),
    Column("tier_before", Text, nullable=True),
    Column("tier_after", Text, nullable=True, comment="NULL where the tier stayed"),
    Column("tier_reason", Text, nullable=True),
    Index("account_history_of_account", "account_id", "entry_id"),
    comment="Each move of an account from one bucket or tier to another",
)

source_event = Table(
    "source_event",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("seen_on", Date, primary_key=True),
    postgresql_partition_by="RANGE (seen_on)",
    comment="Events of core banking that were applied; monthly partitions, old ones are dropped",
)

DEFAULT_PARTITION = "CREATE TABLE IF NOT EXISTS source_event_default PARTITION OF source_event DEFAULT"
event.listen(source_event, "after_create", DDL(DEFAULT_PARTITION))  # type: ignore[no-untyped-call]

source_progress = Table(
    "source_progress",
    metadata,
    Column("source", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("last_event_id", Text, nullable=True, comment="The last event applied: a replay starts after it"),
    Column("applied", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    comment="How far each source is, and how many of its events were applied or repeats",
)

personal_access = access_table(metadata)
add_runtime_tables(metadata)

from services.intake import tables_book, tables_doors  # noqa: E402, F401  # tables on the metadata above
