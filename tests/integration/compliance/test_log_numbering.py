"""Numbers of a person's leaves: gapless whoever writes, whatever fails, from 1 in each year."""

import asyncio

import msgspec
import pytest
import pytest_asyncio

from services.compliance.journal import Journal
from tests.conftest import EngineFor
from tests.integration.compliance.log_house import LogHouse, log_house

WRITERS, PERSONS = 8, 5


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    return await log_house(engine_for)


async def write(log: LogHouse, name: str, persons: list[int], *, fails: bool = False) -> None:
    """One transaction with a leaf about each of these persons."""
    async with log.transactions.begin() as work:
        journal = Journal(log.settings.pseudonyms)
        for place, person in enumerate(persons):
            journal.add(f"{name}-{place}", "dispatched", f"person-{person}", work.now)
        await journal.write(work)
        if fails:
            raise RuntimeError


async def numbers(log: LogHouse) -> list[tuple[int, str, int]]:
    """Year, subject and number of each leaf, in the order of the log."""
    rows = await log.rows("SELECT year, entry FROM log_entry ORDER BY year, leaf_index")
    leaves = [(row.year, msgspec.json.decode(row.entry)) for row in rows]
    return [(year, leaf["subject"], leaf["number"]) for year, leaf in leaves]


async def test_numbers_are_gapless_in_the_order_of_the_log_however_many_write_at_once(log: LogHouse) -> None:
    """The persons come in other orders in each batch: nobody locks anybody out."""
    orders = [[(place * step) % PERSONS for place in range(PERSONS)] for step in (1, 2, 3, 4)]
    for turn in range(3):
        await asyncio.gather(
            *(write(log, f"batch-{turn}-{number}", orders[number % 4]) for number in range(WRITERS))
        )
    by_subject: dict[str, list[int]] = {}
    for _, subject, number in await numbers(log):
        by_subject.setdefault(subject, []).append(number)
    assert list(by_subject.values()) == [list(range(1, 3 * WRITERS + 1))] * PERSONS
    await log.sign()
    assert await log.checks() == set()


async def test_a_transaction_that_fails_takes_no_number(log: LogHouse) -> None:
    await write(log, "first", [1])
    with pytest.raises(RuntimeError):
        await write(log, "failed", [1, 1, 2], fails=True)
    await write(log, "second", [1, 2, 1])
    assert [number for _, _, number in await numbers(log)] == [1, 2, 1, 3]


async def test_each_years_log_counts_for_itself(log: LogHouse) -> None:
    await write(log, "first", [1])
    await write(log, "second", [1])
    log.clock.advance(days=365)
    await write(log, "third", [1])
    assert [(year, number) for year, _, number in await numbers(log)] == [(2026, 1), (2026, 2), (2027, 1)]
