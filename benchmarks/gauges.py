"""What processes used: CPU seconds and resident memory; what the database wrote."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import psutil

from recoup.local.process import ManagedProcess

OWN = "driver"
"""The benchmark's own process: it publishes and watches, on the same cores."""


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process, of its living descendants, and of those that it buried."""
    total = 0.0
    with suppress(psutil.Error):
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            with suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def resident_mb(pid: int) -> float:
    """Resident memory with all descendants, shared pages once (proportional set size, Linux) where known."""
    total = 0
    with suppress(psutil.Error):
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            with suppress(psutil.Error):
                memory = process.memory_full_info()
                total += getattr(memory, "pss", 0) or memory.rss
    return total / 1_048_576


@dataclass(slots=True)
class Gauges:
    """Reads all processes of a subject, and this one."""

    processes: Mapping[str, ManagedProcess]

    def _pids(self) -> dict[str, int]:
        return {name: one.pid for name, one in self.processes.items() if one.pid is not None}

    def cpu(self) -> dict[str, float]:
        """CPU seconds since the start of each process."""
        own = psutil.Process().cpu_times()
        used = {name: cpu_seconds(pid) for name, pid in self._pids().items()}
        # Our children are the subject's processes: without them.
        return used | {OWN: own.user + own.system}

    def memory(self) -> dict[str, float]:
        """Megabytes resident."""
        return {name: round(resident_mb(pid), 1) for name, pid in self._pids().items()}


def cpu_per_case(before: Mapping[str, float], after: Mapping[str, float], cases: int) -> dict[str, float]:
    """CPU seconds a case, by process and in total."""
    spent = {name: round((after[name] - before.get(name, 0.0)) / cases, 7) for name in after}
    return spent | {"total": round(sum(spent.values()), 7)}


async def wal_bytes(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """Bytes of write-ahead log since the cluster began."""
    return int(await connection.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))
