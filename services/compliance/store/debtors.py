"""What follows for third parties from what is on file about the debtor."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.gate.facts import AttemptOutcome
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, HoldKind, PartyRole

UNREACHABLE, DECEASED, INCAPABLE = "debtor_unreachable", "debtor_deceased", "debtor_incapable"
_NAMES = (UNREACHABLE, DECEASED, INCAPABLE)
_IN_A_ROW = 3
_NOTHING: dict[str, bool] = {}
_CALLS = (Channel.CALL_LIVE, Channel.CALL_AI, Channel.CALL_PRERECORDED)
_FAILED = frozenset(
    {
        AttemptOutcome.BUSY,
        AttemptOutcome.NOT_IN_SERVICE,
        AttemptOutcome.NO_ANSWER,
        AttemptOutcome.VOICEMAIL,
    }
)

_DEBTORS = text(
    "SELECT customer_id, person_id FROM party WHERE customer_id = ANY(CAST(:customers AS text[]))"
    " AND role = 'debtor' AND NOT removed ORDER BY customer_id, person_id"
)
# Who wrote to us since the last failed call is not out of reach, whatever the channel.
_LAST_CALLS = text(
    "SELECT person_id, outcome FROM unnest(CAST(:debtors AS text[])) AS debtor(person_id),"
    " LATERAL (SELECT outcome FROM attempt WHERE attempt.person_id = debtor.person_id"
    "  AND (channel = ANY(CAST(:calls AS text[])) OR direction = 'in')"
    "  AND coalesce(outcome, 'placed') <> 'placed'"
    "  ORDER BY reserved_at DESC LIMIT :most) AS last"
)
_SAID = text(
    "SELECT person_id, name, value FROM person_fact WHERE person_id = ANY(CAST(:debtors AS text[]))"
    " AND name = ANY(CAST(:names AS text[])) AND debt = '' AND contact_point_id = ''"
    " AND coalesce(until, 'infinity') > :now"
    " UNION ALL SELECT person_id, 'debtor_' || kind, true FROM hold"
    " WHERE person_id = ANY(CAST(:debtors AS text[])) AND kind = ANY(CAST(:kinds AS text[]))"
    " AND released_at IS NULL AND coalesce(until, 'infinity') > :now"
)


async def derived(
    connection: AsyncConnection, asked: Sequence[ContactRequested], now: datetime
) -> list[dict[str, bool]]:
    """For each request the named facts that follow from what is on file about others than its person."""
    customers = {one.customer_id for one in asked if one.role is not PartyRole.DEBTOR}
    by_customer = await _of_customers(connection, customers, now) if customers else {}
    return [
        {} if one.role is PartyRole.DEBTOR else by_customer.get(one.customer_id, _NOTHING) for one in asked
    ]


async def _of_customers(
    connection: AsyncConnection, customers: Collection[str], now: datetime
) -> dict[str, dict[str, bool]]:
    """What is true of all debtors of a customer; what is not known of one of them is left out."""
    debtors: dict[str, list[str]] = {}
    for customer_id, person_id in await connection.execute(_DEBTORS, {"customers": list(customers)}):
        debtors.setdefault(customer_id, []).append(person_id)
    persons = [person_id for several in debtors.values() for person_id in several]
    true = await _true_of(connection, persons, now)
    return {
        customer_id: {name: True for name in _NAMES if all((person, name) in true for person in several)}
        for customer_id, several in debtors.items()
    }


async def _true_of(
    connection: AsyncConnection, persons: Sequence[str], now: datetime
) -> set[tuple[str, str]]:
    values = {"debtors": persons, "calls": list(_CALLS), "most": _IN_A_ROW}
    last: dict[str, list[str]] = {}
    for person_id, outcome in await connection.execute(_LAST_CALLS, values):
        last.setdefault(person_id, []).append(outcome)
    true = {
        (person, UNREACHABLE)
        for person, outcomes in last.items()
        if len(outcomes) == _IN_A_ROW and _FAILED.issuperset(outcomes)
    }
    kinds = [HoldKind.DECEASED, HoldKind.INCAPABLE]
    said = {"debtors": persons, "names": list(_NAMES), "kinds": kinds, "now": now}
    for person_id, name, value in await connection.execute(_SAID, said):
        if value:
            true.add((person_id, name))
    return true
