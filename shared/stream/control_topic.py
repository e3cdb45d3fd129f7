"""Writing to the control topic, outside any lane: what is lost there is asked again."""

import uuid
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from shared.contracts.base import Event
from shared.contracts.topics import CONTROL
from shared.stream.broker import Broker, Outbound, Place
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION

Publish = Callable[[Sequence[Event]], Awaitable[None]]
"""Writes events to the control topic. Raises BrokerError."""


async def publish(broker: Broker, events: Sequence[Event]) -> None:
    """Write control events. Raises BrokerError."""
    if not events:
        return
    producer = await broker.producer()
    try:
        await producer.send(Place(CONTROL.name, 0), [control_record(event) for event in events])
    finally:
        await producer.stop()


def control_record(event: Event) -> Outbound:
    """The record of a control event."""
    headers = [
        SPEC_VERSION,
        ("ce_id", uuid.uuid4().hex.encode()),
        ("ce_source", b"/recoup/runtime"),
        ("ce_type", event.type_.encode()),
        CONTENT_TYPE,
    ]
    return Outbound(b"", msgspec.json.encode(event), headers)
