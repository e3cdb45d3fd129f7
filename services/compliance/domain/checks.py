"""Rules that no waiting helps against: party, holds, opt-outs, wrong numbers."""

from collections.abc import Iterable
from datetime import datetime

from services.compliance.domain.facts import Hold, OptOut, PersonFacts
from services.compliance.domain.limits import reason
from services.compliance.domain.rules import (
    HOLD,
    HOLD_CITATION,
    OBLIGORS,
    OPT_OUT,
    OPT_OUT_CITATION,
    PARTY,
    PARTY_CITATION,
    PERMITTED_UNDER,
    WRONG_NUMBER,
    WRONG_NUMBER_CITATION,
    effect_of,
)
from shared.contracts.decisions import Effect, Force, Reason
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, HoldKind, Purpose

_NOTHING: frozenset[Purpose] = frozenset()


def blocking_reasons(request: ContactRequested, facts: PersonFacts, now: datetime) -> list[Reason]:
    """Every rule that forbids the contact or sends it to a human, whatever the hour."""
    return [
        *party_reasons(request, facts),
        *standing_reasons(
            facts.holds, facts.opt_outs, request.purpose, request.channel, request.contact_point_id, now
        ),
    ]


def party_reasons(request: ContactRequested, facts: PersonFacts) -> list[Reason]:
    """The role that the request names and the one on file both have to be an obligor's."""
    found = []
    if request.role not in OBLIGORS:
        found.append(_not_obligor({"role": request.role}))
    for party in facts.parties:
        if party.customer_id != request.customer_id:
            continue
        if party.removed:
            found.append(_not_obligor({"on_file": "removed"}))
        elif party.role not in OBLIGORS:
            found.append(_not_obligor({"on_file": party.role}))
    return found


def standing_reasons(
    holds: Iterable[Hold],
    opt_outs: Iterable[OptOut],
    purpose: Purpose,
    channel: Channel,
    contact_point_id: str,
    now: datetime,
) -> list[Reason]:
    """Holds and opt-outs in the way: what is checked again when a permit is redeemed."""
    found = []
    for hold in holds:
        if not hold.in_force(now) or hold.contact_point_id not in (None, contact_point_id):
            continue
        if hold.kind is HoldKind.WRONG_NUMBER and hold.contact_point_id is not None:
            found.append(reason(WRONG_NUMBER, Effect.DENY, Force.POLICY, WRONG_NUMBER_CITATION, {}))
        elif purpose not in PERMITTED_UNDER.get(hold.kind, _NOTHING):
            numbers = {"kind": hold.kind, "hold": hold.hold_id}
            found.append(reason(HOLD, effect_of(hold.kind), Force.LAW, HOLD_CITATION, numbers))
    for opt_out in opt_outs:
        if opt_out.covers(channel):
            numbers = {"channel": opt_out.channel}
            found.append(reason(OPT_OUT, Effect.DENY, Force.LAW, OPT_OUT_CITATION, numbers))
    return found


def _not_obligor(numbers: dict[str, str]) -> Reason:
    return reason(
        PARTY, Effect.DENY, Force.LAW, PARTY_CITATION, {key: str(value) for key, value in numbers.items()}
    )
