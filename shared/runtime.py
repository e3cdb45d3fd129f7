"""The parts that an API or worker process of a service is made of, from its settings."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calendar.clock import Clock, clock_from
from shared.database.engine import create_engine
from shared.security.fields import FieldCipher
from shared.settings import ServiceSettings
from shared.stream.transaction import Transactions

S = TypeVar("S", bound=ServiceSettings)


@dataclass(slots=True)
class Runtime(Generic[S]):
    """What a process of `service` works with."""

    service: str
    settings: S
    engine: AsyncEngine
    clock: Clock
    transactions: Transactions
    cipher: FieldCipher


def open_runtime(service: str, settings: S, process: str) -> Runtime[S]:
    """Make the parts; nothing is connected yet."""
    engine = create_engine(
        settings.database_url.get_secret_value(), schema=service, application=f"recoup {service} {process}"
    )
    clock = clock_from(settings.clock)
    transactions = Transactions(engine, clock, settings.partitions)
    return Runtime(service, settings, engine, clock, transactions, settings.field_cipher)
