"""No schedule of crashes, zombies, losses and rebalances loses, doubles or reorders an effect.

Hypothesis drives the runtime's own code on a real PostgreSQL; the broker does what the schedule says. The
mutants show that the machine would notice if a rule of the protocol were missing. (A relay that marks before
it sends is not among them: the protocol survives it, for the hole is seen and sent again.)
"""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.stream import consuming, gap_watch, relay
from tests.integration.stream.lane_actors import Ticks
from tests.integration.stream.lane_machine import LaneMachine
from tests.integration.stream.lane_mutants import QUICK, RARE, WITH_A_SHORT_RETENTION, Mutant
from tests.support import toy

# Without shrinking: a failure prints the schedule as it was; the long test shrinks.
SHORT = settings(
    max_examples=80,
    stateful_step_count=50,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(
    SHORT, max_examples=1500, derandomize=False, phases=[Phase.generate, Phase.shrink], print_blob=True
)
MUTANT = settings(SHORT, max_examples=40)
RARE_MUTANT = settings(SHORT, max_examples=150)

Lab = tuple[asyncio.Runner, AsyncEngine]


@pytest.fixture(scope="module")
def lab(postgres_url: str) -> Iterator[Lab]:
    """An event loop of its own, and an engine on a schema of its own."""
    schema = "lane_protocol"
    quick = {"search_path": schema, "synchronous_commit": "off"}
    engine = create_async_engine(postgres_url, connect_args={"server_settings": quick})

    async def make() -> None:
        async with engine.begin() as connection:
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
            await connection.execute(text(f"CREATE SCHEMA {schema}"))
            await connection.run_sync(toy.metadata.create_all)

    async def drop() -> None:
        async with engine.begin() as connection:
            await connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        await engine.dispose()

    with asyncio.Runner() as runner:
        runner.run(make())
        yield runner, engine
        runner.run(drop())


@pytest.fixture
def machine(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> type[LaneMachine]:
    """The machine in the lab, with a clock that only moves when the schedule says so."""
    runner, engine = lab
    ticks = Ticks()
    monkeypatch.setattr(consuming, "monotonic", ticks)
    monkeypatch.setattr(gap_watch, "monotonic", ticks)
    monkeypatch.setattr(relay, "monotonic", ticks)
    return type("Machine", (LaneMachine,), {"runner": runner, "engine": engine, "ticks": ticks})


def test_every_event_takes_effect_once_and_in_order(machine: type[LaneMachine]) -> None:
    run_state_machine_as_test(machine, settings=SHORT)


def test_with_a_short_retention_a_lane_stops_loudly_only_where_events_are_gone(
    machine: type[LaneMachine],
) -> None:
    machine.purges = True
    run_state_machine_as_test(machine, settings=settings(SHORT, max_examples=40))


@pytest.mark.parametrize("mutant", QUICK, ids=lambda mutant: mutant.__name__)
def test_the_machine_notices_when(
    mutant: Mutant, machine: type[LaneMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    with pytest.raises(AssertionError, match=r"applied as|never arrived"):
        run_state_machine_as_test(machine, settings=MUTANT)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("purges", [False, True])
def test_thousands_of_schedules(machine: type[LaneMachine], purges: bool) -> None:
    machine.purges = purges
    run_state_machine_as_test(machine, settings=LONG)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", RARE + WITH_A_SHORT_RETENTION, ids=lambda mutant: mutant.__name__)
def test_the_machine_notices_after_many_schedules_when(
    mutant: Mutant, machine: type[LaneMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    machine.purges = mutant in WITH_A_SHORT_RETENTION
    with pytest.raises(AssertionError, match=r"applied as|never arrived|nothing is missing"):
        run_state_machine_as_test(machine, settings=RARE_MUTANT)
