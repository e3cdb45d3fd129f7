"""Requests for tests of the gate."""

from datetime import UTC, datetime
from typing import Any

from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, PartyRole, Purpose

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Monday 2026-03-02, 12:00 in Shanghai."""


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
