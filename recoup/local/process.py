"""One process of the local stack, from its start to its end."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from recoup.local.child import Account, child_setup, kill_group
from recoup.local.errors import LocalStackError
from recoup.local.folders import require_folder

_LOG_LIMIT_BYTES = 20 * 1024 * 1024
_PROBE_PAUSE_SECONDS = 0.05


@dataclass(eq=False)
class ManagedProcess:
    """A child process in a session of its own, whose output goes to a file.

    `argv` may be a function where each start needs other arguments. `env` adds to this process's
    environment. `before_start` runs before every start. `ready` is asked until it says yes, for at most
    `ready_timeout` seconds; without it the process counts as ready at once. `restart` tells a supervisor
    to bring it back when it dies.
    """

    name: str
    argv: Sequence[str] | Callable[[], Sequence[str]]
    log_file: Path
    env: Mapping[str, str] = field(default_factory=dict)
    restart: bool = True
    ready: Callable[[], Awaitable[bool]] | None = None
    ready_timeout: float = 30.0
    before_start: Callable[[], Awaitable[None]] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout: float = 15.0
    death_signal: signal.Signals = signal.SIGKILL
    account: Account | None = None
    folder: Path | None = None
    restarts: int = 0
    seconds_to_ready: float = 0.0
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    _stopping: bool = field(default=False, repr=False)

    @property
    def running(self) -> bool:
        """Whether the process lives, ready or not."""
        return self._process is not None and self._process.returncode is None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop since its last start."""
        return self._stopping

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None and self.running else None

    async def start(self) -> None:
        """Start the process and wait until it is ready.

        Raises LocalStackError with the last log lines if it ends before or is not ready in time; then
        nothing of it is left running.
        """
        if self.running:
            return
        self._stopping = False
        begun = time.monotonic()
        if self.before_start is not None:
            await self.before_start()
        await self._spawn()
        try:
            await self._wait_ready()
        except BaseException:
            await asyncio.shield(self._end_now())
            raise
        self.seconds_to_ready = time.monotonic() - begun

    async def stop(self) -> None:
        """Ask the process to end, wait `stop_timeout` seconds, then kill what is left of its group."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(self.stop_signal)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.stop_timeout):
                await process.wait()
        await self._end_now()

    def kill(self) -> None:
        """Kill the process and its group at once, as `kill -9` does; `wait` tells when it is gone."""
        if self._process is not None and self.running:
            kill_group(self._process.pid)

    async def wait(self) -> int:
        """Wait for the process's end; returns its exit code, negative for a signal."""
        if self._process is None:
            raise LocalStackError(f"{self.name} was never started.")
        was_running = self.running
        code = await self._process.wait()
        if was_running:  # the number of a process that ended long ago may be another's by now
            kill_group(self._process.pid)
        return code

    def resident_bytes(self) -> int:
        """Resident memory of the process and its descendants; pages that they share count in each."""
        total = 0
        with suppress(psutil.Error):
            if self.pid is not None:
                leader = psutil.Process(self.pid)
                for process in (leader, *leader.children(recursive=True)):
                    with suppress(psutil.Error):
                        total += process.memory_info().rss
        return total

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the process's log."""
        with suppress(OSError), self.log_file.open("rb") as file:
            file.seek(max(0, self.log_file.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
        return ""

    async def _spawn(self) -> None:
        argv = self.argv() if callable(self.argv) else self.argv
        require_folder(self.log_file.parent, free_bytes=0)
        with suppress(FileNotFoundError):
            if self.log_file.stat().st_size > _LOG_LIMIT_BYTES:
                self.log_file.replace(self.log_file.with_suffix(self.log_file.suffix + ".1"))
        try:
            with self.log_file.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    env={**os.environ, **self.env},
                    start_new_session=True,
                    preexec_fn=child_setup(self.death_signal, self.account),
                )
        except OSError as error:
            raise LocalStackError(f"Cannot start {self.name}: {argv[0]}: {error.strerror}.") from error

    async def _wait_ready(self) -> None:
        if self.ready is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self.ready_timeout):
                while self.running:
                    if await self.ready():
                        return
                    await asyncio.sleep(_PROBE_PAUSE_SECONDS)
        if self._process is not None and not self.running:
            reason = f"ended with exit code {self._process.returncode} before it was ready"
        else:
            reason = f"was not ready within {self.ready_timeout:.0f} seconds"
        raise LocalStackError(f"{self.name} {reason}. Last lines of {self.log_file}:\n{self.log_tail()}")

    async def _end_now(self) -> None:
        if self._process is not None:
            kill_group(self._process.pid)
            await self._process.wait()
