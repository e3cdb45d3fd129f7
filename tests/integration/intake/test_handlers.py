"""Batches in; rows, timers and events out."""

import random
from datetime import timedelta

import pytest

from shared.contracts.corebank import (
    ClosureReason,
    ContactPointGiven,
    CovenantBreached,
    CustomerChanged,
    PersonGiven,
    RiskSignalled,
)
from shared.contracts.topics import DELINQUENCY, PARTIES, TOPIC_OF
from shared.contracts.vocabulary import ContactPointKind, PartyRole
from tests.unit.intake.builders import (
    NOW,
    RULES,
    at,
    closure,
    day,
    kinds,
    payment,
    reversal,
    snapshot,
)

STATE = (
    "SELECT account_id, customer_id, snapshot::text, closure::text, overdue, days_past_due, bucket, arrears,"
    " outstanding, oldest_unpaid, ages_on FROM account ORDER BY account_id",
    "SELECT account_id, payment_id, amount, currency, effective_at, reversed_at FROM payment ORDER BY 1, 2",
    "SELECT customer_id, parties_version, overdue_accounts, oldest_unpaid, arrears::text"
    " FROM customer ORDER BY 1",
    "SELECT kind, key, partition, due_at FROM timer ORDER BY 1, 2",
)


def emitted(work):
    return kinds([emission.event for emission in work.emissions])


async def state(intake):
    return [await intake.rows(sql) for sql in STATE]


async def test_a_batch_leaves_rows_a_timer_and_events_keyed_by_customer(intake):
    work = await intake.apply([snapshot((40, "100"), (10, "50")), payment("100")])
    assert emitted(work) == [
        "overdue.detected",
        "payment.received",
        "overdue.updated",
        "bucket.changed",
    ]
    assert {emission.key for emission in work.emissions} == {"C1"}
    assert {TOPIC_OF[type(emission.event)] for emission in work.emissions} == {DELINQUENCY}
    assert work.emissions[0].correlation == "event-1"
    [row] = await intake.rows("SELECT overdue, days_past_due, bucket, arrears::text FROM account")
    assert row == (True, 10, "M1", "50.00")
    [row] = await intake.rows("SELECT overdue_accounts, oldest_unpaid, arrears::text FROM customer")
    assert row == (1, day(10), '{"CNY": "50.00"}')
    assert await intake.rows("SELECT kind, key, due_at FROM timer") == [
        ("ageing", "A1", RULES.start_of(day(-21)))
    ]
    assert await intake.rows("SELECT bucket_before, bucket_after, cause FROM account_history") == [
        ("M0", "M2", "snapshot"),
        ("M2", "M1", "payment"),
    ]


async def test_state_goes_on_in_the_next_batch(intake):
    await intake.apply([snapshot((40, "100"))])
    assert emitted(await intake.apply([payment("30")])) == ["payment.received", "overdue.updated"]
    assert emitted(await intake.apply([payment("70", "P2")])) == ["payment.received", "overdue.cured"]
    assert await intake.rows("SELECT count(*) FROM timer") == [(0,)]
    assert emitted(await intake.apply([reversal("P1")])) == ["payment.reversed", "overdue.detected"]
    [row] = await intake.rows("SELECT arrears::text FROM account")
    assert row == ("30.00",)


async def test_a_payment_inside_a_later_snapshot_can_still_be_reversed(intake):
    await intake.apply([snapshot((40, "100"), as_of=at(48)), payment("100", effective=at(30))])
    await intake.apply([snapshot(as_of=at(24))])
    work = await intake.apply([reversal(effective=at(2))])
    assert emitted(work) == ["payment.reversed", "overdue.detected"]
    # Time passes: the reversal must still be found beside the snapshot.
    assert emitted(await intake.apply([payment("40", "P2")])) == ["payment.received", "overdue.updated"]


