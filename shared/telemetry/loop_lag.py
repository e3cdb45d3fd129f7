"""Measures how late the event loop wakes a task: the first sign of a blocking call."""

from __future__ import annotations

import asyncio

from shared.telemetry.metrics import event_loop_lag_seconds


async def watch_event_loop(service: str, interval: float = 0.5) -> None:
    """Observe `event_loop_lag_seconds` every `interval` seconds until cancelled."""
    loop = asyncio.get_running_loop()
    lag = event_loop_lag_seconds.labels(service=service)
    while True:
        due = loop.time() + interval
        await asyncio.sleep(interval)
        lag.observe(max(0.0, loop.time() - due))
