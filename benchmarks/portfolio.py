"""The platform's input: customers with a phone number, and one overdue snapshot each."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from shared.contracts.base import Event
from shared.contracts.corebank import (
    AccountSnapshot,
    ContactPointGiven,
    CustomerChanged,
    PersonGiven,
    UnpaidInstalment,
)
from shared.contracts.vocabulary import ContactPointKind, PartyRole, Product
from shared.stream.broker import Outbound
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Tuesday in contact hours; the platform's clock stands here."""

SOURCE = b"/benchmarks/bank"
_encode = msgspec.json.Encoder().encode


def customer_id(number: int) -> str:
    """The id of the n-th customer, who is their own debtor."""
    return f"bench-{number:08d}"


def customers(numbers: Iterable[int]) -> list[Outbound]:
    """Everyone, with a mobile number that reaches nobody."""
    return [_record(_customer(number), b"customer-%d" % number) for number in numbers]


def snapshots(numbers: Iterable[int]) -> list[Outbound]:
    """One account each, one to twenty days past due: the first reminder by SMS is due at once."""
    return [_record(_snapshot(number), b"snapshot-%d" % number) for number in numbers]


def _customer(number: int) -> CustomerChanged:
    name = customer_id(number)
    phone = ContactPointGiven(
        contact_point_id=f"{name}-phone", kind=ContactPointKind.PHONE, value=f"+86199{number:08d}"
    )
    person = PersonGiven(person_id=name, role=PartyRole.DEBTOR, name="测试", contact_points=[phone])
    return CustomerChanged(customer_id=name, version=1, persons=[person])


def _snapshot(number: int) -> AccountSnapshot:
    days = 1 + number % 20
    amount = Decimal(500 + number % 4000)
    return AccountSnapshot(
        account_id=f"account-{number:08d}",
        customer_id=customer_id(number),
        product=Product.CREDIT_CARD,
        currency="CNY",
        as_of=NOW - timedelta(hours=8),
        outstanding=amount * 3,
        unpaid=[UnpaidInstalment(due_date=NOW.date() - timedelta(days=days), amount=amount)],
    )


def _record(event: Event, event_id: bytes) -> Outbound:
    headers = [
        SPEC_VERSION,
        ("ce_id", event_id),
        ("ce_source", SOURCE),
        ("ce_type", event.type_.encode()),
        CONTENT_TYPE,
    ]
    key: str = event.customer_id  # type: ignore[attr-defined]  # both kinds have it
    return Outbound(key.encode(), _encode(event), headers)
