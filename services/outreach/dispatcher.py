"""The loops that bring permitted contacts out of the bank: one a channel adapter, none holds up another."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

from services.outreach import metrics
from services.outreach.dispatch_round import ChannelRounds, RoundResult
from services.outreach.receipt_sweep import ReceiptSweep
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
_FIRST_IDLE, _LONGEST_IDLE = 0.02, 1.0
_FIRST_BACK_OFF, _LONGEST_BACK_OFF = 0.5, 15.0
_STOP_SECONDS = 10.0


class ChannelLoop:
    """Rounds of one adapter, for ever: at once while there is work, seldom while there is none."""

    def __init__(self, rounds: ChannelRounds) -> None:
        self._rounds = rounds
        self._woken = asyncio.Event()
        self._idle = _FIRST_IDLE
        self._back_off = _FIRST_BACK_OFF

    def wake(self) -> None:
        """There may be something to claim in a moment."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; a round in progress is brought to its end first, within limits."""
        while True:
            result = await self._unbroken()
            if result is None or result.gate_away:
                await asyncio.sleep(self._next_back_off())
                continue
            self._back_off = _FIRST_BACK_OFF
            if result.pause:
                await asyncio.sleep(result.pause)
            elif result.claimed:
                self._idle = _FIRST_IDLE
            else:
                await self._rest()

    async def _unbroken(self) -> RoundResult | None:
        """A round that a cancellation does not tear apart; None where it failed."""
        task = asyncio.create_task(self._rounds.run())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            with suppress(Exception):
                await asyncio.wait_for(task, _STOP_SECONDS)
            raise
        except Exception as error:
            # Whatever it was, the contacts come back when their lease ends; the loop must go on.
            provider = self._rounds.adapter.provider
            metrics.rounds_failed_total.labels(provider).inc()
            _log.error("dispatch_round_failed", provider=provider, error=type(error).__name__, exc_info=True)
            return None

    async def _rest(self) -> None:
        """Wait for the next look: soon after a wake-up, for it comes before the commit."""
        self._woken.clear()
        try:
            await asyncio.wait_for(self._woken.wait(), self._idle)
            self._idle = _FIRST_IDLE
        except TimeoutError:
            self._idle = min(self._idle * 2, _LONGEST_IDLE)

    def _next_back_off(self) -> float:
        seconds = self._back_off * random.uniform(0.5, 1.0)
        self._back_off = min(self._back_off * 2, _LONGEST_BACK_OFF)
        return seconds


class Dispatcher:
    """All loops of a worker process."""

    def __init__(self, rounds: Sequence[ChannelRounds], sweep: ReceiptSweep) -> None:
        self._loops = [ChannelLoop(one) for one in rounds]
        self._rounds = rounds
        self._sweep = sweep

    def wake(self) -> None:
        """The gate has answered; called from handlers, before their commit."""
        for loop in self._loops:
            loop.wake()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for loop in self._loops:
                    group.create_task(loop.run())
                group.create_task(self._sweep.run())
        finally:
            for one in self._rounds:
                await one.adapter.close()
            for desk in {id(one.desk): one.desk for one in self._rounds}.values():
                await desk.close()
