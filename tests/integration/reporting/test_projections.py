"""Projections on a real PostgreSQL, against the plain reference."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting import tables
from shared.contracts.base import Event
from shared.contracts.decisions import Effect
from tests.integration.reporting import events as say
from tests.integration.reporting.conftest import WALL, apply
from tests.integration.reporting.portfolio import batches, history, shuffled
from tests.integration.reporting.reference import Reference

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example takes a tenth of a second: shrinking would take minutes."""


async def rows(engine: AsyncEngine, table: Table) -> dict[Any, dict[str, Any]]:
    async with engine.connect() as connection:
        found = (await connection.execute(select(table))).mappings().all()
    keys = [column.name for column in table.primary_key]
    return {tuple(row[key] for key in keys): dict(row) for row in found}


async def clear(engine: AsyncEngine) -> None:
    names = ", ".join(name for name in tables.metadata.tables)
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {names}"))


async def hold(engine: AsyncEngine, table: Table, expected: dict[Any, dict[str, Any]]) -> None:
    """Each row of the table is as expected; what is not mentioned is null."""
    found = await rows(engine, table)
    assert set(found) == {(key,) for key in expected}
    for key, wanted in expected.items():
        row = found[key,]
        assert {name: row[name] for name in wanted} == wanted, f"{table.name} {key}"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=QUICK
)
@given(random=st.randoms(use_true_random=False))
async def test_projections_equal_a_plain_reference_whatever_the_order_of_topics_and_the_cut_of_batches(
    engine: AsyncEngine, random: Random
) -> None:
    await clear(engine)
    said = history(random, random.randint(1, 4))
    for batch in batches(random, shuffled(random, said)):
        await apply(engine, batch)
    reference = Reference(said)
    await hold(engine, tables.account_figure, reference.accounts)
    await hold(engine, tables.case_figure, reference.cases)
    await hold(engine, tables.contact_figure, reference.contacts)
    await hold(engine, tables.payment_figure, reference.payments)
    await hold(engine, tables.promise_figure, reference.promises)
    await hold(engine, tables.hold_figure, reference.holds)
    await hold(engine, tables.complaint_figure, reference.complaints)
    amounts = await rows(engine, tables.case_amount)
    assert {key: row["arrears"] for key, row in amounts.items()} == reference.amounts
    assert await _sums(engine, "SELECT rule_id, effect, sum(count) FROM rule_count GROUP BY 1, 2") == dict(
        reference.rules
    )
    assert await _sums(
        engine, "SELECT topic, type, day, sum(count) FROM event_count GROUP BY 1, 2, 3"
    ) == dict(reference.events)
    assert await _sums(engine, "SELECT sum(events) FROM topic_progress") == {(): len(said)}
    assert await _sums(engine, "SELECT tick, sum(count) FROM flow_tick GROUP BY 1") == {
        (WALL - timedelta(seconds=2.5),): len(said)
    }


async def _sums(engine: AsyncEngine, statement: str) -> dict[tuple[Any, ...], int]:
    async with engine.connect() as connection:
        return {tuple(row[:-1]): int(row[-1]) for row in await connection.execute(text(statement))}


async def test_a_decision_that_arrives_before_its_request_is_kept(engine: AsyncEngine) -> None:
    decision = say.decided("c-1", "contact-1", 5, Effect.ALLOW)
    await apply(engine, [say.received(decision, "c-1", 5)])
    await apply(engine, [say.received(say.requested("c-1", "case-1", "contact-1", 4), "c-1", 4)])
    row = (await rows(engine, tables.contact_figure))["contact-1",]
    assert row["allowed_at"] == say.at(5)
    assert (row["requested_at"], row["case_id"], row["asks"]) == (say.at(4), "case-1", 1)


async def test_a_contact_counts_for_its_case_before_the_case_is_known(engine: AsyncEngine) -> None:
    contact = say.dispatched("c-1", "case-1", "contact-1", 9)
    await apply(engine, [say.received(contact, "c-1", 9)])
    await apply(engine, [say.received(say.opened("c-1", "case-1", 1), "c-1", 1)])
    row = (await rows(engine, tables.case_figure))["case-1",]
    assert (row["contacts"], row["first_contact_at"], row["opened_at"]) == (1, say.at(9), say.at(1))


async def test_lag_is_the_age_of_the_oldest_event_of_the_batch(engine: AsyncEngine) -> None:
    batch = [
        say.received(say.overdue("c-1", "a-1", minute), "c-1", minute, number)
        for number, minute in enumerate((3.0, 1.0, 2.0))
    ]
    await apply(engine, batch, now=say.at(4))
    (row,) = (await rows(engine, tables.topic_progress)).values()
    assert row["lag_seconds"] == Decimal("180.00")
    assert (row["events"], row["last_event_at"], row["projected_at"]) == (3, say.at(3), WALL)


async def test_the_empty_batch_of_a_shard_shares_no_counter_with_another_shard(engine: AsyncEngine) -> None:
    first, second = (
        next(name for name in map(str, range(1000)) if say.received(_seen(name), name, 1).partition == place)
        for place in (0, 1)
    )
    await apply(engine, [say.received(_seen(first), first, 1)])
    await apply(engine, [say.received(_seen(second), second, 1)])
    counts = await rows(engine, tables.event_count)
    assert sorted(row["shard"] for row in counts.values()) == [0, 1]


def _seen(customer: str) -> Event:
    return say.overdue(customer, f"a-{customer}", 1)


async def test_an_impossible_number_of_days_is_refused_with_a_reason(engine: AsyncEngine) -> None:
    event = say.overdue("c-1", "a-1", 1, days=10**12)
    try:
        await apply(engine, [say.received(event, "c-1", 1)])
    except ValueError as error:
        assert str(error) == "days_past_due is not a possible number of days"
    else:
        raise AssertionError("it was accepted")
    assert await rows(engine, tables.account_figure) == {}
