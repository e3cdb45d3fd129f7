"""Delivery receipts: twice, early, out of order, by either name."""

import asyncio
from datetime import datetime

from services.outreach import receipts
from services.outreach.channels.sms_http import SmsHttp
from services.outreach.domain.facts import ReceiptStatus
from services.outreach.receipt_sweep import ReceiptSweep
from services.outreach.store.receipts import Receipt
from shared.contracts.contacts import ContactDelivered, ContactDispatched, ContactFailed, OutcomeRecorded
from shared.ids import derive_id
from tests.integration.outreach.outside import Gateway
from tests.integration.outreach.world import START, World, permit_id


def receipt(
    number: int = 1,
    status: ReceiptStatus = ReceiptStatus.DELIVERED,
    *,
    by_reference: bool = False,
    at: datetime = START,
    reason: str | None = None,
) -> Receipt:
    permit, reference = permit_id(number), f"gw-{permit_id(number)}"
    name = reference if by_reference else permit
    return Receipt(
        derive_id("receipt", "sms", name, status),
        "sms",
        None if by_reference else permit,
        reference if by_reference else None,
        status,
        at,
        reason,
    )


async def take(world: World, *given: Receipt) -> dict[str, int]:
    async with world.transactions.begin() as work:
        return await receipts.take(work, "sms", given)


async def test_a_receipt_delivers_the_contact_once(world: World, sms: SmsHttp) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    assert await take(world, receipt()) == {"applied": 1, "kept": 0, "repeated": 0}
    assert await take(world, receipt()) == {"applied": 0, "kept": 0, "repeated": 1}
    assert await take(world, receipt(), receipt()) == {"applied": 0, "kept": 0, "repeated": 2}
    (event,) = await world.published(ContactDelivered)
    assert (event.permit_id, event.delivered_at) == (permit_id(1), START)
    assert await world.states(1) == ["requested", "permitted", "dispatched", "delivered"]


async def test_the_providers_own_reference_is_as_good(world: World, sms: SmsHttp) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    await take(world, receipt(by_reference=True))
    await take(world, receipt())
    assert len(await world.published(ContactDelivered)) == 1


async def test_delivered_after_failed_does_not_go_back(world: World, sms: SmsHttp) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    await take(world, receipt(status=ReceiptStatus.FAILED, reason="expired"), receipt())
    assert (await world.contact(1)).state == "failed"
    assert await world.published(ContactDelivered) == []
    (failure,) = await world.published(ContactFailed)
    assert (failure.left_bank, failure.reason) == (True, "expired")


async def test_a_receipt_before_the_dispatch_waits_for_it(world: World, sms: SmsHttp) -> None:
    await world.permitted(1, 2)
    early = [receipt(1), receipt(2, by_reference=True)]
    assert await take(world, *early) == {"applied": 0, "kept": 2, "repeated": 0}
    assert await take(world, *early) == {"applied": 0, "kept": 0, "repeated": 2}
    await world.rounds(sms).run()
    assert {(await world.contact(n)).state for n in (1, 2)} == {"delivered"}
    assert await world.states(1) == ["requested", "permitted", "dispatched", "delivered"]
    assert len(await world.published(ContactDispatched)) == 2
    assert len(await world.published(ContactDelivered)) == 2
    assert await world.column("SELECT count(*) FROM receipt WHERE applied_at IS NULL") == [0]


async def test_a_receipt_during_the_send_waits_for_the_record(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)

    async def deliver_first() -> None:
        assert (await take(world, receipt()))["kept"] == 1

    gateway.before_answer = deliver_first
    await world.rounds(sms).run()
    assert (await world.contact(1)).state == "delivered"


async def test_a_receipt_and_a_record_committed_at_once_find_each_other(world: World, sms: SmsHttp) -> None:
    await world.permitted(1)
    written, record = asyncio.Event(), asyncio.Event()

    async def receipt_first_but_committed_last() -> None:
        async with world.transactions.begin() as work:
            await receipts.take(work, "sms", [receipt(by_reference=True)])
            written.set()
            await record.wait()

    slow = asyncio.create_task(receipt_first_but_committed_last())
    await written.wait()
    await world.rounds(sms).run()
    record.set()
    await slow
    assert (await world.contact(1)).state == "dispatched"
    await ReceiptSweep(world.transactions).once()
    assert (await world.contact(1)).state == "delivered"


async def test_a_receipt_for_nobody_is_kept_and_harmless(world: World) -> None:
    assert await take(world, receipt(99)) == {"applied": 0, "kept": 1, "repeated": 0}
    await ReceiptSweep(world.transactions).once()


async def test_a_call_nobody_took_is_an_outcome(world: World, sms: SmsHttp) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    await take(world, receipt(status=ReceiptStatus.NO_ANSWER))
    (outcome,) = await world.published(OutcomeRecorded)
    assert outcome.outcome == "no_answer"


async def test_many_receipts_at_once_from_two_sides_are_applied_once(world: World, sms: SmsHttp) -> None:
    numbers = range(1, 101)
    await world.permitted(*numbers)
    await world.rounds(sms).run()
    forth = [receipt(number) for number in numbers]
    results = await asyncio.gather(take(world, *forth), take(world, *reversed(forth)))
    assert sum(result["applied"] for result in results) == 100
    assert len(await world.published(ContactDelivered)) == 100
