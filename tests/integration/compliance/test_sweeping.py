"""The daily audit pass: once a day, by whoever comes first, gone on with after a crash."""

from datetime import UTC, date, datetime

import pytest
import pytest_asyncio

from services.compliance import hindsight
from services.compliance.store import passes
from services.compliance.sweeping import Sweeper
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, house
from tests.integration.compliance.persons import made_call, validated


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    made = await house(engine_for)
    made.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    return made


def sweeper(gate: House) -> Sweeper:
    """One that has just started, as in a new process."""
    return Sweeper(gate.transactions, gate.gate, gate.settings.pseudonyms)


async def sweep(gate: House) -> int:
    """Sweep until nothing is left; how often there was."""
    rounds = 0
    while await sweeper(gate).step():
        rounds += 1
    return rounds


async def two_calls_of_which_the_second_came_too_soon(gate: House, person_id: str, first: int) -> None:
    """As the record of the first one shows only later, set right past the service."""
    await validated(gate, person_id)
    await made_call(gate, first, person_id=person_id)
    gate.clock.advance(hours=3)
    await made_call(gate, first + 1, person_id=person_id)
    async with gate.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE attempt SET outcome = 'conversation' WHERE contact_id = 'contact-{first}'"
        )


async def broken(gate: House) -> list[str]:
    return [violation["contact_id"] for violation in await gate.emitted("violation")]


async def test_a_pass_is_made_once_a_day_after_the_day_has_ended(gate: House) -> None:
    await two_calls_of_which_the_second_came_too_soon(gate, "person-1", 1)
    await sweep(gate)
    assert await broken(gate) == [], "the day is not over"
    gate.clock.advance(days=1)
    assert await sweep(gate) == 1
    assert await broken(gate) == ["contact-2"]
    assert await sweep(gate) == 0
    gate.clock.advance(days=1)
    assert await sweep(gate) == 1, "looked at again, and told once"
    assert await broken(gate) == ["contact-2"]
    report = await gate.audit()
    assert report.holds, report.first_findings


async def test_days_on_which_nobody_ran_it_are_caught_up_with(gate: House) -> None:
    await sweep(gate)
    await two_calls_of_which_the_second_came_too_soon(gate, "person-1", 1)
    gate.clock.advance(days=9)
    await sweep(gate)
    assert await broken(gate) == ["contact-2"]
    rows = await gate.rows("SELECT since, until FROM audit_pass ORDER BY until")
    assert [tuple(row) for row in rows] == [
        (date(2026, 6, 29), date(2026, 7, 1)),
        (date(2026, 6, 29), date(2026, 7, 10)),
    ]


async def test_a_pass_that_was_broken_off_is_gone_on_with_by_another_process(
    gate: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hindsight, "PERSONS_A_SWEEP", 1)
    for number in (1, 2):
        await two_calls_of_which_the_second_came_too_soon(gate, f"person-{number}", 10 * number)
        gate.clock.instant = datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    gate.clock.advance(days=1)
    assert await sweeper(gate).step()
    assert await broken(gate) == ["contact-11"]
    assert await sweep(gate) == 1
    assert sorted(await broken(gate)) == ["contact-11", "contact-21"]


async def test_only_one_process_is_at_it(gate: House) -> None:
    today = gate.clock.now().date()
    async with gate.transactions.begin() as work:
        await passes.take(work.connection, today, 2)
    async with gate.transactions.begin() as work:
        assert await passes.take(work.connection, today, 2)
        assert await sweeper(gate).step() is False
    assert (await gate.rows("SELECT finished_at FROM audit_pass"))[0].finished_at is None
    await sweep(gate)
    assert (await gate.rows("SELECT finished_at FROM audit_pass"))[0].finished_at == gate.clock.now()
