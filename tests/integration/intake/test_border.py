"""The border's memory: two workers at once, monthly partitions."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from services.intake.store import partitions, source
from tests.unit.intake.builders import NOW, TODAY, at, payment, snapshot


async def children(intake):
    rows = await intake.rows(
        "SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid"
        " WHERE inhparent = to_regclass('source_event') ORDER BY 1"
    )
    return [row[0].removeprefix("source_event_") for row in rows]


async def maintain(intake, today, keep_days=90):
    async with intake.engine.begin() as connection:
        return await partitions.maintain(connection, today, keep_days)


async def test_a_repeat_in_flight_in_another_worker_is_dropped(intake):
    await intake.apply([snapshot()])
    one = intake.received(snapshot((40, "100"), as_of=at(1)), "s1")
    applied = await asyncio.gather(*(intake.apply([one]) for _ in range(5)))
    assert sorted(len(work.emissions) for work in applied) == [0, 0, 0, 0, 1]
    assert await intake.rows("SELECT applied, duplicates FROM source_progress") == [(2, 4)]


async def test_workers_that_get_one_customers_events_at_once_lose_none(intake):
    await intake.apply([snapshot(*((days, "10") for days in range(1, 101)))])
    payments = [intake.received(payment("10", f"P{number}")) for number in range(100)]
    await asyncio.gather(*(intake.apply(payments[start::5]) for start in range(5)))
    assert await intake.rows("SELECT arrears::text, overdue FROM account") == [("0.00", False)]
    assert await intake.rows("SELECT overdue_accounts FROM customer") == [(0,)]


async def test_workers_that_meet_at_new_customers_wait_for_each_other(intake):
    payments = [intake.received(payment("10", f"P{number}")) for number in range(100)]
    customers = [snapshot((5, "1001"), account=f"A{number}", customer=f"C{number}") for number in range(1, 8)]
    batches = [
        payments[start::5] + [intake.received(event) for event in customers[start:]] for start in range(5)
    ]
    await asyncio.gather(*(intake.apply(batch) for batch in batches))
    rows = await intake.rows("SELECT arrears::text, overdue FROM account WHERE account_id = 'A1'")
    assert rows == [("1.00", True)]
    assert await intake.rows("SELECT count(*) FROM customer WHERE overdue_accounts > 0") == [(7,)]


async def test_two_customers_that_claim_a_new_account_at_once_do_not_both_get_it(intake):
    claims = [snapshot((40, "100"), customer=f"C{number}") for number in range(4)]
    outcomes = await asyncio.gather(*(intake.apply([claim]) for claim in claims), return_exceptions=True)
    assert sum(isinstance(outcome, ValueError) for outcome in outcomes) == 3
    assert await intake.rows("SELECT count(*) FROM account") == [(1,)]
    assert await intake.rows("SELECT count(*) FROM source_event") == [(1,)]


async def test_partitions_are_made_ahead_and_rows_move_out_of_the_default_one(intake):
    assert await children(intake) == ["default"]
    await intake.apply([intake.received(snapshot(), "s1")])
    assert await intake.rows("SELECT tableoid::regclass::text FROM source_event") == [
        ("source_event_default",)
    ]
    assert await maintain(intake, TODAY)
    assert await children(intake) == ["default", "m202503", "m202504", "m202505"]
    assert await intake.rows("SELECT tableoid::regclass::text FROM source_event") == [
        ("source_event_m202503",)
    ]
    assert await maintain(intake, TODAY), "doing it again changes nothing"
    async with intake.engine.connect() as connection:
        assert await source.seen(connection, ["s1", "s2"]) == {("bank", "s1")}


async def test_partitions_older_than_the_retention_are_dropped_with_their_rows(intake):
    await maintain(intake, TODAY)
    await intake.apply([intake.received(snapshot(), "old")])
    await maintain(intake, date(2025, 6, 20))
    assert await children(intake) == [
        "default", "m202503", "m202504", "m202505", "m202506", "m202507", "m202508",
    ]  # fmt: skip
    await maintain(intake, date(2025, 7, 1))
    assert "m202503" not in await children(intake)
    assert await intake.rows("SELECT count(*) FROM source_event") == [(0,)]


async def test_rows_of_the_default_partition_are_dropped_by_age_too(intake):
    await intake.apply([snapshot()])
    await intake.apply([payment("1")], now=NOW + timedelta(days=200))
    async with intake.engine.begin() as connection:
        await partitions.maintain(connection, TODAY + timedelta(days=200), 30, months_ahead=0)
    assert await intake.rows("SELECT count(*) FROM source_event") == [(1,)]


async def test_one_process_at_a_time_keeps_the_partitions(intake):
    async with intake.engine.begin() as first:
        assert await partitions.maintain(first, TODAY, 90)
        async with intake.engine.begin() as second:
            assert not await partitions.maintain(second, TODAY, 90)


async def test_the_database_itself_refuses_the_same_event_twice(intake):
    async with intake.engine.connect() as connection:
        await source.remember(connection, [("bank", "1")], TODAY)
        with pytest.raises(IntegrityError):
            await source.remember(connection, [("bank", "1")], TODAY)


async def test_progress_names_the_last_applied_event_of_each_partition(intake):
    batch = [intake.received(snapshot(account=f"A{n}"), f"s{n}", partition=n % 2) for n in range(5)]
    await intake.apply(batch)
    async with intake.engine.connect() as connection:
        known = await source.progress(connection)
        assert [(each.partition, each.last_event_id, each.applied) for each in known] == [
            (0, "s4", 3),
            (1, "s3", 2),
        ]
