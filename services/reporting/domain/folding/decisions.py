"""The gate's answers, from what compliance says: the contact's state and the rules behind it."""

from datetime import datetime

from services.reporting.domain.projection import Folds, Projection, earliest, utc_day
from services.reporting.domain.rows import DecisionRow
from shared.contracts.decisions import (
    ContactAllowed,
    ContactDeferred,
    ContactDenied,
    ContactReferred,
    Effect,
    Reason,
)


def _decision(projection: Projection, contact_id: str) -> DecisionRow:
    row = projection.decisions.get(contact_id)
    if row is None:
        row = projection.decisions[contact_id] = DecisionRow(contact_id)
    return row


def _count_rules(
    projection: Projection, reasons: list[Reason], effect: Effect, decided_at: datetime
) -> str | None:
    """Count the rules that had this effect; the first of them."""
    first = None
    day = utc_day(decided_at)
    for reason in reasons:
        if reason.effect is effect:
            projection.rule(reason.rule_id, effect.value, day)
            first = first or reason.rule_id
    return first


def _allowed(projection: Projection, event: ContactAllowed, said_at: datetime) -> None:
    row = _decision(projection, event.contact_id)
    row.allowed_at = earliest(row.allowed_at, event.decided_at)


def _deferred(projection: Projection, event: ContactDeferred, said_at: datetime) -> None:
    _decision(projection, event.contact_id).deferrals += 1
    _count_rules(projection, event.reasons, Effect.DEFER, event.decided_at)


def _denied(projection: Projection, event: ContactDenied, said_at: datetime) -> None:
    row = _decision(projection, event.contact_id)
    row.denied_at = earliest(row.denied_at, event.decided_at)
    row.denial_rule = _count_rules(projection, event.reasons, Effect.DENY, event.decided_at)


def _referred(projection: Projection, event: ContactReferred, said_at: datetime) -> None:
    row = _decision(projection, event.contact_id)
    row.referred_at = earliest(row.referred_at, event.decided_at)
    _count_rules(projection, event.reasons, Effect.REVIEW, event.decided_at)


FOLDS: Folds = {
    ContactAllowed: _allowed,
    ContactDeferred: _deferred,
    ContactDenied: _denied,
    ContactReferred: _referred,
}
