"""The whole platform as child processes, for end-to-end and chaos tests."""

import fcntl
import os
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
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

_kept = ExitStack()
_OFFSETS = range(200, 6600, 200)
"""Moved by these, the services' ports stay below those that the local parts pick for themselves."""


@contextmanager
def own_port_offset() -> Iterator[int]:
    """An offset at which all ports of a platform are free, for nobody else's tests while the block lasts.

    Free is not enough: of two platforms that start side by side both may find the ports free, and each then
    takes the other's answers for those of its own processes. So an offset is locked first.
    """
    usual = [port for service in SERVICES.values() for port in (service.api_port, service.worker_port)]
    folder = Path(tempfile.gettempdir()) / f"recoup-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for offset in random.SystemRandom().sample(_OFFSETS, len(_OFFSETS)):
        with (folder / str(offset)).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            if all(port_is_free(port + offset) for port in (*usual, CONSOLE_PORT)):
                yield offset
                return
    raise AssertionError(f"no free ports for a platform: tried offsets {list(_OFFSETS)}")


def free_port_offset() -> int:
    """Such an offset for whoever cannot say when it is done: nobody else's until this process ends."""
    return _kept.enter_context(own_port_offset())


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
        log_level=options.pop("log_level", "WARNING"),
        **options,
    )
    stack: Stack | None = None
    with own_port_offset() as wish.port_offset:
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
