"""The world as a whole: one seed, one story; the bank's events are lawful and its books balance."""

import asyncio
import itertools
import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.base import Event
from shared.contracts.corebank import (
    AccountClosed,
    AccountSnapshot,
    CustomerChanged,
    PaymentPosted,
    PaymentReversed,
)
from shared.contracts.topics import CORE_BANK
from shared.stream.broker import Place
from shared.stream.envelope import attributes, decode
from shared.stream.partitioning import partition_of
from shared.stream.received import Received
from tests.integration.simulator.conftest import PARTITIONS, START, Outside, an_outside, sms
from tests.support.toy import until

Told = list[tuple[int, Any, Any, tuple[Any, ...]]]


def published(outside: Outside) -> list[Received[Event]]:
    places = [Place(CORE_BANK.name, number) for number in range(PARTITIONS)]
    return [
        decode(record, attributes(record)) for place in places for record in outside.broker.log.get(place, [])
    ]


def told(outside: Outside) -> Told:
    return [
        (place.partition, record.key, record.value, tuple(record.headers))
        for place, records in sorted(outside.broker.log.items())
        for record in records
    ]


async def story(folder: Path, seed: int, shuffle: int) -> tuple[Told, list[dict[str, Any]], dict[str, Any]]:
    """Twenty days with a message to everyone now and then, in an order of arrival of its own."""
    async with an_outside(folder) as outside:
        await outside.start(accounts=400, seed=seed)
        for day in range(20):
            await outside.advance(day + 0.3)
            batch = [sms(day * 1000 + number, number % 400) for number in range(day % 4, 800, 4)]
            random.Random(shuffle + day).shuffle(batch)
            sends = [{"messages": batch[first : first + 30]} for first in range(0, len(batch), 30)]
            await asyncio.gather(*(outside.post("/messages", body) for body in sends))
            await outside.told()
            await outside.advance(day + 0.8)
        summary = await outside.get("/world/summary")
        return told(outside), outside.receiver.messages, summary


async def test_one_seed_gives_one_story_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    first = await story(tmp_path / "first", 5, shuffle=1)
    second = await story(tmp_path / "second", 5, shuffle=99)
    other = await story(tmp_path / "other", 6, shuffle=1)
    assert first[0] == second[0]
    assert first[1] == second[1]
    assert first[2] == second[2]
    assert first[2]["reactions"]["promises"] > 0 and first[2]["payments"] > 0
    assert first[0] != other[0]


async def test_the_portfolio_is_published_once(outside: Outside) -> None:
    counts = await outside.start()
    assert await outside.start() == counts
    kinds = Counter(type(received.event) for received in published(outside))
    assert kinds[AccountSnapshot] >= 300 and kinds[CustomerChanged] >= counts["customers"]
    assert len(published(outside)) == counts["events_published"]
    response = await outside.http.post(
        "/world/start", json={"accounts": 1, "seed": 7, "start": START.isoformat()}
    )
    assert response.status_code == 409


async def test_events_are_keyed_named_and_placed_as_agreed(outside: Outside) -> None:
    await outside.start()
    await outside.advance(40)
    names: Counter[str] = Counter()
    for received in published(outside):
        event: Any = received.event
        assert received.key == event.customer_id
        assert received.partition == partition_of(received.key, PARTITIONS)
        assert received.source == "/corebank/main" and received.time is not None
        names[received.id] += 1
    summary = await outside.get("/world/summary")
    assert sum(names.values()) - len(names) == summary["events_repeated"] > 0
    assert sum(summary["events"].values()) == len(names)
    assert summary["events_late"] > 0


async def test_advancing_again_to_the_same_instant_does_nothing(outside: Outside) -> None:
    await outside.start()
    assert (await outside.advance(3))["events_published"] > 0
    assert await outside.advance(3) == {"events_published": 0, "replies_sent": 0}
    assert await outside.advance(1) == {"events_published": 0, "replies_sent": 0}


async def test_one_long_step_tells_what_many_short_ones_do(tmp_path: Path) -> None:
    async with an_outside(tmp_path / "long") as outside:
        await outside.start()
        await outside.advance(15)
        long = told(outside)
    async with an_outside(tmp_path / "short") as outside:
        await outside.start()
        for step in range(150):
            await outside.advance(step / 10 + 0.1)
        assert told(outside) == long


