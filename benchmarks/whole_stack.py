"""The platform for a measurement: its parts, its services, nothing else of ours in its way."""

import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.parts import Parts
from benchmarks.portfolio import NOW
from recoup.local.process import ManagedProcess
from recoup.local.stack import Stack, StackOptions
from recoup.local.supervisor import Supervisor
from recoup.services import Process, Service
from recoup.stores import STACK_FILE
from shared.calendar.clock import set_file_clock
from shared.stream.kafka import KafkaBroker


class ProfiledStack(Stack):
    """A stack some of whose workers run under the sampling profiler."""

    profiled: frozenset[str] = frozenset()
    profiles: Path = Path()

    def _process(self, service: Service, process: Process) -> ManagedProcess:
        managed = super()._process(service, process)
        if managed.name in self.profiled:
            stacks = self.profiles / f"profile-{service.name}.stacks"
            managed.argv = [sys.executable, "-m", "benchmarks.profiled", service.name, process]
            managed.env = {**managed.env, "BENCH_PROFILE": str(stacks)}
        return managed


@dataclass(slots=True)
class Whole:
    """A running platform."""

    stack: Stack
    parts: Parts

    @property
    def processes(self) -> dict[str, ManagedProcess]:
        """All processes by name."""
        return {**self.stack.processes, **self.parts.processes()}

    def toggle_profiles(self, names: frozenset[str]) -> None:
        """Have the workers under the profiler begin or end to note where they are."""
        for name in names:
            managed = self.processes[name]
            if managed.pid is not None:
                os.kill(managed.pid, signal.SIGUSR1)

    def broker(self) -> KafkaBroker:
        """A client for what the bank publishes."""
        return KafkaBroker(self.parts.broker.bootstrap, "bench", idempotence=self.parts.idempotence)


@asynccontextmanager
async def running_whole(
    parts: Parts, port_offset: int, profiled: frozenset[str], profiles: Path
) -> AsyncIterator[Whole]:
    """Start everything with the clock standing at NOW; at the end stop all and leave only logs."""
    folder = parts.folder
    shutil.rmtree(folder / "journal", ignore_errors=True)  # of an earlier run's world, with the same ids
    folder.mkdir(parents=True, exist_ok=True)
    clock = folder / "clock"
    set_file_clock(clock, NOW)
    try:
        async with Supervisor() as supervisor:
            await parts.start(supervisor)
            options = StackOptions(
                folder=folder,
                kafka=parts.broker.bootstrap,
                kafka_idempotence=parts.idempotence,
                database=parts.database_url,
                clock=f"file:{clock}",
                port_offset=port_offset,
                console=False,
                log_level="WARNING",
            )
            stack = ProfiledStack(options, supervisor)
            stack.profiled, stack.profiles = profiled, profiles
            await stack.start()
            yield Whole(stack, parts)
        if supervisor.stopped_by is not None:
            raise KeyboardInterrupt
    finally:
        (folder / STACK_FILE).unlink(missing_ok=True)
        await parts.discard()
