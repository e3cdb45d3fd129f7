"""Batches and timers through a real PostgreSQL."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from services.strategy.domain.records import case_id_of
from shared.contracts.base import Event
from shared.contracts.conduct import CheckpointSigned, ViolationFound
from shared.contracts.treatments import TreatmentAssigned
from shared.stream.outbox import unpack
from tests.integration.strategy.conftest import Desktop
from tests.unit.strategy.builders import (
    CURED,
    CUSTOMER,
    START,
    cured,
    detected,
    dispatched,
    hold_placed,
    hold_released,
    names,
    opted_out,
    paid,
    position,
    promised,
    undone,
    updated,
)


async def test_a_batch_opens_one_case_for_each_customer(desktop: Desktop) -> None:
    await desktop.deliver(*(detected(customer=f"customer-{number}") for number in range(50)))
    cases = await desktop.rows("SELECT customer_id, segment, step, entries FROM collection_case")
    assert len(cases) == 50 and {tuple(case[1:]) for case in cases} == {("early_small", 1, 1)}
    assert len(await desktop.rows("SELECT * FROM timer WHERE kind = 'next_step'")) == 50
    published = names(await desktop.published())
    assert [published.count(name) for name in ("case.opened", "segment.assigned", "treatment.assigned")] == [
        50
    ] * 3


async def test_events_of_one_customer_in_one_batch_are_decided_in_order(desktop: Desktop) -> None:
    await desktop.deliver(detected(), updated(position(35)), paid("800.00", CURED), detected(position(3)))
    assert names(await desktop.published()) == [
        "case.opened",
        "segment.assigned",
        "treatment.assigned",
        "treatment.suspended",
        "segment.assigned",
        "treatment.assigned",
        "case.closed",
        "case.opened",
        "segment.assigned",
        "treatment.assigned",
    ]
    assert await desktop.rows("SELECT number, status FROM collection_case ORDER BY number") == [
        (1, "closed"),
        (2, "open"),
    ]
    assert await desktop.rows("SELECT cases FROM customer") == [(2,)]
    timeline = await desktop.rows(
        "SELECT number, sequence, type FROM case_event JOIN collection_case USING (case_id)"
        " ORDER BY number, sequence"
    )
    assert timeline == [
        (1, 1, "overdue.detected"),
        (1, 2, "overdue.updated"),
        (1, 3, "payment.received"),
        (2, 1, "overdue.detected"),
    ]


def _life_of(customer: str) -> list[Event]:
    return [
        detected(customer=customer),
        promised("300.00", outcome=f"outcome-{customer}", customer=customer),
        paid("100.00", payment=f"one-{customer}", customer=customer),
        hold_placed(f"hold-{customer}", START + timedelta(days=3), customer),
        opted_out(person=customer, customer=customer),
        paid("200.00", payment=f"two-{customer}", customer=customer),
        undone(f"one-{customer}", customer=customer),
        hold_released(f"hold-{customer}", customer),
        updated(position(40), customer),
    ]


async def test_events_in_one_batch_end_as_events_in_many(desktop: Desktop) -> None:
    for fact in _life_of("a"):
        await desktop.deliver(fact)
    await desktop.deliver(*_life_of("b"))
    one, other = await desktop.rows(
        "SELECT status, stage, segment, reasons, round, step, next_due_at, paused_until, days_past_due,"
        " arrears, overdue_accounts, entries, promises, holds, opted_out"
        " FROM collection_case JOIN customer USING (customer_id) ORDER BY customer_id"
    )
    assert one == other and one[-1] == ["sms"]
    promises = await desktop.rows("SELECT status, received, needed FROM promise ORDER BY customer_id")
    assert promises == [("pending", Decimal("200.00"), Decimal("285.00"))] * 2
    published = [type(event) for event in await desktop.published()]
    assert all(published.count(kind) % 2 == 0 for kind in published)


async def test_timers_take_the_steps_and_stop_with_the_case(desktop: Desktop) -> None:
    await desktop.deliver(detected())
    assert await desktop.fire() == 0
    desktop.later(days=3)
    assert await desktop.fire() == 1
    treatments = [event for event in await desktop.published() if isinstance(event, TreatmentAssigned)]
    assert [treatment.step for treatment in treatments] == [1, 2]
    await desktop.deliver(cured())
    assert await desktop.rows("SELECT * FROM timer") == []


async def test_a_hold_removes_the_timer_and_its_release_sets_it_again(desktop: Desktop) -> None:
    await desktop.deliver(detected())
    before = await desktop.rows("SELECT due_at FROM timer")
    await desktop.deliver(hold_placed())
    assert await desktop.rows("SELECT * FROM timer") == []
    await desktop.deliver(hold_released())
    assert await desktop.rows("SELECT due_at FROM timer") == before


async def test_a_promise_is_broken_by_its_timer(desktop: Desktop) -> None:
    await desktop.deliver(detected(), promised())
    desktop.later(days=8)
    assert await desktop.fire() == 2
    assert names(await desktop.published())[-2:] == ["promise.broken", "treatment.assigned"]
    assert await desktop.rows("SELECT status FROM promise") == [("broken",)]


async def test_timers_that_fire_too_early_are_set_again(desktop: Desktop) -> None:
    await desktop.deliver(detected(), promised())
    query = "SELECT kind, due_at FROM timer ORDER BY kind"
    before = await desktop.rows(query)
    async with desktop.engine.begin() as connection:
        await connection.execute(text("UPDATE timer SET due_at = '2026-01-01T00:00:00Z'"))
    assert await desktop.fire() == 2
    assert await desktop.rows(query) == before and len(before) == 2


async def test_a_promise_counts_a_payment_stored_before_it(desktop: Desktop) -> None:
    await desktop.deliver(detected())
    await desktop.deliver(paid("500.00"))
    await desktop.deliver(promised("500.00"))
    assert await desktop.rows("SELECT status, received FROM promise") == [("kept", Decimal("500.00"))]


async def test_a_hold_known_before_the_case_suspends_it(desktop: Desktop) -> None:
    await desktop.deliver(hold_placed())
    assert await desktop.rows("SELECT * FROM collection_case") == []
    await desktop.deliver(detected())
    assert names(await desktop.published()) == ["case.opened", "segment.assigned", "treatment.suspended"]
    assert await desktop.rows("SELECT * FROM timer") == []


async def test_a_receipt_after_its_reversal_counts_for_nothing(desktop: Desktop) -> None:
    await desktop.deliver(detected())
    await desktop.deliver(undone("p", "500.00"))
    await desktop.deliver(paid("500.00", payment="p"))
    await desktop.deliver(promised("500.00"))
    assert await desktop.rows("SELECT reversed FROM payment") == [(True,)]
    assert await desktop.rows("SELECT status, received FROM promise") == [("pending", Decimal("0.00"))]


async def test_a_contact_of_an_earlier_case_is_counted_there(desktop: Desktop) -> None:
    await desktop.deliver(detected())
    await desktop.deliver(cured())
    await desktop.deliver(detected())
    await desktop.deliver(dispatched(case_id_of(CUSTOMER, 1)), dispatched(case_id_of(CUSTOMER, 1)))
    assert await desktop.rows("SELECT number, contacts FROM collection_case ORDER BY number") == [
        (1, 2),
        (2, 0),
    ]


async def test_a_case_of_another_customer_is_refused_and_nothing_is_kept(desktop: Desktop) -> None:
    await desktop.deliver(detected(customer="customer-a"))
    with pytest.raises(ValueError, match="names a case that this customer does not have"):
        await desktop.deliver(
            detected(customer="customer-b"), dispatched(case_id_of("customer-a", 1), "customer-b")
        )
    assert len(await desktop.rows("SELECT * FROM collection_case")) == 1


async def test_events_that_concern_no_customer_change_nothing(desktop: Desktop) -> None:
    checkpoint = CheckpointSigned(origin="log", size=1, root="r", note="n", signed_at=START)
    violation = ViolationFound(
        violation_id="v", person_id=None, customer_id=None, contact_id=None, rule_id="r", found_at=START
    )
    await desktop.deliver(checkpoint, violation)
    assert await desktop.rows("SELECT * FROM customer") == []


async def test_two_workers_on_the_same_new_customers_open_one_case_each(desktop: Desktop) -> None:
    customers = [f"customer-{number}" for number in range(40)]
    await asyncio.gather(
        desktop.deliver(*(detected(customer=customer) for customer in customers)),
        desktop.deliver(*(detected(customer=customer) for customer in reversed(customers))),
        desktop.deliver(*(hold_placed(f"hold-{customer}", customer=customer) for customer in customers)),
    )
    assert await desktop.rows("SELECT count(*), max(number) FROM collection_case") == [(40, 1)]
    assert await desktop.rows("SELECT count(*), min(holds) FROM customer") == [(40, 1)]
    assert await desktop.rows("SELECT * FROM timer") == []


async def test_an_entry_of_the_timeline_says_what_was_decided_and_why(desktop: Desktop) -> None:
    await desktop.deliver(detected(position(95)))
    ((summary,),) = await desktop.rows("SELECT summary FROM case_event")
    treatment = (await desktop.published())[2]
    assert summary == {
        "opened": 1,
        "dpd": 95,
        "bucket": "M4",
        "arrears": {"CNY": "800.00"},
        "segment": "late",
        "policy": "standard-1",
        "reasons": ["dpd>=91"],
        "account": "account-1",
        "product": "credit_card",
        "treatment": treatment.treatment_id,
        "step": 1,
        "channel": "sms",
    }


async def test_events_keep_the_correlation_of_what_caused_them(desktop: Desktop) -> None:
    await desktop.deliver(detected())
    ((payload,),) = await desktop.rows("SELECT payload FROM outbox")
    assert {(stored.key, stored.correlation) for stored in unpack(payload)} == {(CUSTOMER, "correlation-0")}
