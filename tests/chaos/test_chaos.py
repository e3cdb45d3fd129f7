"""Killed at any moment, any process: the run ends as if nothing had happened."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from recoup.local.errors import LocalStackError
from recoup.local.kafka import KafkaCluster
from recoup.local.process import ManagedProcess
from recoup.local.stack import Stack
from recoup.reconciliation import reconcile
from recoup.simulation import START, Simulation
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


CALM: dict[Size, dict[str, Any]] = {}
"""How an undisturbed run of a size ends; each is run once."""


@dataclass
class Killer:
    """Kills a random process at random moments, as `kill -9` does; the supervisor brings it back."""

    victims: list[ManagedProcess]
    kills: int
    chance: random.Random
    longest_pause: float
    killed: list[str] = field(default_factory=list)

    async def run(self) -> None:
        while len(self.killed) < self.kills:
            await asyncio.sleep(self.chance.uniform(0.2, self.longest_pause))
            running = [victim for victim in self.victims if victim.running]
            if running:
                victim = self.chance.choice(running)
                victim.kill()
                self.killed.append(victim.name)


async def run_portfolio(stack: Stack, size: Size, killer: Killer | None) -> dict[str, Any]:
    """Simulate the portfolio, disturbed or not; returns the final state after it reconciled."""
    simulation = Simulation(
        stack.stores(), world_of(stack), stack.options.folder / "clock", size.accounts, size.days, seed=7
    )
    killing = asyncio.create_task(killer.run()) if killer is not None else None
    await simulation.run()
    if killing is not None:
        await asyncio.wait_for(killing, 300)
        await settled(stack, 300)
    findings = await reconcile(stack.stores())
    assert [finding for finding in findings if finding.missing] == []
    summary = await world_of(stack).summary()
    assert summary["permits_with_more_than_one_message"] == 0
    return await fingerprint(stack.stores())


def victims_of(stack: Stack, further: list[ManagedProcess]) -> list[ManagedProcess]:
    own = [process for name, process in stack.processes.items() if name != "simulator"]
    if stack.postgres is not None:
        own.append(stack.postgres.process)
    if stack.broker is not None:
        own += [stack.broker.process] * 2  # the one with the most to lose
    return own + further


async def compare(folder: Path, size: Size, seed: int, kafka: KafkaCluster | None = None) -> list[str]:
    """Run undisturbed and disturbed, compare the final states; returns who was killed."""
    options: dict[str, Any] = {}
    if kafka is not None:
        options = {"kafka": kafka.bootstrap, "kafka_replication": kafka.replication_factor}
    if size not in CALM:
        async with running_platform(folder / "calm", START) as stack:
            CALM[size] = await run_portfolio(stack, size, None)
    calm = CALM[size]
    async with running_platform(folder / "stormy", START, **options) as stack:
        further = list(kafka.processes) if kafka is not None else []
        killer = Killer(victims_of(stack, further), size.kills, random.Random(seed), 1.5)
        async with restarted(further):
            stormy = await run_portfolio(stack, size, killer)
    assert len(killer.killed) >= size.kills
    assert differences(calm, stormy) == {}
    shutil.rmtree(folder, ignore_errors=True)
    return killer.killed


@asynccontextmanager
async def restarted(processes: list[ManagedProcess]) -> AsyncIterator[None]:
    """Bring killed brokers of an outside cluster back, as their own supervisor would."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(0.2)
            for process in processes:
                if not process.running and not process.stopping:
                    with suppress(LocalStackError):  # killed again while it started
                        await process.start()

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()


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
    cluster = KafkaCluster(tmp_path / "kafka")
    await cluster.start()
    try:
        await compare(tmp_path, SHORT, seed=2, kafka=cluster)
    finally:
        await cluster.stop()


@pytest.mark.kafka
@pytest.mark.slow
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("brokers", [1, 3])
async def test_a_long_storm_on_apache_kafka_changes_nothing(tmp_path: Path, brokers: int) -> None:
    await require_kafka()
    cluster = KafkaCluster(tmp_path / "kafka", brokers=brokers)
    await cluster.start()
    try:
        await compare(tmp_path, LONG, seed=brokers, kafka=cluster)
    finally:
        await cluster.stop()
