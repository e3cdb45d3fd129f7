"""Forgets old ticks of the flow: the worker's background task."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting.store import flow
from shared.calendar.clock import Clock
from shared.telemetry.logs import get_logger

EVERY_SECONDS = 600.0
KEPT = timedelta(hours=2)
_log = get_logger(__name__)


def tick_keeper(engine: AsyncEngine, wall: Clock) -> Callable[[], Awaitable[None]]:
    """A task that forgets ticks older than two hours of the wall clock, until it is cancelled."""

    async def keep() -> None:
        while True:
            try:
                async with engine.begin() as connection:
                    await flow.prune(connection, wall.now() - KEPT)
            except (DBAPIError, OSError, TimeoutError) as error:
                _log.warning("ticks_not_pruned", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    return keep
