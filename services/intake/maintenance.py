"""Keeps the partitions of the border's memory: the worker's background task."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.store import partitions
from shared.calendar.clock import Clock
from shared.telemetry.logs import get_logger

EVERY_SECONDS = 900.0
_log = get_logger(__name__)


def partition_keeper(engine: AsyncEngine, clock: Clock, keep_days: int) -> Callable[[], Awaitable[None]]:
    """A task that makes the next monthly partitions and drops old ones, until it is cancelled.

    Without it nothing is lost: rows fall into the default partition.
    """

    async def keep() -> None:
        while True:
            try:
                async with engine.begin() as connection:
                    await partitions.maintain(connection, clock.now().date(), keep_days)
            except (DBAPIError, OSError, TimeoutError) as error:
                _log.warning("partitions_not_maintained", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    return keep
