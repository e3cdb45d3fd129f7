"""The whole platform as child processes, for end-to-end and chaos tests."""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from recoup.local.ports import port_is_free
from recoup.local.stack import Stack, StackOptions
from recoup.local.supervisor import Supervisor
from recoup.services import CONSOLE_PORT, SERVICES
from recoup.settled import settle
from recoup.world import World
from shared.calendar.clock import FileClock, set_file_clock

_OFFSETS, _SHARES = range(200, 6600, 200), 8
"""Moved by these, the services' ports stay below those that the local parts pick for themselves."""


def free_port_offset() -> int:
    """An offset at which all ports of a platform are free; workers side by side never get the same one."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    offsets = _OFFSETS[worker % _SHARES :: _SHARES]
    usual = [port for service in SERVICES.values() for port in (service.api_port, service.worker_port)]
    for offset in random.SystemRandom().sample(offsets, len(offsets)):
        if all(port_is_free(port + offset) for port in (*usual, CONSOLE_PORT)):
            return offset
    raise AssertionError(f"no free ports for a platform: tried offsets {list(offsets)}")


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
        port_offset=free_port_offset(),
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
