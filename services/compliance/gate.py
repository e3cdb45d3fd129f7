"""Permits: the one path from a request to its decision, for both doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.compliance.domain.decision import decide
from services.compliance.domain.facts import Attempt, AttemptState, PersonFacts
from services.compliance.domain.record import DecisionRecord, decision_id_of, record
from services.compliance.domain.rules import GateRules
from services.compliance.journal import Journal
from services.compliance.store import decisions, people
from shared.contracts.base import Event
from shared.contracts.decisions import (
    ContactAllowed,
    ContactDeferred,
    ContactDenied,
    ContactReferred,
    Effect,
    Reason,
)
from shared.contracts.requests import ContactRequested
from shared.stream.work import Work

PERMIT_EXPIRY = "permit_expiry"
_MINUTE = timedelta(minutes=1)
_LARGEST_ASK = 2**31 - 1


class Evidence(msgspec.Struct):
    """The payload of a decision's leaf: all that is needed to decide again."""

    request: ContactRequested
    facts: PersonFacts
    now: datetime
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides requests; `grace` is how long after its end an unredeemed permit goes on counting."""

    rules: GateRules
    grace: timedelta

    async def permit(
        self, requests: Sequence[ContactRequested], work: Work, journal: Journal
    ) -> list[DecisionRecord]:
        """Decide those requests that were not decided before, in order, and reserve what they may use.

        The persons are locked. Each decision sees the reservations of those before it. Raises ValueError
        for a request that cannot be kept.
        """
        fresh = await self._fresh(requests, work)
        if not fresh:
            return []
        persons = {request.person_id for request in fresh.values()}
        facts = await people.facts_of(work.connection, persons, work.now)
        records = []
        for decision_id, request in fresh.items():
            known = facts[request.person_id]
            decision = decide(request, known, self.rules, work.now)
            made = record(decision_id, request, decision, work.now)
            self._draft(made, request, known, journal)
            records.append(made)
            if decision.valid_until is not None:
                known.attempts.append(reservation(request, work.now))
        points = [request.contact_point_id for request in fresh.values()]
        await decisions.keep(work.connection, records, points)
        self._set_expiry(records, work)
        return records

    async def _fresh(self, requests: Sequence[ContactRequested], work: Work) -> dict[str, ContactRequested]:
        named: dict[str, ContactRequested] = {}
        for request in requests:
            if not 0 <= request.ask <= _LARGEST_ASK:
                raise ValueError(f"ask must be from 0 to {_LARGEST_ASK}")
            named.setdefault(decision_id_of(request.contact_id, request.ask), request)
        contacts = {request.contact_id for request in named.values()}
        for decision_id in await decisions.known(work.connection, contacts):
            named.pop(decision_id, None)
        return named

    def _draft(
        self, made: DecisionRecord, request: ContactRequested, known: PersonFacts, journal: Journal
    ) -> None:
        journal.add(
            made.decision_id,
            "decision",
            made.person_id,
            made.decided_at,
            payload=Evidence(request, known, made.decided_at, made.reasons),
            ask=made.ask,
            channel=made.channel,
            contact=made.contact_id,
            effect=made.effect,
            permit=made.permit_id,
            rules=tuple(reason.rule_id for reason in made.reasons),
            ruleset=self.rules.digest,
            until=made.until or made.valid_until,
        )

    def _set_expiry(self, records: Sequence[DecisionRecord], work: Work) -> None:
        # One timer a minute for all permits that end in it, not one a permit.
        ends = {made.valid_until for made in records if made.valid_until is not None}
        for minute in sorted({end.replace(second=0, microsecond=0) for end in ends}):
            work.set_timer(PERMIT_EXPIRY, minute.isoformat(), minute + _MINUTE + self.grace)


def reservation(request: ContactRequested, now: datetime) -> Attempt:
    """What an allowed request puts among the person's attempts."""
    return Attempt(now, AttemptState.RESERVED, request.channel, request.contact_point_id)


def announcement(made: DecisionRecord, leaf_index: int) -> Event:
    """The event that tells a decision."""
    common: dict[str, Any] = {
        "decision_id": made.decision_id,
        "contact_id": made.contact_id,
        "ask": made.ask,
        "person_id": made.person_id,
        "customer_id": made.customer_id,
        "decided_at": made.decided_at,
        "leaf_index": leaf_index,
        "reasons": list(made.reasons),
    }
    if made.permit_id is not None and made.valid_until is not None:
        return ContactAllowed(permit_id=made.permit_id, valid_until=made.valid_until, **common)
    if made.until is not None:
        return ContactDeferred(until=made.until, **common)
    return _FINAL[made.effect](**common)


_FINAL: dict[Effect, type[ContactDenied] | type[ContactReferred]] = {
    Effect.DENY: ContactDenied,
    Effect.REVIEW: ContactReferred,
}
