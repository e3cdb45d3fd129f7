"""Deadlines of ours around aiokafka's calls, which can hang on a dead broker."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from aiokafka.errors import KafkaError

from shared.stream.broker import BrokerError

T = TypeVar("T")


async def within(seconds: float, call: Awaitable[T], what: str) -> T:
    """Await the call, at most so long. Raises BrokerError, which says `what` was under way."""
    try:
        # Not wait_for: in Python 3.11 it can swallow a cancellation that comes as its call ends.
        async with asyncio.timeout(seconds):
            return await call
    except (KafkaError, TimeoutError, OSError) as error:
        raise BrokerError(f"{what}: {type(error).__name__} {error}".strip()) from error


async def stop_client(client: Any) -> None:
    """Stop a client without trusting it: it may hang or raise CancelledError (aiokafka #647)."""
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait([stopping], timeout=5)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled():
        stopping.exception()  # looked at, so that nobody complains about it
