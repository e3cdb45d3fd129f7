"""Watches the broker: which log is it, and what do other runtimes ask on the control topic?"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from shared.contracts.base import Event
from shared.stream.broker import Broker, BrokerError, ControlReader
from shared.stream.envelope import Unreadable, attributes, decode

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 1.0


@dataclass(slots=True)
class LogWatch:
    """Keeps the identity of the broker's log current and hands control events on."""

    broker: Broker
    topics: Mapping[str, int]
    on_control: Callable[[Event], None]
    log_id: str | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Watch for ever; raises BrokerError when the broker is away."""
        await self.broker.ensure_topics(self.topics)
        while True:
            await self._watch_one_log()

    async def _watch_one_log(self) -> None:
        """Watch until the log is another: a reader would look for new requests behind its old place."""
        reader = await self.broker.control()
        try:
            self._note(await self._identity(reader))
            while True:
                await self._hear(reader)
                if await self._identity(reader) != self.log_id:
                    return
        finally:
            await reader.stop()

    async def _hear(self, reader: ControlReader) -> None:
        for record in await reader.fetch(LOOK_EVERY_SECONDS):
            try:
                self.on_control(decode(record, attributes(record)).event)
            except Unreadable as error:
                log.warning("control.unreadable", reason=error.reason)

    async def current(self) -> str:
        """The log's identity, once it is known."""
        while self.log_id is None:
            await self.changed()
        return self.log_id

    async def changed(self) -> None:
        """Returns when the identity changes next."""
        await self._changed.wait()

    async def _identity(self, reader: ControlReader) -> str:
        try:
            return await reader.log_id()
        except BrokerError:
            # The log is new, or was lost under our feet: make what is missing, then look again.
            await self.broker.ensure_topics(self.topics)
        try:
            return await reader.log_id()
        except BrokerError:
            await self.broker.name_log()
            return await reader.log_id()

    def _note(self, identity: str) -> None:
        if identity != self.log_id:
            log.info("broker.log", known=self.log_id, now=identity)
            self.log_id = identity
            self._changed.set()
            self._changed = asyncio.Event()
