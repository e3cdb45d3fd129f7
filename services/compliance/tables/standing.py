"""What is kept about persons beside their attempts: links, consents, preferences, facts, zones, places."""

from sqlalchemy import Boolean, Column, Index, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.compliance.tables.base import INSTANT, metadata

person_link = Table(
    "person_link",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("into_id", Text, nullable=False, comment="Never itself a member: links have no second step"),
    Column("linked_at", INSTANT, nullable=False),
    Column("linked_by", Text, nullable=False),
    Index("person_link_into", "into_id"),
    comment="Records of one human: their attempts and holds count together",
)

person_unlink = Table(
    "person_unlink",
    metadata,
    Column("member_id", Text, primary_key=True),
    Column("linked_at", INSTANT, primary_key=True),
    Column("into_id", Text, nullable=False),
    Column("linked_by", Text, nullable=False),
    Column("unlinked_at", INSTANT, nullable=False),
    Column("unlinked_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    comment="Append-only: links that are over; until then the records counted together",
)

consent = Table(
    "consent",
    metadata,
    Column("consent_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="As the packs name it: time, frequency, call_frequency_7d"),
    Column("channel", Text, nullable=True),
    Column("contact_point_id", Text, nullable=True),
    Column("given_at", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True, comment="Exclusive"),
    Column("withdrawn_at", INSTANT, nullable=True),
    Column("recorded_by", Text, nullable=False),
    Index("consent_person", "person_id"),
    comment="What a person agreed to, kept after the withdrawal",
)

opt_out_end = Table(
    "opt_out_end",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True, comment="A channel, or all"),
    Column("opted_out_at", INSTANT, primary_key=True),
    Column("consented_at", INSTANT, nullable=False, comment="An opt-out of later counts again"),
    Column("source", Text, nullable=False, comment="How the person consented anew"),
    Column("reference", Text, nullable=False, comment="Of the record of that consent"),
    Column("recorded_at", INSTANT, nullable=False),
    Column("recorded_by", Text, nullable=False),
    comment="Append-only: opt-outs that the person took back by consenting anew",
)

preference = Table(
    "preference",
    metadata,
    Column("preference_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="medium_opt_out, inconvenient, refuses_contact"),
    Column("channel", Text, nullable=True),
    Column("contact_point_id", Text, nullable=True),
    Column("weekdays", ARRAY(SmallInteger), nullable=False, comment="1 Monday to 7; none: every day"),
    Column("from_time", Text, nullable=True, comment="HH:MM by the person's clock"),
    Column("to_time", Text, nullable=True, comment="Exclusive; before from_time: over midnight"),
    Column("since", INSTANT, nullable=False),
    Column("withdrawn_at", INSTANT, nullable=True),
    Column("recorded_by", Text, nullable=False),
    Index("preference_person", "person_id"),
    comment="What a person asked for, kept after the withdrawal",
)

person_fact = Table(
    "person_fact",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("debt", Text, primary_key=True, comment="Empty: whatever the debt"),
    Column("contact_point_id", Text, primary_key=True, comment="Empty: whatever the contact point"),
    Column("value", Boolean, nullable=False),
    Column("set_at", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True, comment="Exclusive; from then on it is not known"),
    Column("set_by", Text, nullable=False),
    comment="Named facts that rules ask for: true, false, or no row for not known",
)

zone_evidence = Table(
    "zone_evidence",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("source", Text, primary_key=True, comment="declared, address, phone_prefix"),
    Column("zone", Text, primary_key=True, comment="IANA name"),
    Column("since", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True, comment="Some time after another one of the source came"),
    Column("set_by", Text, nullable=False),
    comment="Time zones that a person may be in, and what says so",
)

residence = Table(
    "residence",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("country", Text, primary_key=True),
    Column("state", Text, primary_key=True, comment="Empty: not known"),
    Column("city", Text, primary_key=True, comment="Empty: not known"),
    Column("since", INSTANT, nullable=False),
    Column("until", INSTANT, nullable=True, comment="Some time after others came in its place"),
    Column("set_by", Text, nullable=False),
    comment="Where a person may live: the packs of all these places apply",
)

milestone = Table(
    "milestone",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True, comment="As the packs name it: validation_sent"),
    Column("debt", Text, primary_key=True, comment="Empty: whatever the debt"),
    Column("at", INSTANT, primary_key=True),
    Column("recorded_by", Text, nullable=False),
    comment="Events that sequence rules look for",
)
