"""Requests, facts and rules for tests of the gate."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.compliance.domain.facts import Attempt, AttemptState, Party, PersonFacts
from services.compliance.domain.rules import GateRules, JurisdictionRules
from services.compliance.domain.window import Window
from shared.contracts.decisions import Force
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, PartyRole, Purpose

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Monday 2026-03-02, 12:00 in Shanghai."""


def jurisdiction(code: str, opens: int, closes: int, cap: int = 3) -> JurisdictionRules:
    return JurisdictionRules(
        code, Window(opens * 60, closes * 60), "hours", Force.LAW, cap, "cap", Force.POLICY
    )


def rules(*, cap: int = 3, ttl: timedelta = timedelta(minutes=5)) -> GateRules:
    known = {"CN": jurisdiction("CN", 8, 22, cap), "US": jurisdiction("US", 8, 21, cap)}
    return GateRules(known, ttl, "digest")


def request(**changes: Any) -> ContactRequested:
    values: dict[str, Any] = {
        "contact_id": "contact-1",
        "ask": 1,
        "person_id": "person-1",
        "customer_id": "customer-1",
        "case_id": "case-1",
        "treatment_id": "treatment-1",
        "role": PartyRole.DEBTOR,
        "channel": Channel.SMS,
        "purpose": Purpose.COLLECT,
        "contact_point_id": "point-1",
        "template": "reminder",
        "language": "zh",
        "jurisdiction": "CN",
        "time_zone": "Asia/Shanghai",
        "requested_at": NOON,
    }
    return ContactRequested(**(values | changes))


def attempt(at: datetime, state: AttemptState = AttemptState.LEFT) -> Attempt:
    return Attempt(at, state, Channel.SMS, "point-1")


def party(**changes: Any) -> Party:
    values: dict[str, Any] = {
        "customer_id": "customer-1",
        "role": PartyRole.DEBTOR,
        "jurisdiction": "CN",
        "time_zone": "Asia/Shanghai",
        "removed": False,
    }
    return Party(**(values | changes))


def facts(**changes: Any) -> PersonFacts:
    return PersonFacts(**changes)
