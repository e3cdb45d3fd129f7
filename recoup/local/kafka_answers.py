"""Asks a broker whether it serves clients."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from recoup.local.errors import LocalStackError
from recoup.local.ports import LOOPBACK

_ASK_SECONDS = 5.0
_PAUSE_SECONDS = 0.05


async def brokers_seen(port: int) -> int:
    """How many brokers the metadata of the one at this loopback port name; 0 while it does not answer."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return 0
    writer.close()
    admin = AIOKafkaAdminClient(
        bootstrap_servers=f"{LOOPBACK}:{port}", request_timeout_ms=int(_ASK_SECONDS * 1000)
    )
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            await admin.start()
            cluster = await admin.describe_cluster()
        return len(cluster["brokers"])
    except (KafkaError, OSError, TimeoutError):
        return 0
    finally:
        with suppress(Exception):
            async with asyncio.timeout(_ASK_SECONDS):
                await admin.close()


async def wait_for_brokers(port: int, brokers: int, timeout: float) -> None:
    """Wait until the broker at this loopback port sees `brokers` of them; raises LocalStackError."""
    try:
        async with asyncio.timeout(timeout):
            while await brokers_seen(port) < brokers:  # noqa: ASYNC110 - another process, no event
                await asyncio.sleep(_PAUSE_SECONDS)
    except TimeoutError:
        raise LocalStackError(
            f"The broker on port {port} did not see {brokers} brokers within {timeout:.0f} seconds."
        ) from None
