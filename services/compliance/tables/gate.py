"""Persons, what is known of them, their attempts and the decisions."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.compliance.tables.base import INSTANT, metadata

person = Table(
    "person",
    metadata,
    Column("person_id", Text, primary_key=True),
    comment="One row a person: the lock under which everything about the person is decided",
)

party = Table(
    "party",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("time_zone", Text, nullable=True),
    Column("removed", Boolean, nullable=False),
    Index("party_customer", "customer_id"),
    comment="Who a person is to a customer's debts, newest version",
)

attempt = Table(
    "attempt",
    metadata,
    Column("permit_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("contact_point_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False, comment="reserved, redeemed, left, free"),
    Column("reserved_at", INSTANT, nullable=False),
    Column("valid_until", INSTANT, nullable=False, comment="Exclusive"),
    Column("dispatch_id", Text, nullable=True, comment="Who redeemed it"),
    Column("left_at", INSTANT, nullable=True),
    Column("outcome", Text, nullable=True, comment="Of an attempt that left, as far as it is known"),
    Column("outcome_at", INSTANT, nullable=True, comment="When it was reached, where that is when it counts"),
    Column("direction", Text, nullable=False, server_default=text("'out'"), comment="out, in"),
    Column("collector_id", Text, nullable=False, server_default=text("'bank'")),
    Column(
        "debts",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="Empty: all of the person's",
    ),
    Column("party", Text, nullable=False, server_default=text("'debtor'"), comment="Their role to the debts"),
    Column("consented", Boolean, nullable=False, server_default=text("false")),
    Column("doubted", Boolean, nullable=False, server_default=text("false"), comment="Decide again first"),
    # None of these columns ever changes: an update touches no index.
    Index("attempt_person", "person_id", "reserved_at"),
    Index("attempt_expiry", "valid_until"),
    # Every row is updated twice, soon and with its neighbours: the page keeps room for the new versions.
    postgresql_with={"fillfactor": 45},
    comment="One row a permit, counting until it provably never went out, and one a contact received",
)

hold = Table(
    "hold",
    metadata,
    Column("hold_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("contact_point_id", Text, nullable=True, comment="Where the hold is about one point only"),
    Column("placed_at", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True),
    Column("released_at", INSTANT, nullable=True),
    Column("release_reason", Text, nullable=True),
    Column("debt", Text, nullable=True, comment="Where the hold is about one debt only"),
    Index("hold_person", "person_id", "placed_at"),
    Index("hold_placed", "placed_at", "hold_id"),
    comment="Why contact stops, kept after the release",
)

opt_out = Table(
    "opt_out",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True, comment="A channel, or all"),
    Column("opted_out_at", INSTANT, nullable=False),
    comment="What a person wants no more of",
)

decision = Table(
    "decision",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("ask", Integer, primary_key=True, autoincrement=False),
    Column("decision_id", Text, nullable=False, comment="Found by its leaf, which names contact and ask"),
    Column("permit_id", Text, nullable=True, comment="Of an allowed contact"),
    Column("person_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("decided_at", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True, comment="Of a deferral"),
    Column("valid_until", INSTANT, nullable=True, comment="Of a permit"),
    Column(
        "obligations",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="What an allowed contact has to hold or do",
    ),
    Column(
        "packs",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="id@version of those that decided",
    ),
    Index("decision_person", "person_id", "decided_at"),
    comment="Append-only: each request that was decided, once; its leaf bears the decision's id",
)

ruleset = Table(
    "ruleset",
    metadata,
    Column("digest", Text, primary_key=True, comment="As decisions' leaves name it"),
    Column("packs", JSONB, nullable=False, comment="Digest of each pack, by id@version"),
    Column("first_used_at", INSTANT, nullable=False),
    comment="Append-only: which packs were in force together",
)
