"""The platform measured: loaded with customers, then as fast as it can, then at a steady rate."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg

from benchmarks import batches, latency, portfolio, sight
from benchmarks.feed import Feed
from benchmarks.gauges import Gauges, cpu_per_case
from benchmarks.parts import BrokerKind, Parts
from benchmarks.stages import stages
from benchmarks.volume import BrokerLog, volume
from benchmarks.whole_stack import Whole, running_whole
from recoup.settled import settle
from shared.contracts.topics import CORE_BANK
from shared.stream.broker import Outbound

LOOK_EVERY_SECONDS = 0.25
LONGEST_SECONDS = 900.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured."""

    cases: int
    kind: BrokerKind
    folder: Path
    rate: float
    steady_seconds: float
    port_offset: int
    profiled: frozenset[str] = frozenset()
    profiles: Path = Path()

    @property
    def steady_cases(self) -> int:
        """Cases of the latency run."""
        return int(self.rate * self.steady_seconds)


@dataclass(slots=True)
class WholeResult:
    """What was measured; `curve` is (second, contacted, audited, reported)."""

    cases: int
    seconds: float = 0.0
    curve: list[tuple[float, int, int, int]] = field(default_factory=list)
    events_per_second: dict[str, Any] = field(default_factory=dict)
    batches: dict[str, dict[str, float]] = field(default_factory=dict)
    cpu_seconds_per_case: dict[str, float] = field(default_factory=dict)
    bytes_per_case: dict[str, float] = field(default_factory=dict)
    events_per_case: float = 0.0
    signed_leaves: dict[str, int] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)
    stages_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    memory_mb: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def cases_per_second(self) -> float:
        """Complete cases, from the first record published to the last case complete."""
        return self.cases / self.seconds


async def run_whole(wish: Wish, say: Say) -> WholeResult:
    """Run the platform once, on fresh parts."""
    parts = Parts(wish.folder / "whole", wish.kind)
    result = WholeResult(wish.cases)
    async with running_whole(parts, wish.port_offset, wish.profiled, wish.profiles) as whole:
        database = await asyncpg.connect(parts.dsn)
        gauges = Gauges(whole.processes)
        result.memory_mb["rest"] = gauges.memory()
        say(f"platform: loading {wish.cases + wish.steady_cases} customers")
        await _publish(whole, portfolio.customers(range(wish.cases + wish.steady_cases)))
        await _settle(whole)
        result.memory_mb["loaded"] = gauges.memory()
        say(f"platform: {wish.cases} cases as fast as it can")
        whole.toggle_profiles(wish.profiled)
        await _flood(whole, database, gauges, result)
        whole.toggle_profiles(wish.profiled)
        if wish.steady_cases:
            await _settle(whole)
            say(f"platform: {wish.rate:g} cases a second for {wish.steady_seconds:g} s")
            await _steadily(whole, database, wish, result)
        result.memory_mb["end"] = gauges.memory()
        await database.close()
    return result


async def _publish(whole: Whole, records: list[Outbound]) -> None:
    await Feed(CORE_BANK.name, whole.stack.options.partitions, records).all_at_once(whole.broker())


async def _settle(whole: Whole) -> None:
    left = await settle(whole.stack.stores(), portfolio.NOW, LONGEST_SECONDS)
    if left.total:
        raise RuntimeError(f"work is left: {left}")


async def _flood(
    whole: Whole, database: "asyncpg.Connection[asyncpg.Record]", gauges: Gauges, result: WholeResult
) -> None:
    """All cases at once; everything is counted from the first record on until the last case is complete."""
    cases = result.cases
    records = portfolio.snapshots(range(cases))
    async with BrokerLog(whole.parts.broker.bootstrap, whole.stack.options.partitions) as log:
        ends, sizes = await log.ends(), await volume(database)
        earlier = await batches.batches(whole.stack)
        events, base, cpu = await sight.traffic(database), await sight.look(database), gauges.cpu()
        begun = monotonic()
        feeding = asyncio.create_task(_publish(whole, records))
        await _watch(database, base, cases, begun, result)
        await feeding
        after = await sight.traffic(database)
        result.cpu_seconds_per_case = cpu_per_case(cpu, gauges.cpu(), cases)
        result.batches = batches.between(earlier, await batches.batches(whole.stack))
        result.seconds = result.curve[-1][0]
        result.events_per_second = sight.per_second(events, after, result.seconds)
        result.bytes_per_case = sizes.per_case(await volume(database), cases)
        count, size = await log.between(ends, await log.ends())
    result.events_per_case = round(count / cases, 2)
    result.bytes_per_case["records"] = round(size / cases, 1)
    result.signed_leaves = await sight.check_leaves(database, cases)


async def _watch(
    database: "asyncpg.Connection[asyncpg.Record]",
    base: sight.Look,
    cases: int,
    begun: float,
    result: WholeResult,
) -> None:
    while True:
        seen = (await sight.look(database)).since(base)
        seconds = monotonic() - begun
        result.curve.append((round(seconds, 3), seen.contacted, seen.audited, seen.reported))
        if seen.complete(cases):
            return
        if seconds > LONGEST_SECONDS:
            raise RuntimeError(f"not complete after {LONGEST_SECONDS:.0f} s: {seen}")
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _steadily(
    whole: Whole, database: "asyncpg.Connection[asyncpg.Record]", wish: Wish, result: WholeResult
) -> None:
    await latency.watch(database)
    records = portfolio.snapshots(range(wish.cases, wish.cases + wish.steady_cases))
    feed = Feed(CORE_BANK.name, whole.stack.options.partitions, records)
    await feed.steadily(whole.broker(), wish.rate)
    await _settle(whole)
    result.latencies_ms = await latency.latencies(database, feed.sent_at)
    result.stages_ms = await stages(database, feed.sent_at)
