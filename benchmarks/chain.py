"""Runs a subject made of the plain hops, the floor or the peer: start, publish, wait for the last row."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

import asyncpg

from benchmarks.feed import Feed
from benchmarks.gauges import Gauges, cpu_per_case, wal_bytes
from benchmarks.hops import FIRST, LAST, PARTITIONS, PROCESSES, TOPICS
from benchmarks.parts import Parts, worker
from recoup.local.process import ManagedProcess
from recoup.local.supervisor import Supervisor
from shared.stream.broker import Outbound
from shared.stream.kafka import KafkaBroker

LOOK_EVERY_SECONDS = 0.1
LONGEST_SECONDS = 900.0


@dataclass(slots=True)
class ChainResult:
    """What was measured; seconds from the first record published."""

    cases: int
    seconds: float
    curve: list[tuple[float, int]]
    cpu_seconds_per_case: dict[str, float]
    wal_bytes_per_case: float
    memory_mb: dict[str, float]

    @property
    def cases_per_second(self) -> float:
        """Over the whole run."""
        return self.cases / self.seconds

    @property
    def steady_cases_per_second(self) -> float:
        """Between the first rows at the end of the chain and the last: without the way of the first case."""
        moving = [point for point in self.curve if point[1] > 0]
        (began, first), (ended, last) = moving[0], moving[-1]
        return (last - first) / (ended - began) if ended > began else self.cases_per_second


@dataclass(slots=True)
class Chain:
    """A subject. `helpers` run beside the workers, such as a gateway."""

    module: str
    schema: str
    parts: Parts
    environment: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, ManagedProcess] = field(default_factory=dict)
    orm: bool = False
    """The workers take SQLAlchemy's form of the database's URL."""

    async def run(self, records: Sequence[Outbound], warm_up: int) -> ChainResult:
        """Publish the records and wait until each has its row at the end of the chain.

        The first `warm_up` of them go before, unmeasured: connections, plans and a JVM are warm then, as the
        platform's are after its customers were loaded.
        """
        try:
            async with Supervisor() as supervisor:
                return await self._run(supervisor, records, warm_up)
            raise KeyboardInterrupt
        finally:
            await self.parts.discard()

    async def _run(self, supervisor: Supervisor, records: Sequence[Outbound], warm_up: int) -> ChainResult:
        await self.parts.start(supervisor)
        database = await asyncpg.connect(self.parts.dsn)
        await database.execute(self.schema)
        broker = KafkaBroker(self.parts.broker.bootstrap, "bench", idempotence=self.parts.idempotence)
        await broker.ensure_topics(TOPICS)
        workers = {name: self._worker(name) for name in PROCESSES}
        await supervisor.start(*self.helpers.values())
        await supervisor.start(*workers.values())
        run = _Run(database, broker, workers)
        await run.through(records[:warm_up])
        gauges = Gauges({**workers, **self.helpers, **self.parts.processes()})
        cases = len(records) - warm_up
        cpu, wal = gauges.cpu(), await wal_bytes(database)
        curve = await run.through(records[warm_up:])
        result = ChainResult(
            cases=cases,
            seconds=curve[-1][0],
            curve=curve,
            cpu_seconds_per_case=cpu_per_case(cpu, gauges.cpu(), cases),
            wal_bytes_per_case=round((await wal_bytes(database) - wal) / cases, 1),
            memory_mb=gauges.memory(),
        )
        await database.close()
        return result

    def _worker(self, name: str) -> ManagedProcess:
        environment = {
            "BENCH_KAFKA": self.parts.broker.bootstrap,
            "BENCH_IDEMPOTENCE": str(self.parts.idempotence).lower(),
            "BENCH_DATABASE": self.parts.database_url if self.orm else self.parts.dsn,
            **self.environment,
        }
        return worker(self.module, name, self.parts.folder, environment)


@dataclass(slots=True)
class _Run:
    """Sends cases through the running workers."""

    database: "asyncpg.Connection[asyncpg.Record]"
    broker: KafkaBroker
    workers: dict[str, ManagedProcess]

    async def through(self, records: Sequence[Outbound]) -> list[tuple[float, int]]:
        """Publish; how many were through, over time. Raises RuntimeError when a worker ends or time is up."""
        if not records:
            return []
        before, begun = await self._done(), monotonic()
        feeding = asyncio.create_task(Feed(FIRST, PARTITIONS, records).all_at_once(self.broker))
        curve: list[tuple[float, int]] = []
        while not curve or curve[-1][1] < len(records):
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            self._check(monotonic() - begun)
            curve.append((monotonic() - begun, await self._done() - before))
        await feeding
        return curve

    async def _done(self) -> int:
        return int(await self.database.fetchval(f"SELECT count(*) FROM {LAST}"))

    def _check(self, seconds: float) -> None:
        for name, process in self.workers.items():
            if not process.running:
                raise RuntimeError(f"{name} ended:\n{process.log_tail()}")
        if seconds > LONGEST_SECONDS:
            raise RuntimeError(f"not all cases were through after {LONGEST_SECONDS:.0f} s")
