"""A decoded event as a handler sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from shared.contracts.base import Event

E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Received(Generic[E_co]):
    """An event and where it came from.

    `id` and `source` are the CloudEvents attributes; together they name the event for ever.
    """

    event: E_co
    key: str
    id: str
    source: str
    time: datetime | None
    correlation: str | None
    topic: str
    partition: int
    offset: int
