"""What a run found, as one object for machines and a page for people."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil

from benchmarks.chain import ChainResult
from benchmarks.latency import percentile
from benchmarks.whole import WholeResult


@dataclass(slots=True)
class Report:
    """The platform, and beside it the floor and the peer where they were run."""

    kafka: str
    whole: WholeResult
    floor: ChainResult | None = None
    traffic_floor: ChainResult | None = None
    peer: ChainResult | None = None
    machine: dict[str, Any] = field(default_factory=dict)

    def as_object(self) -> dict[str, Any]:
        """The JSON object; rates in cases a second, times in the unit of their name."""
        whole, speed = self.whole, self.whole.cases_per_second
        floor = self.floor.cases_per_second if self.floor else None
        traffic = self.traffic_floor.cases_per_second if self.traffic_floor else None
        peer = self.peer.steady_cases_per_second if self.peer else None
        return {
            "cases_per_second": round(speed, 1),
            "ratio_to_floor": round(speed / floor, 3) if floor else None,
            "ratio_to_traffic_floor": round(speed / traffic, 3) if traffic else None,
            "ratio_to_peer": round(speed / peer, 1) if peer else None,
            "cpu_seconds_per_case": whole.cpu_seconds_per_case,
            "latency_ms": _latency(whole.latencies_ms),
            "stages_ms": whole.stages_ms,
            "memory_mb": _memory(whole.memory_mb),
            "events_per_second": whole.events_per_second,
            "batches": whole.batches,
            "events_per_case": whole.events_per_case,
            "bytes_per_case": whole.bytes_per_case,
            "signed_leaves": whole.signed_leaves,
            "cases": whole.cases,
            "seconds": round(whole.seconds, 2),
            "floor": _chain(self.floor),
            "traffic_floor": _chain(self.traffic_floor),
            "peer": _chain(self.peer),
            "kafka": self.kafka,
            "machine": self.machine,
        }


def machine() -> dict[str, Any]:
    """Where it ran, and how busy that was before."""
    return {
        "cpus": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": [round(load, 2) for load in psutil.getloadavg()],
    }


def _latency(ascending: Sequence[float]) -> dict[str, float] | None:
    if not ascending:
        return None
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: round(percentile(ascending, share), 1) for name, share in shares.items()}


def _memory(by_moment: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """By process, with the total of each moment."""
    found: dict[str, dict[str, float]] = {}
    for moment, by_process in by_moment.items():
        for name, size in by_process.items():
            found.setdefault(name, {})[moment] = size
        found.setdefault("total", {})[moment] = round(sum(by_process.values()), 1)
    return found


def _chain(result: ChainResult | None) -> dict[str, Any] | None:
    if result is None:
        return None
    rates = {
        "cases_per_second": round(result.cases_per_second, 1),
        "steady_cases_per_second": round(result.steady_cases_per_second, 1),
    }
    return rates | {name: value for name, value in asdict(result).items() if name != "curve"}