async def test_a_repeat_of_a_source_event_is_counted_and_changes_nothing(intake):
    first = intake.received(snapshot((40, "100")), "s1")
    paid = intake.received(payment("30"), "p1", partition=1)
    await intake.apply([first, paid, first])
    before = await state(intake)
    again = await intake.apply([paid, first], now=NOW + timedelta(hours=1))
    assert again.emissions == []
    assert await state(intake) == before
    assert await intake.rows(
        "SELECT source, partition, last_event_id, applied, duplicates FROM source_progress ORDER BY 2"
    ) == [("bank", 0, "s1", 1, 2), ("bank", 1, "p1", 1, 1)]


async def test_the_same_id_of_another_source_is_another_event(intake):
    breach = CovenantBreached(
        breach_id="B", account_id="A1", customer_id="C1", kind="ratio", effective_at=NOW
    )
    batch = [intake.received(breach, "1", source) for source in ("bank", "cards", "bank")]
    assert emitted(await intake.apply(batch)) == ["trigger.raised", "trigger.raised"]


async def test_a_repeat_is_known_months_later_in_another_partition(intake):
    breach = RiskSignalled(signal_id="S", customer_id="C1", kind="downgrade", effective_at=NOW)
    signal = intake.received(breach, "s1")
    assert emitted(await intake.apply([signal])) == ["trigger.raised"]
    assert emitted(await intake.apply([signal], now=NOW + timedelta(days=70))) == []


async def test_an_account_of_another_customer_is_refused_and_nothing_of_the_batch_stays(intake):
    await intake.apply([snapshot((40, "100"))])
    before = await state(intake)
    breach = CovenantBreached(
        breach_id="B", account_id="A1", customer_id="C2", kind="ratio", effective_at=NOW
    )
    for event in (snapshot(customer="C2"), payment("1", customer="C2"), breach):
        with pytest.raises(ValueError, match="account A1 belongs to customer C1, not to C2"):
            await intake.apply([snapshot((1, "1"), account="A9", customer="C9"), event])
    assert await state(intake) == before
    with pytest.raises(ValueError, match="belongs to customer C3"):
        await intake.apply([snapshot(account="A3", customer="C3"), payment("1", account="A3")])


async def test_an_event_from_the_future_is_refused_before_anything_is_written(intake):
    with pytest.raises(ValueError, match="in the future"):
        await intake.apply([snapshot((40, "100")), payment("1", effective=NOW + timedelta(days=3))])
    assert await intake.rows("SELECT count(*) FROM customer") == [(0,)]


async def test_time_alone_moves_an_account_through_its_buckets_by_timers(intake):
    await intake.apply([snapshot((-1, "100"), account="A1"), snapshot((25, "9"), account="A2")])
    told = []
    for ahead in range(1, 40):
        due, work = await intake.fire(RULES.start_of(day(-ahead)))
        told += [(ahead, timer.key, *emitted(work)) for timer in due]
    assert told == [
        (2, "A1", "overdue.detected"),
        (6, "A2", "overdue.updated", "bucket.changed"),
        (32, "A1", "overdue.updated", "bucket.changed"),
        (36, "A2", "overdue.updated", "bucket.changed"),
    ]
    assert await intake.rows("SELECT cause, bucket_after FROM account_history ORDER BY entry_id") == [
        ("snapshot", "M1"),
        ("ageing", "M1"),
        ("ageing", "M2"),
        ("ageing", "M2"),
        ("ageing", "M3"),
    ]


async def test_a_timer_that_fires_too_early_is_set_again(intake):
    await intake.apply([snapshot((25, "9"))])
    expected = await intake.rows("SELECT key, due_at FROM timer")
    async with intake.transactions().begin() as work:
        work.set_timer("ageing", "A1", NOW, aggregate="C1")
    due, work = await intake.fire(NOW)
    assert (len(due), work.emissions) == (1, [])
    assert await intake.rows("SELECT key, due_at FROM timer") == expected


