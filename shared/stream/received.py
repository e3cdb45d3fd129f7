"""A decoded event as a handler sees it."""

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from shared.contracts.base import Event

E_co = TypeVar("E_co", bound=Event, covariant=True)


class Received(msgspec.Struct, Generic[E_co], frozen=True):
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
