"""Keeps the processes of the local stack running, and leaves none behind."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from recoup.local.errors import LocalStackError
from recoup.local.process import ManagedProcess

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class What(StrEnum):
    """What can happen to a supervised process."""

    STARTING = "starting"
    READY = "ready"
    DIED = "died"
    RESTARTING = "restarting"
    NOT_RESTARTED = "not restarted"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Happening:
    """One thing that happened to one process; `detail` is for people."""

    process: str
    what: What
    detail: str = ""


class Supervisor:
    """Starts processes in groups, restarts those that die, and stops all of them in reverse order.

    Use it as `async with Supervisor(report) as supervisor:` in the main thread. Ctrl-C, SIGTERM and
    SIGHUP cancel the body of the block, whatever it waits for; then everything is stopped, the block ends
    without an exception, and `stopped_by` names the signal. A second signal kills what still runs.
    """

    def __init__(
        self,
        report: Callable[[Happening], None] | None = None,
        *,
        restart_delay: float = 0.1,
        longest_restart_delay: float = 5.0,
        steady_after: float = 10.0,
    ) -> None:
        self._report = report or (lambda _: None)
        self._restart_delay = restart_delay
        self._longest_restart_delay = longest_restart_delay
        self._steady_after = steady_after
        self._groups: list[tuple[ManagedProcess, ...]] = []
        self._watches: dict[ManagedProcess, asyncio.Task[None]] = {}
        self._body: asyncio.Task[object] | None = None
        self._stopping = False
        self.stopped_by: signal.Signals | None = None

    @property
    def processes(self) -> list[ManagedProcess]:
        """Every process that was handed over, in the order of their start."""
        return [process for group in self._groups for process in group]

    async def __aenter__(self) -> Supervisor:
        self._body = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        await self._stop_all()
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)
        if self.stopped_by is None or kind is not asyncio.CancelledError or self._body is None:
            return False
        self._body.uncancel()
        return True

    async def start(self, *processes: ManagedProcess) -> None:
        """Start processes side by side and wait until all are ready; they will be stopped together.

        Raises LocalStackError of the first that cannot start: a first start is not tried again.
        """
        self._groups.append(processes)
        async with asyncio.TaskGroup() as group:
            starts = [group.create_task(self._first_start(process)) for process in processes]
        for start in starts:
            if error := start.result():
                raise error

    async def wait(self) -> None:
        """Wait for Ctrl-C or SIGTERM."""
        await asyncio.Event().wait()

    async def stop(self, process: ManagedProcess) -> None:
        """Stop one process and leave it stopped until `resume`."""
        if watch := self._watches.pop(process, None):
            watch.cancel()
            await asyncio.wait([watch])
        self._say(process, What.STOPPING)
        await process.stop()
        self._say(process, What.STOPPED)

    async def resume(self, process: ManagedProcess) -> None:
        """Start one stopped process again; raises LocalStackError if it cannot start."""
        if error := await self._first_start(process):
            raise error

    async def _first_start(self, process: ManagedProcess) -> LocalStackError | None:
        self._say(process, What.STARTING)
        try:
            await process.start()
        except LocalStackError as error:
            return error
        self._say(process, What.READY, f"after {process.seconds_to_ready:.1f} s")
        self._watches[process] = asyncio.create_task(self._watch(process))
        return None

    async def _watch(self, process: ManagedProcess) -> None:
        delay = self._restart_delay
        while True:
            begun = time.monotonic()
            code = await process.wait()
            if process.stopping:
                return
            self._say(process, What.DIED, f"exit code {code}")
            if not process.restart:
                return
            if time.monotonic() - begun >= self._steady_after:
                delay = self._restart_delay
            delay = await self._bring_back(process, delay)

    async def _bring_back(self, process: ManagedProcess, delay: float) -> float:
        """Restart until it is ready; returns the delay before the next restart."""
        while True:
            self._say(process, What.RESTARTING, f"in {delay:.1f} s")
            await asyncio.sleep(delay)
            delay = min(delay * 2, self._longest_restart_delay)
            process.restarts += 1
            try:
                await process.start()
            except Exception as error:  # whatever it is, the next try may succeed
                self._say(process, What.NOT_RESTARTED, str(error) or type(error).__name__)
                continue
            self._say(process, What.READY, f"after {process.seconds_to_ready:.1f} s")
            return delay

    async def _stop_all(self) -> None:
        self._stopping = True
        for watch in self._watches.values():
            watch.cancel()
        if self._watches:
            await asyncio.wait(self._watches.values())
        self._watches.clear()
        for group in reversed(self._groups):
            await asyncio.gather(*(self.stop(process) for process in group if process.running))

    def _signalled(self, number: signal.Signals) -> None:
        if not self._stopping and self._body is not None:
            self._stopping = True
            self.stopped_by = number
            self._body.cancel()
            return
        for process in self.processes:
            process.kill()

    def _say(self, process: ManagedProcess, what: What, detail: str = "") -> None:
        with suppress(BrokenPipeError):  # a closed terminal must not keep the processes from being stopped
            self._report(Happening(process.name, what, detail))
