"""The contact's state machine: one function a fact, and the fields that it may change."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from services.outreach.domain import answers, asking, facts, leaving
from services.outreach.domain.contact import Contact
from services.outreach.domain.facts import Step
from shared.contracts import decisions

Decider = Callable[[Contact, Any, datetime], Step]

_MOVING = ("state", "changed_at", "version", "reason", "queued_at")
_ASKING = (
    *_MOVING,
    *("person_id", "role", "language", "contact_point_id"),
    *("ask", "template_version", "permit_id", "valid_until", "handed_over"),
)
_PERMITTING = (*_MOVING, "permit_id", "valid_until", "lease_until")
_RELEASING = (*_MOVING, "lease_until", "handed_over")
_LEAVING = (*_MOVING, "provider", "provider_reference", "cost", "cost_currency", "text_digest")

DECIDERS: dict[type[Any], tuple[Decider, tuple[str, ...]]] = {
    facts.Treated: (asking.treated, _ASKING),
    facts.PartyArrived: (asking.party_arrived, _ASKING),
    facts.PartyMissing: (asking.party_missing, _MOVING),
    facts.AskAgain: (asking.ask_again, _ASKING),
    facts.PermitExpired: (asking.permit_expired, _ASKING),
    facts.Stopped: (asking.stopped, (*_MOVING, "stop_reason")),
    decisions.ContactAllowed: (asking.allowed, _PERMITTING),
    decisions.ContactDeferred: (asking.deferred, _MOVING),
    decisions.ContactDenied: (asking.denied, _MOVING),
    decisions.ContactReferred: (asking.referred, _MOVING),
    facts.Released: (leaving.released, _RELEASING),
    facts.Refused: (leaving.refused, _MOVING),
    facts.Undeliverable: (leaving.undeliverable, _MOVING),
    facts.Rejected: (leaving.rejected, (*_MOVING, "provider")),
    facts.Sent: (leaving.sent, _LEAVING),
    facts.Unknown: (leaving.unknown, _LEAVING),
    facts.ReceiptCame: (answers.receipt_came, _MOVING),
    facts.OutcomeReported: (answers.outcome_reported, _MOVING),
}


def decide(contact: Contact, fact: object, now: datetime) -> Step:
    """What `fact` makes of the contact. A fact that does not fit its state changes nothing.

    Same input, same step: no clock, no randomness. KeyError for a type that is no fact.
    """
    return DECIDERS[type(fact)][0](contact, fact, now)


def changing(kinds: Iterable[type[Any]]) -> tuple[str, ...]:
    """The fields that facts of these types may change, in the order of the contact."""
    changed = {name for kind in kinds for name in DECIDERS[kind][1]}
    return tuple(name for name in Contact.__struct_fields__ if name in changed)
