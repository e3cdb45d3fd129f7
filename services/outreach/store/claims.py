"""What the dispatcher takes, and for how long. Leases go by the database's wall clock, the same for all."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, DateTime, Integer, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.vocabulary import Channel, PartyRole, Purpose

_CLAIM = text(
    "UPDATE contact SET state = 'dispatching',"
    " lease_until = clock_timestamp() + make_interval(secs => :lease)"
    " FROM (SELECT contact_id, person_id, customer_id, state FROM contact"
    "  WHERE queued_at IS NOT NULL AND channel = ANY(CAST(:channels AS text[]))"
    "  AND lease_until <= clock_timestamp()"
    "  ORDER BY channel, queued_at LIMIT :most FOR UPDATE SKIP LOCKED) AS taken"
    " LEFT JOIN person ON person.person_id = taken.person_id AND person.customer_id = taken.customer_id"
    "  AND NOT person.removed"
    " WHERE contact.contact_id = taken.contact_id"
    " RETURNING contact.contact_id, contact.permit_id, contact.channel, contact.template,"
    " contact.template_version, contact.purpose, coalesce(person.jurisdiction, '') AS jurisdiction,"
    " contact.language, contact.role, contact.arrears, contact.days_past_due, contact.contact_point_id,"
    " jsonb_path_query_first(person.contact_points, '$[*] ? (@.contact_point_id == $id)',"
    "  jsonb_build_object('id', contact.contact_point_id)) ->> 'sealed' AS sealed,"
    " contact.valid_until, contact.handed_over, contact.stop_reason, taken.state = 'dispatching' AS in_doubt"
).columns(
    Column("contact_id", Text),
    Column("permit_id", Text),
    Column("channel", Text),
    Column("template", Text),
    Column("template_version", Integer),
    Column("purpose", Text),
    Column("jurisdiction", Text),
    Column("language", Text),
    Column("role", Text),
    Column("arrears", Text),
    Column("days_past_due", Integer),
    Column("contact_point_id", Text),
    Column("sealed", Text),
    Column("valid_until", DateTime(timezone=True)),
    Column("handed_over", Boolean),
    Column("stop_reason", Text),
    Column("in_doubt", Boolean),
)
_HOLD = text(
    "UPDATE contact SET lease_until = clock_timestamp() + make_interval(secs => :seconds)"
    " WHERE contact_id = ANY(CAST(:contacts AS text[])) AND state = 'dispatching'"
)
_HAND_OVER = text(
    "UPDATE contact SET handed_over = true"
    " WHERE contact_id = ANY(CAST(:contacts AS text[])) AND state = 'dispatching'"
)


class Claim(msgspec.Struct, frozen=True):
    """A contact that this dispatcher may send until its lease ends; `in_doubt` when a lease before ended.

    `sealed` is the contact point's value as on file now; None where it is gone.
    """

    contact_id: str
    permit_id: str
    channel: Channel
    template: str
    template_version: int | None
    purpose: Purpose
    jurisdiction: str
    language: str
    role: PartyRole
    arrears: str
    days_past_due: int
    contact_point_id: str
    sealed: str | None
    valid_until: datetime
    handed_over: bool
    stop_reason: str | None
    in_doubt: bool


_ENUMS = tuple(
    (Claim.__struct_fields__.index(name), kind)
    for name, kind in (("channel", Channel), ("purpose", Purpose), ("role", PartyRole))
)


async def claim(
    connection: AsyncConnection, channels: Iterable[Channel], most: int, lease_seconds: float
) -> list[Claim]:
    """Take up to `most` contacts that are permitted, or whose dispatcher went away."""
    rows = await connection.execute(
        _CLAIM, {"channels": sorted(channels), "most": most, "lease": lease_seconds}
    )
    return [_claim_of(*row) for row in rows.all()]


async def hold(connection: AsyncConnection, contacts: Sequence[str], seconds: float) -> None:
    """Keep contacts in doubt out of reach for some seconds, then let any dispatcher look them up."""
    await connection.execute(_HOLD, {"contacts": list(contacts), "seconds": seconds})


async def hand_over(connection: AsyncConnection, contacts: Sequence[str]) -> None:
    """Note that these are about to go to a channel that cannot be asked later."""
    await connection.execute(_HAND_OVER, {"contacts": list(contacts)})


def _claim_of(*values: Any) -> Claim:
    parts = list(values)
    for place, kind in _ENUMS:
        parts[place] = kind(parts[place])
    return Claim(*parts)