async def test_snapshots_and_payments_agree(outside: Outside) -> None:
    """Between two snapshots, the debt falls by what was paid and not undone."""
    await outside.start()
    await outside.advance(60)
    unique = {received.id: received.event for received in published(outside)}
    undone = {event.payment_id: event for event in unique.values() if isinstance(event, PaymentReversed)}
    payments: dict[str, list[PaymentPosted]] = {}
    snapshots: dict[str, list[AccountSnapshot]] = {}
    for event in unique.values():
        if isinstance(event, PaymentPosted):
            payments.setdefault(event.account_id, []).append(event)
        elif isinstance(event, AccountSnapshot):
            snapshots.setdefault(event.account_id, []).append(event)
    checked = 0
    # What happened last may still be on its way: some events are published late.
    told_by_now = START + timedelta(days=57)
    for account_id, states in snapshots.items():
        states.sort(key=lambda one: (one.as_of, one.sequence))
        for state in (one for one in states[1:] if one.as_of <= told_by_now):
            paid = sum(
                (one.amount for one in payments.get(account_id, []) if one.effective_at <= state.as_of),
                Decimal(0),
            )
            returned = sum(
                (
                    one.amount
                    for one in payments.get(account_id, [])
                    if one.payment_id in undone and undone[one.payment_id].effective_at <= state.as_of
                ),
                Decimal(0),
            )
            assert states[0].outstanding - state.outstanding == paid - returned
            checked += 1
    assert checked > 500
    assert undone


async def test_repaid_accounts_are_closed_once_and_say_no_more(outside: Outside) -> None:
    await outside.start(accounts=1500)
    await outside.advance(70)
    order: dict[str, list[Event]] = {}
    for received in {one.id: one for one in published(outside)}.values():
        if isinstance(received.event, AccountSnapshot | AccountClosed):
            order.setdefault(received.event.account_id, []).append(received.event)
    closed = [events for events in order.values() if any(isinstance(one, AccountClosed) for one in events)]
    assert closed
    for events in closed:
        last = max((one for one in events if isinstance(one, AccountSnapshot)), key=lambda one: one.sequence)
        (closure,) = (one for one in events if isinstance(one, AccountClosed))
        assert last.outstanding == 0 and last.unpaid == []
        assert closure.effective_at == last.as_of


async def test_the_overdue_share_is_a_wish(tmp_path: Path) -> None:
    shares = {}
    for wish in (0.0, 0.9):
        async with an_outside(tmp_path / str(wish)) as outside:
            await outside.start(accounts=500, overdue_share=wish)
            shares[wish] = (await outside.get("/world/summary"))["overdue_accounts"] / 500
    assert shares[0.0] == 0
    assert shares[0.9] == pytest.approx(0.6, abs=0.08)


async def test_a_world_that_follows_the_clock_needs_no_driver(outside: Outside) -> None:
    await outside.start(follow_clock=True)
    before = await outside.get("/world/summary")
    outside.clock.instant = START.replace(day=4)

    async def told_more() -> bool:
        after = await outside.get("/world/summary")
        return sum(after["events"].values()) > sum(before["events"].values())

    await until(told_more)


async def test_in_rounds_a_customer_says_one_thing_at_a_time_and_all_of_it_in_the_end(
    outside: Outside, tmp_path: Path
) -> None:
    async with an_outside(tmp_path / "at-once") as other:
        await other.start()
        await other.advance(9)
        at_once = sorted(told(other))
    seen: list[set[Any]] = [set()]
    for say in (outside.start(in_rounds=True), outside.advance(9)):
        await say
        seen.append(set(told(outside)))
        while (await outside.get("/world/pending"))["waits_for_a_round"]:
            await outside.post("/world/next-round", {})
            seen.append(set(told(outside)))
    for before, after in itertools.pairwise(seen):
        assert set(Counter(key for _, key, _, _ in after - before).values()) == {1}
    assert sorted(told(outside)) == at_once