async def test_a_timer_of_an_account_that_is_not_on_file_does_nothing(intake):
    async with intake.transactions().begin() as work:
        work.set_timer("ageing", "gone", NOW, aggregate="C1")
    due, work = await intake.fire(NOW)
    assert (len(due), work.emissions) == (1, [])


def customer_changed(version, *person_ids):
    persons = [
        PersonGiven(
            person_id=person_id,
            role=PartyRole.DEBTOR if person_id == "C1" else PartyRole.GUARANTOR,
            name="李娜",
            contact_points=[
                ContactPointGiven(
                    contact_point_id=f"{person_id}-1", kind=ContactPointKind.PHONE, value="13812345678"
                )
            ],
        )
        for person_id in person_ids
    ]
    return CustomerChanged(customer_id="C1", version=version, persons=persons)


async def test_parties_are_keyed_by_person_in_the_customers_lane_and_nothing_readable_is_kept(intake):
    work = await intake.apply([customer_changed(1, "C1", "G1"), snapshot((40, "100"))])
    assert emitted(work) == ["party.changed", "party.changed", "overdue.detected"]
    assert [emission.key for emission in work.emissions] == ["C1", "G1", "C1"]
    assert len({emission.lane for emission in work.emissions}) == 1
    assert TOPIC_OF[type(work.emissions[0].event)] is PARTIES
    sealed = work.emissions[1].event.contact_points[0].sealed
    assert intake.cipher.open(sealed, "G1-1") == "13812345678"
    work = await intake.apply([customer_changed(3, "C1")])
    assert emitted(work) == ["party.changed", "party.removed"]
    assert emitted(await intake.apply([customer_changed(2, "C1", "G2")])) == []
    assert await intake.rows("SELECT customer_id, person_id, role FROM party") == [("C1", "C1", "debtor")]
    assert await intake.rows("SELECT parties_version, overdue_accounts FROM customer") == [(3, 1)]
    for table in ("account", "customer", "party", "payment", "account_history", "source_event"):
        assert "13812345678" not in str(await intake.rows(f"SELECT * FROM {table}"))


def a_months_events():
    """Three customers with late, back-dated and reversed events; a reversal whose payment never comes."""
    events = []
    for customer in ("C1", "C2", "C3"):
        for suffix in ("a", "b"):
            account = f"{customer}-{suffix}"
            whose = {"account": account, "customer": customer}
            events += [
                snapshot((days, "100"), (days - 30, "100"), (-9, "5"), as_of=at(hours), **whose)
                for hours, days in ((400, 33), (200, 12), (30, 41))
            ]
            for number, hours in enumerate((390, 201, 199, 31, 29, 3)):
                events.append(payment(f"{7 * number + 1}.50", f"P{number}", effective=at(hours), **whose))
            events.append(reversal("P0", effective=at(10), **whose))
            events.append(reversal("P4", effective=at(5), **whose))
            events.append(reversal("P2", effective=at(190), **whose))
            events.append(reversal("none", effective=at(4), **whose))
    events.append(closure(ClosureReason.SOLD, account="C3-b", customer="C3"))
    return events


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_and_any_cut_into_batches_ends_in_the_same_rows(engine_for, intake, seed):
    from services.intake.tables import metadata
    from tests.integration.intake.conftest import Intake

    named = [intake.received(event, f"e{number}") for number, event in enumerate(a_months_events())]
    await intake.apply(named)
    other = Intake(await engine_for("intake", metadata))
    chance = random.Random(seed)
    arrivals = named + chance.sample(named, 15)
    chance.shuffle(arrivals)
    while arrivals:
        cut = chance.randint(1, 12)
        await other.apply(arrivals[:cut])
        arrivals = arrivals[cut:]
    assert await state(other) == await state(intake)
    overdue = [row[4] for row in (await state(intake))[0]]
    assert True in overdue
    assert False in overdue
