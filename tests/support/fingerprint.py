"""The final state of a run, independent of the order in which it came about."""

from typing import Any

from sqlalchemy import text

from recoup.stores import Stores

QUESTIONS: dict[str, dict[str, str]] = {
    "intake": {
        "accounts": "SELECT account_id, customer_id, overdue, days_past_due, bucket, arrears, outstanding"
        " FROM account",
        "payments": "SELECT account_id, payment_id, amount, reversed_at IS NOT NULL FROM payment",
    },
    "strategy": {
        "cases": "SELECT case_id, status, stage, segment, outcome, round, step, contacts"
        " FROM collection_case",
        "promises": "SELECT promise_id, status, received FROM promise",
        "holds": "SELECT hold_id, kind, released_at IS NOT NULL FROM hold",
    },
    "outreach": {
        # What cannot be known after a crash counts as made, and a provider may confirm it or not.
        "contacts": "SELECT contact_id, channel, ask, CASE WHEN state IN ('unconfirmed', 'delivered')"
        " THEN 'dispatched' ELSE state END FROM contact",
        "inbound": "SELECT message_id, outcome FROM inbound_message",
    },
    "compliance": {
        "decisions": "SELECT decision_id, contact_id, ask, effect FROM decision",
        "attempts": "SELECT permit_id, dispatch_id IS NOT NULL FROM attempt",
        "opt-outs": "SELECT person_id, channel FROM opt_out",
        "complaints": "SELECT complaint_id FROM complaint",
    },
    "reporting": {
        "cases": "SELECT case_id, treatments, contacts, outcome FROM case_figure",
        "events": "SELECT topic, type, sum(count) FROM event_count WHERE topic <> 'corebank.events.v1'"
        " AND type NOT IN ('log.checkpoint_signed.v1', 'contact.delivered.v1') GROUP BY topic, type",
    },
}


async def fingerprint(stores: Stores) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of each question, sorted, by `service question`."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with stores.connections() as connections:
        for service, questions in QUESTIONS.items():
            for name, query in questions.items():
                rows = await connections[service].execute(text(query))
                found[f"{service} {name}"] = sorted(tuple(map(str, row)) for row in rows)
    return found


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, Any]:
    """What differs, with a few examples from each side; empty when the runs ended alike."""
    found: dict[str, Any] = {}
    for name in one:
        mine, theirs = set(one[name]), set(other[name])
        if one[name] != other[name]:
            found[name] = {
                "only undisturbed": sorted(mine - theirs)[:5],
                "only disturbed": sorted(theirs - mine)[:5],
                "sizes": (len(one[name]), len(other[name])),
            }
    return found
