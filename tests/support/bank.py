"""A bank for tests: publishes events to the bank's topic of a running platform."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from recoup.imports.publishing import Published, Publisher
from recoup.imports.rows import BankEvent
from recoup.local.stack import Stack
from shared.contracts.base import Event
from shared.contracts.corebank import (
    AccountSnapshot,
    ContactPointGiven,
    CustomerChanged,
    PaymentPosted,
    PersonGiven,
    UnpaidInstalment,
)
from shared.contracts.vocabulary import ContactPointKind, PartyRole, Product
from shared.stream.broker import Outbound, Place
from shared.stream.kafka import KafkaBroker

SOURCE = "/tests/bank"


def customer(name: str, *, time_zone: str | None = "Asia/Shanghai", version: int = 1) -> CustomerChanged:
    """A customer who is their own debtor, with a phone number and a mailbox that reach nobody."""
    digits = f"{sum(name.encode()) * 7919 % 10_000:04}"
    points = [
        ContactPointGiven(
            contact_point_id=f"{name}-phone", kind=ContactPointKind.PHONE, value=f"+8619900{digits}"
        ),
        ContactPointGiven(
            contact_point_id=f"{name}-mail", kind=ContactPointKind.EMAIL, value=f"{name}@example.com"
        ),
    ]
    person = PersonGiven(
        person_id=name, role=PartyRole.DEBTOR, name="测试", time_zone=time_zone, contact_points=points
    )
    return CustomerChanged(customer_id=name, version=version, persons=[person])


def snapshot(
    account: str, owner: str, now: datetime, *, days_late: int = 0, amount: str = "1000", **more: Any
) -> AccountSnapshot:
    """The state of an account with one unpaid instalment, if `days_late` is above zero."""
    due: date = now.date() - timedelta(days=days_late)
    unpaid = [UnpaidInstalment(due_date=due, amount=Decimal(amount))] if days_late else []
    return AccountSnapshot(
        account_id=account,
        customer_id=owner,
        product=more.pop("product", Product.CREDIT_CARD),
        currency="CNY",
        as_of=more.pop("as_of", now - timedelta(hours=4)),
        outstanding=Decimal(amount) * 3,
        unpaid=unpaid,
        **more,
    )


def payment(number: str, account: str, owner: str, at: datetime, amount: str) -> PaymentPosted:
    """Money on an account."""
    return PaymentPosted(
        payment_id=number,
        account_id=account,
        customer_id=owner,
        amount=Decimal(amount),
        currency="CNY",
        effective_at=at,
    )


def named(events: Iterable[Event], prefix: str) -> list[BankEvent]:
    """Events with ids made of `prefix` and their number."""
    return [
        BankEvent(
            f"{prefix}-{number}",
            SOURCE,
            getattr(event, "account_id", None) or event.customer_id,  # type: ignore[attr-defined]
            "",
            event,
        )
        for number, event in enumerate(events)
    ]


def broker_of(stack: Stack) -> KafkaBroker:
    """A client of the stack's broker."""
    return KafkaBroker(stack.addresses.kafka, "tests", idempotence=stack.environment.idempotence)


async def publish(stack: Stack, events: Iterable[BankEvent]) -> Published:
    """Publish named events as the bank does."""
    publisher = Publisher(broker_of(stack), stack.options.partitions, stack.options.folder / "rejected")
    return await publisher.publish(events)


async def publish_raw(stack: Stack, topic: str, records: list[tuple[int, Outbound]]) -> None:
    """Write records as they are, each to the partition that is given."""
    producer = await broker_of(stack).producer()
    try:
        for partition, record in records:
            await producer.send(Place(topic, partition), [record])
    finally:
        await producer.stop()
