"""The whole platform as child processes, for end-to-end and chaos tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from recoup.local.stack import Stack, StackOptions
from recoup.local.supervisor import Supervisor
from recoup.settled import settle
from recoup.world import World
from shared.calendar.clock import FileClock, set_file_clock

PORT_OFFSETS = iter(range(1000, 20_000, 400))


@asynccontextmanager
async def running_platform(folder: Path, now: datetime, **options: Any) -> AsyncIterator[Stack]:
    """Start everything with the clock standing at `now`; stop everything when the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = folder / "clock"
    set_file_clock(clock, now)
    wish = StackOptions(
        folder=folder,
        clock=f"file:{clock}",
        console=False,
        port_offset=next(PORT_OFFSETS),
        log_level=options.pop("log_level", "WARNING"),
        **options,
    )
    stack: Stack | None = None
    try:
        async with Supervisor() as supervisor:
            stack = Stack(wish, supervisor)
            await stack.start()
            yield stack
    finally:
        if stack is not None and stack.postgres is not None:
            await stack.postgres.discard()


def world_of(stack: Stack) -> World:
    """The simulated outside world of a stack."""
    return World(stack.addresses.gateway_url, stack.keys.control_token)


def client_of(stack: Stack, service: str) -> httpx.AsyncClient:
    """An HTTP client of a service's API with the operator's key."""
    headers = {"X-API-Key": stack.keys.operator_api_key}
    return httpx.AsyncClient(base_url=stack.addresses.url(service), headers=headers, timeout=30)


async def settled(stack: Stack, seconds: float = 120.0) -> None:
    """Wait until nothing is under way."""
    now = FileClock(stack.options.folder / "clock").now()
    left = await settle(stack.stores(), now, seconds)
    assert left.total == 0, left
