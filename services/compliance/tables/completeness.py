"""What providers recorded of our contacts, the days that were compared with the log, and what differed."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text, text

from services.compliance.tables.base import INSTANT, metadata

provider_record = Table(
    "provider_record",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("message_id", Text, primary_key=True, comment="The provider's own name for it"),
    Column("channel", Text, nullable=False),
    Column(
        "permit_id", Text, nullable=True, comment="Whose key or contact it names; null where no such is ours"
    ),
    Column("destination", Text, nullable=True, comment="A keyed digest of the number or address"),
    Column("state", Text, nullable=False, comment="As the provider calls it"),
    Column("sent_at", INSTANT, nullable=False, comment="By the provider's clock"),
    Column("received_at", INSTANT, nullable=False),
    Index("provider_record_sent", "provider", "sent_at", "message_id"),
    Index("provider_record_permit", "permit_id", postgresql_where=text("permit_id IS NOT NULL")),
    comment="Contacts as providers recorded them, without contact data and without what senders wrote",
)

completeness_run = Table(
    "completeness_run",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("day", Date, primary_key=True, comment="As the provider counts days"),
    Column("channel", Text, nullable=False),
    Column("begins_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT, nullable=False, comment="Exclusive"),
    Column("due_at", INSTANT, nullable=False, comment="When it is compared without being asked for"),
    Column("asked_at", INSTANT, nullable=True, comment="Somebody wants it compared now"),
    Column(
        "delivered_at",
        INSTANT,
        nullable=True,
        comment="When its file was whole, of a provider that sends files",
    ),
    Column("leased_until", INSTANT, nullable=False, comment="Wall clock: somebody is at it"),
    Column("retry_at", INSTANT, nullable=False, comment="Wall clock: not before, because it failed"),
    Column("compared_until", INSTANT, nullable=True, comment="How far into the day"),
    Column("completed_at", INSTANT, nullable=True, comment="When the whole day was compared first"),
    Column("records", BigInteger, nullable=False),
    Column("permitted", BigInteger, nullable=False, comment="Records that name a permit of ours"),
    Column("tries", Integer, nullable=False, comment="Since the last one that succeeded"),
    Column("tried_at", INSTANT, nullable=True),
    Column("problem", Text, nullable=True, comment="Why the last one failed"),
    Index("completeness_run_day", "day", "provider"),
    comment="One row a provider and day: the comparison of its records with the log, and the lock on it",
)

completeness_finding = Table(
    "completeness_finding",
    metadata,
    Column("finding_id", Text, primary_key=True, comment="Of a violation: the violation's id"),
    Column("rule_id", Text, nullable=False),
    Column("is_violation", Boolean, nullable=False),
    Column("provider", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message_id", Text, nullable=True),
    Column("permit_id", Text, nullable=True),
    Column("contact_id", Text, nullable=True),
    Column("person_id", Text, nullable=True),
    Column("customer_id", Text, nullable=True),
    Column("destination", Text, nullable=True),
    Column("happened_at", INSTANT, nullable=False, comment="Sent, by whose clock the rule goes by"),
    Column("found_at", INSTANT, nullable=False),
    Column("settled_at", INSTANT, nullable=True),
    Column("settlement", Text, nullable=True),
    Column("settled_by", Text, nullable=True),
    Index("completeness_finding_found", "found_at", "finding_id"),
    Index("completeness_finding_day", "provider", "day"),
    comment="Where providers' records and the log differ; a leaf for each, and for its end",
)
