"""All that is on file about persons, in one statement: most of its tables have nothing to say of most."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.dossier import Dossier, NamedFact, Party
from services.compliance.domain.gate import facts
from services.compliance.domain.past import History

_STANDING = text(
    "SELECT person_id, 'party' AS what, json_build_object('person_id', person_id, 'customer_id', customer_id,"
    "  'role', role, 'jurisdiction', jurisdiction, 'time_zone', time_zone, 'removed', removed)::text AS told"
    " FROM party WHERE person_id = ANY(CAST(:wanted AS text[]))"
    " UNION ALL SELECT person_id, 'attempt', json_build_object('attempt_id', permit_id,"
    "  'at', coalesce(outcome_at, left_at, reserved_at), 'channel', channel, 'outcome', CASE"
    "   WHEN state IN ('left', 'received') THEN coalesce(outcome, 'dispatched') ELSE 'reserved' END,"
    "  'direction', direction, 'creditor', CAST(:creditor AS text), 'collector_id', collector_id,"
    "  'person_id', person_id, 'debts', debts, 'contact_point_id', contact_point_id, 'party', party,"
    "  'purpose', purpose, 'consented', consented)::text"
    " FROM attempt WHERE person_id = ANY(CAST(:wanted AS text[])) AND state <> 'free'"
    "  AND (reserved_at > :since OR purpose = ANY(CAST(:lasting AS text[])))"
    " UNION ALL SELECT person_id, 'hold', json_build_object('hold_id', hold_id, 'kind', kind,"
    "  'placed_at', placed_at, 'until', least(until, released_at), 'debt', debt,"
    "  'contact_point_id', contact_point_id)::text"
    " FROM hold WHERE person_id = ANY(CAST(:wanted AS text[]))"
    "  AND coalesce(released_at, 'infinity') > :at AND coalesce(until, 'infinity') > :at"
    " UNION ALL SELECT person_id, 'preference', json_build_object('kind', 'medium_opt_out',"
    "  'since', opted_out_at, 'channel', nullif(channel, 'all'))::text"
    " FROM opt_out WHERE person_id = ANY(CAST(:wanted AS text[]))"
    " UNION ALL SELECT person_id, 'preference', json_build_object('kind', kind, 'since', since,"
    "  'channel', channel, 'contact_point_id', contact_point_id, 'weekdays', weekdays, 'from', from_time,"
    "  'to', to_time)::text"
    " FROM preference WHERE person_id = ANY(CAST(:wanted AS text[]))"
    "  AND coalesce(withdrawn_at, 'infinity') > :at"
    " UNION ALL SELECT person_id, 'consent', json_build_object('kind', kind, 'given_at', given_at,"
    "  'until', least(until, withdrawn_at), 'channel', channel, 'contact_point_id', contact_point_id)::text"
    " FROM consent WHERE person_id = ANY(CAST(:wanted AS text[]))"
    "  AND coalesce(withdrawn_at, 'infinity') > :at AND coalesce(until, 'infinity') > :at"
    " UNION ALL SELECT person_id, 'fact', json_build_object('name', name, 'value', value, 'debt', debt,"
    "  'contact_point_id', contact_point_id)::text"
    " FROM person_fact WHERE person_id = ANY(CAST(:wanted AS text[])) AND coalesce(until, 'infinity') > :at"
    " UNION ALL SELECT person_id, 'zone', json_build_object('zone', zone, 'source', source)::text"
    " FROM zone_evidence WHERE person_id = ANY(CAST(:wanted AS text[])) AND coalesce(until, 'infinity') > :at"
    " UNION ALL SELECT person_id, 'place', json_build_object('country', country,"
    "  'state', nullif(state, ''), 'city', nullif(city, ''))::text"
    " FROM residence WHERE person_id = ANY(CAST(:wanted AS text[])) AND coalesce(until, 'infinity') > :at"
    " UNION ALL SELECT person_id, 'event', json_build_object('kind', kind, 'at', at,"
    "  'debt', nullif(debt, ''))::text"
    " FROM milestone WHERE person_id = ANY(CAST(:wanted AS text[]))"
    " UNION ALL SELECT member_id, 'link', into_id FROM person_link"
    "  WHERE member_id = ANY(CAST(:wanted AS text[]))"
    " UNION ALL SELECT into_id, 'link', into_id FROM person_link"
    "  WHERE into_id = ANY(CAST(:wanted AS text[]))"
    " ORDER BY 1, 2, 3"
)


class Standing(NamedTuple):
    """What is on file about each person, and whose records are linked with others: person → root."""

    dossiers: dict[str, Dossier]
    roots: dict[str, str]


async def standing_of(
    connection: AsyncConnection, person_ids: Collection[str], history: History, creditor: str
) -> Standing:
    """What is on file about each of these persons alone."""
    found = Standing({person_id: Dossier(person_id) for person_id in person_ids}, {})
    if not found.dossiers:
        return found
    values = {"wanted": list(person_ids), "creditor": creditor, **history._asdict()}
    values["lasting"] = list(history.lasting)
    for person_id, what, told in await connection.execute(_STANDING, values):
        if what == "link":
            found.roots[person_id] = told
        else:
            part, decode = _PARTS[what]
            getattr(found.dossiers[person_id], part).append(decode(told))
    for dossier in found.dossiers.values():
        if len(dossier.attempts) > 1:
            dossier.attempts.sort(key=_by_time)
    return found


def _by_time(attempt: facts.Attempt) -> tuple[datetime, str]:
    return attempt.at, attempt.attempt_id


def _decoder(kind: type[Any]) -> Callable[[str], Any]:
    return msgspec.json.Decoder(kind).decode


_PARTS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "party": ("parties", _decoder(Party)),
    "attempt": ("attempts", _decoder(facts.Attempt)),
    "hold": ("holds", _decoder(facts.Hold)),
    "preference": ("preferences", _decoder(facts.Preference)),
    "consent": ("consents", _decoder(facts.Consent)),
    "fact": ("named", _decoder(NamedFact)),
    "zone": ("zones", _decoder(facts.ZoneEvidence)),
    "place": ("residences", _decoder(facts.Place)),
    "event": ("events", _decoder(facts.Event)),
}
