"""How far the daily audit passes over contacts that were made have come."""

from sqlalchemy import Column, Date, Table, Text

from services.compliance.tables.base import INSTANT, metadata

audit_pass = Table(
    "audit_pass",
    metadata,
    Column("until", Date, primary_key=True, comment="Contacts before this day (UTC)"),
    Column("since", Date, nullable=False, comment="Contacts from this day on"),
    Column("after", Text, nullable=False, comment="The last person looked at, by id"),
    Column("finished_at", INSTANT, nullable=True),
    comment="One row a day: contacts looked at again in the light of what is known by then",
)
