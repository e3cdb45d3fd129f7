"""Persons of other countries for tests of the gate, and what is put on file about them."""

from decimal import Decimal
from typing import Any

from services.compliance.domain.record import permit_id_of
from services.compliance.redeeming import Redemption
from shared.contracts import contacts
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, OutcomeCode
from tests.integration.compliance.house import House, about, asks

NEW_YORK = {"jurisdiction": "US-CT", "time_zone": "America/New_York"}
"""By New York's clock, in a state without an overlay."""


async def post(
    gate: House, path: str, key: str = "", expect: int | None = None, **body: Any
) -> dict[str, Any]:
    """The answer of a command of the API."""
    async with gate.client() as client:
        headers = {"Idempotency-Key": key or f"key-{next(gate.numbers)}"}
        answer = await client.post(path, json=body, headers=headers)
    assert answer.status_code == expect if expect else answer.is_success, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def standing(gate: House, person_id: str = "person-1") -> dict[str, Any]:
    """What is on file about a person."""
    async with gate.client() as client:
        answer = await client.get(f"/persons/{person_id}/standing")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def validated(gate: House, person_id: str = "person-1") -> None:
    """The person got the validation notice that collection in the US waits for."""
    await post(gate, f"/persons/{person_id}/events", kind="validation_sent")


def call(number: int, **changes: Any) -> ContactRequested:
    """A request for a live call to a person in Connecticut."""
    return asks(number, **({"channel": Channel.CALL_LIVE, "content_tags": None} | NEW_YORK | changes))


async def made_call(
    gate: House, number: int, outcome: OutcomeCode | None = OutcomeCode.NO_ANSWER, **changes: Any
) -> None:
    """A call that was permitted, redeemed and made now, and came to something, or nobody knows yet."""
    await gate.feed(call(number, **changes))
    contact, permit = f"contact-{number}", permit_id_of(f"contact-{number}", 1)
    (answer,) = await gate.redeem(Redemption(permit, contact, f"dispatch-{number}"))
    assert answer.result == "redeemed", answer.reason
    await gate.feed(dispatched_call(gate, number, **changes))
    if outcome is not None:
        await gate.feed(call_came_to(gate, number, outcome, **changes))


def dispatched_call(gate: House, number: int, **changes: Any) -> contacts.ContactDispatched:
    """The call went out now."""
    contact = f"contact-{number}"
    person = {name: value for name, value in changes.items() if name == "person_id"}
    return contacts.ContactDispatched(
        **about(permit_id_of(contact, 1), contact, channel=Channel.CALL_LIVE, **person),
        treatment_id="treatment-1",
        provider="desk",
        dispatched_at=gate.clock.now(),
        cost=contacts.Money(amount=Decimal(0), currency="USD"),
    )


def call_came_to(gate: House, number: int, outcome: OutcomeCode, **changes: Any) -> contacts.OutcomeRecorded:
    """What the call came to; `at` is when, now if left out."""
    return contacts.OutcomeRecorded(
        outcome_id=f"outcome-{number}",
        contact_id=f"contact-{number}",
        person_id=changes.get("person_id", "person-1"),
        customer_id="customer-1",
        case_id="case-1",
        channel=Channel.CALL_LIVE,
        outcome=outcome,
        recorded_at=changes.get("at", gate.clock.now()),
    )
