"""What all builders of events share."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.contracts import delinquency
from shared.contracts.base import Event, Money
from shared.contracts.topics import TOPIC_OF
from shared.stream.partitioning import partition_of
from shared.stream.received import Received

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PARTITIONS = 12


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def money(amount: str, currency: str = "CNY") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def received(event: Event, key: str, minutes: float, number: int = 0) -> Received[Event]:
    topic = TOPIC_OF[type(event)].name
    place = partition_of(key, PARTITIONS)
    return Received(event, key, f"e-{number}", f"/recoup/{topic}", at(minutes), None, topic, place, number)


def position(days: int = 12) -> delinquency.CustomerPosition:
    return delinquency.CustomerPosition(days_past_due=days, bucket="M1", overdue_accounts=1, arrears=[])
