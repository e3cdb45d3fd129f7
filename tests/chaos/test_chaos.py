"""Killed at any moment, any process: the run ends as if nothing had happened."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from recoup.local.errors import LocalStackError
from recoup.local.kafka import KafkaCluster
from recoup.local.process import ManagedProcess
from recoup.local.stack import Stack
from recoup.reconciliation import reconcile
from recoup.simulation import MOMENTS, START, Simulation
from tests.support.brokers import require_kafka
from tests.support.fingerprint import differences, fingerprint
from tests.support.platform import running_platform, settled, world_of


@dataclass(frozen=True)
class Size:
    accounts: int
    days: int
    kills: int


SHORT = Size(accounts=120, days=2, kills=8)
LONG = Size(accounts=5000, days=3, kills=25)

START_SECONDS = 180.0
"""For brokers that all come back at once, on a machine that others use as well."""

CALM: dict[Size, dict[str, Any]] = {}
"""How an undisturbed run of a size ends; each is run once."""


@dataclass
class Killer:
    """Kills random processes at random moments, as `kill -9` does; somebody else brings them back.

    The kills are spread over the steps of the run: a storm that is over before the first contact leaves
    shows little. Every fourth one takes a broker, which has the most to lose.
    """

    victims: list[ManagedProcess]
    brokers: list[ManagedProcess]
    kills: int
    chance: random.Random
    longest_pause: float = 1.5
    killed: list[str] = field(default_factory=list)
    _allowed: float = 0.0
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def allow(self, share: float) -> None:
        """Let this share of the kills happen by now."""
        self._allowed = share * self.kills
        self._more.set()

    async def run(self) -> None:
        while len(self.killed) < self.kills:
            await asyncio.sleep(self.chance.uniform(0.1, self.longest_pause))
            if len(self.killed) >= self._allowed:
                self._more.clear()
                await self._more.wait()
                continue
            chosen = self.brokers if len(self.killed) % 4 == 1 else self.victims
            running = [victim for victim in chosen if victim.running]
            if running:
                victim = self.chance.choice(running)
                victim.kill()
                self.killed.append(victim.name)


async def run_portfolio(stack: Stack, size: Size, killer: Killer | None) -> dict[str, Any]:
    """Simulate the portfolio, disturbed or not; returns the final state after it reconciled."""
    simulation = Simulation(
        stack.stores(), world_of(stack), stack.options.folder / "clock", size.accounts, size.days, seed=7
    )
    if killer is None:
        await simulation.run()
    else:
        killer.allow(1 / (len(MOMENTS) * size.days))
        simulation.on_step = lambda done, steps, _: killer.allow(min(1.0, (done + 1) / steps))
        killing = asyncio.create_task(killer.run())
        try:
            await simulation.run()
            await asyncio.wait_for(killing, 300)
        finally:
            killing.cancel()
    await settled(stack, 300)
    findings = await reconcile(stack.stores())
    assert [finding for finding in findings if finding.missing] == []
    summary = await world_of(stack).summary()
    assert summary["permits_with_more_than_one_message"] == 0
    return await fingerprint(stack.stores())


def killer_of(stack: Stack, size: Size, seed: int, kafka: KafkaCluster | None) -> Killer:
    """Threatens every process of the stack but the world outside, and the brokers, inside it or not."""
    victims = [process for name, process in stack.processes.items() if name != "simulator"]
    if stack.postgres is not None:
        victims.append(stack.postgres.process)
    brokers = list(kafka.processes) if kafka is not None else []
    if stack.broker is not None:
        brokers.append(stack.broker.process)
    return Killer(victims, brokers, size.kills, random.Random(seed))


async def compare(folder: Path, size: Size, seed: int, brokers: int = 0) -> list[str]:
    """Run undisturbed and disturbed, compare the final states; returns who was killed.

    On the embedded broker, or on Apache Kafka with so many brokers.
    """
    if size not in CALM:
        async with running_platform(folder / "calm", START) as stack:
            CALM[size] = await run_portfolio(stack, size, None)
    async with AsyncExitStack() as parts:
        options: dict[str, Any] = {}
        kafka: KafkaCluster | None = None
        if brokers:
            kafka = await parts.enter_async_context(a_cluster(folder / "kafka", brokers))
            options = {"kafka": kafka.bootstrap, "kafka_replication": kafka.replication_factor}
        stack = await parts.enter_async_context(running_platform(folder / "stormy", START, **options))
        killer = killer_of(stack, size, seed, kafka)
        stormy = await run_portfolio(stack, size, killer)
    assert len(killer.killed) >= size.kills
    assert differences(CALM[size], stormy) == {}
    shutil.rmtree(folder, ignore_errors=True)
    return killer.killed


@asynccontextmanager
async def a_cluster(folder: Path, brokers: int) -> AsyncIterator[KafkaCluster]:
    """Apache Kafka whose brokers are brought back when they are killed."""
    cluster = KafkaCluster(folder, brokers=brokers)
    for process in cluster.processes:
        process.ready_timeout = START_SECONDS
    await cluster.start(START_SECONDS)
    keepers = [asyncio.create_task(keep(process)) for process in cluster.processes]
    try:
        yield cluster
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await cluster.stop()


async def keep(process: ManagedProcess) -> None:
    """Bring a broker back whenever it is killed, as a supervisor of its own would.

    Each for itself: a broker whose peers are down as well is ready only when they are.
    """
    while True:
        await asyncio.sleep(0.2)
        if not process.running and not process.stopping:
            with suppress(LocalStackError):  # killed again while it started
                await process.start()


@pytest.mark.timeout(600)
async def test_a_short_storm_on_the_embedded_parts_changes_nothing(tmp_path: Path) -> None:
    await compare(tmp_path, SHORT, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("seed", [1, 2])
async def test_a_long_storm_on_the_embedded_parts_changes_nothing(tmp_path: Path, seed: int) -> None:
    await compare(tmp_path, LONG, seed)


@pytest.mark.kafka
@pytest.mark.timeout(600)
async def test_a_short_storm_on_apache_kafka_changes_nothing(tmp_path: Path) -> None:
    await require_kafka()
    await compare(tmp_path, SHORT, seed=2, brokers=1)


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("brokers", [1, 3])
async def test_a_long_storm_on_apache_kafka_changes_nothing(tmp_path: Path, brokers: int) -> None:
    await require_kafka()
    killed = await compare(tmp_path, LONG, seed=brokers, brokers=brokers)
    assert {f"kafka-{number}" for number in range(brokers)} & set(killed)
