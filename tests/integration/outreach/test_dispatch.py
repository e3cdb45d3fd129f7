"""From the permit to the gateway, with everything that can go wrong between."""

import asyncio
import contextlib
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError

from services.outreach.channels.sms_http import SmsHttp
from services.outreach.channels.tasks import TaskDesk
from services.outreach.dispatch_round import Pace
from services.outreach.dispatcher import Dispatcher
from services.outreach.receipt_sweep import ReceiptSweep
from shared.contracts.contacts import ContactDispatched, ContactFailed, ContactWithdrawn
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, ContactPointKind
from tests.integration.outreach.outside import GATEWAY_KEY, Gate, Gateway
from tests.integration.outreach.world import World, allowed, party, permit_id, suspended, treatment


async def test_a_permitted_sms_goes_out_under_its_redeemed_permit(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    assert (await world.rounds(sms).run()).claimed == 1
    assert permit_id(1) in gate.redeemed
    assert gateway.texts[permit_id(1)]["to"] == "13800000001"
    assert "120.50 CNY" in gateway.texts[permit_id(1)]["text"]
    (event,) = await world.published(ContactDispatched)
    assert (event.permit_id, event.provider, event.cost.amount) == (permit_id(1), "sms", Decimal("0.05"))
    contact = await world.contact(1)
    assert (contact.state, contact.provider_reference) == ("dispatched", f"gw-{permit_id(1)}")
    assert (contact.cost, len(contact.text_digest)) == (Decimal("0.045"), 64)
    assert await world.states(1) == ["requested", "permitted", "dispatched"]


async def test_the_text_and_the_number_are_nowhere_in_the_database(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()
    words = gateway.texts[permit_id(1)]["text"]
    for table in ("contact", "person", "contact_history"):
        for row in await world.column(f"SELECT {table}::text FROM {table}"):
            assert "13800000001" not in row
            assert words[:12] not in row


async def test_nothing_to_do_asks_nobody(world: World, gate: Gate, gateway: Gateway, sms: SmsHttp) -> None:
    assert (await world.rounds(sms).run()).claimed == 0
    assert (gate.calls, gateway.requests) == (0, 0)


async def test_what_compliance_refuses_is_withdrawn_with_its_rule(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1, 2)
    gate.refusals[permit_id(1)] = "CN-OPT-OUT"
    await world.rounds(sms).run()
    assert list(gateway.texts) == [permit_id(2)]
    (withdrawal,) = await world.published(ContactWithdrawn)
    assert (withdrawal.permit_id, withdrawal.reason) == (permit_id(1), "CN-OPT-OUT")
    assert (await world.contact(1)).state == "withdrawn"


async def test_a_permit_that_expired_at_the_gate_is_asked_for_again(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gate.refusals[permit_id(1)] = "permit-expired"
    await world.rounds(sms).run()
    assert gateway.requests == 0
    again = (await world.published(ContactRequested))[-1]
    assert again.ask == 2
    await world.handle(allowed(again, world.clock.now()))
    await world.rounds(sms).run()
    assert list(gateway.texts) == [permit_id(1, ask=2)]


async def test_an_expired_permit_is_asked_for_again_without_troubling_the_gate(
    world: World, gate: Gate, sms: SmsHttp
) -> None:
    await world.permitted(1)
    world.clock.forward(timedelta(hours=3))
    await world.rounds(sms).run()
    assert gate.calls == 0
    assert (await world.published(ContactRequested))[-1].ask == 2


async def test_while_compliance_is_down_nothing_is_sent_and_all_goes_out_after(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1, 2)
    gate.down = True
    result = await world.rounds(sms).run()
    assert result.gate_away
    assert gateway.requests == 0
    assert {(await world.contact(n)).state for n in (1, 2)} == {"permitted"}
    gate.down = False
    await world.rounds(sms).run()
    assert sorted(gateway.texts) == [permit_id(1), permit_id(2)]


async def test_compliance_that_cannot_be_reached_at_all_sends_nothing(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gate.url = "http://127.0.0.1:9"
    assert (await world.rounds(sms).run()).gate_away
    assert gateway.requests == 0
    assert (await world.contact(1)).state == "permitted"


async def test_a_permit_that_the_answer_leaves_out_is_not_used(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gate.forgets.add(permit_id(1))
    result = await world.rounds(sms).run()
    assert result.pause > 0
    assert gateway.requests == 0
    assert (await world.contact(1)).state == "permitted"


@pytest.mark.parametrize("mood", ["hangs", "breaks"])
async def test_a_message_that_was_taken_but_not_confirmed_is_looked_up_and_never_sent_twice(
    world: World, gateway: Gateway, sms: SmsHttp, mood: str
) -> None:
    await world.permitted(1)
    gateway.mood = mood
    rounds = world.rounds(sms)
    await rounds.run()
    assert (await world.contact(1)).state == "dispatching"
    assert await world.published(ContactDispatched) == []
    gateway.mood = "well"
    await rounds.run()
    assert gateway.handed[permit_id(1)] == 1
    assert gateway.lookups == 1
    contact = await world.contact(1)
    assert (contact.state, contact.provider_reference) == ("dispatched", f"gw-{permit_id(1)}")
    assert len(contact.text_digest) == 64
    assert len(await world.published(ContactDispatched)) == 1


async def test_a_message_that_was_not_taken_is_sent_after_the_look_up(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gateway.mood = "refuses"
    rounds = world.rounds(sms)
    await rounds.run()
    gateway.mood = "well"
    await rounds.run()
    assert gateway.handed[permit_id(1)] == 1
    assert gate.calls == 2
    assert (await world.contact(1)).state == "dispatched"


async def test_while_the_look_up_fails_nothing_is_sent(world: World, gateway: Gateway, sms: SmsHttp) -> None:
    await world.permitted(1)
    gateway.mood = "breaks"
    rounds = world.rounds(sms)
    await rounds.run()
    gateway.mood, gateway.lookup_down = "well", True
    for _ in range(3):
        await rounds.run()
    assert gateway.handed[permit_id(1)] == 1
    assert (await world.contact(1)).state == "dispatching"


async def test_what_the_gate_refuses_on_the_second_look_is_not_sent(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gateway.mood = "refuses"
    rounds = world.rounds(sms)
    await rounds.run()
    gateway.mood = "well"
    gate.refusals[permit_id(1)] = "CN-HOLD"
    await rounds.run()
    assert gateway.texts == {}
    assert (await world.contact(1)).state == "withdrawn"


async def test_too_many_requests_wait_as_long_as_the_gateway_says(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gateway.mood = "busy"
    assert (await world.rounds(sms).run()).pause == 7.0
    assert (await world.contact(1)).state == "permitted"


async def test_a_gateway_that_cannot_be_reached_has_taken_nothing(world: World, gateway: Gateway) -> None:
    await world.permitted(1)
    nowhere = SmsHttp(url="http://127.0.0.1:9", api_key=GATEWAY_KEY, timeout=0.5)
    assert (await world.rounds(nowhere).run()).pause > 0
    assert (await world.contact(1)).state == "permitted"


async def test_a_rejected_message_fails_without_having_left(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gateway.mood = "rejects"
    await world.rounds(sms).run()
    (failure,) = await world.published(ContactFailed)
    assert (failure.reason, failure.left_bank, failure.permit_id) == (
        "rejected: bad_number",
        False,
        permit_id(1),
    )


async def test_a_contact_point_that_went_away_is_not_used(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    await world.handle(party(1, cipher=world.cipher, version=2, kinds=[ContactPointKind.EMAIL]))
    await world.rounds(sms).run()
    (failure,) = await world.published(ContactFailed)
    assert failure.reason == "contact point is gone"
    assert (gate.calls, gateway.requests) == (0, 0)


async def test_a_dispatcher_that_died_before_sending_leaves_nothing_behind(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    await world.rounds(sms)._claim()
    other = world.rounds(sms)
    assert (await other.run()).claimed == 0
    await world.lose_leases()
    await other.run()
    assert gateway.handed[permit_id(1)] == 1
    assert (await world.contact(1)).state == "dispatched"


async def test_a_dispatcher_that_died_after_sending_is_followed_by_a_look_up(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    died = world.rounds(sms)
    died.recorder = _Dies()  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        await died.run()
    await world.lose_leases()
    await world.rounds(sms).run()
    assert gateway.handed[permit_id(1)] == 1
    assert len(await world.published(ContactDispatched)) == 1


async def test_two_dispatchers_share_the_work(world: World, gateway: Gateway, sms: SmsHttp) -> None:
    numbers = range(1, 61)
    await world.permitted(*numbers)
    first, second = (world.rounds(sms, Pace(most=20)) for _ in range(2))
    claimed = 0
    while claimed < 60:
        results = await asyncio.gather(first.run(), second.run())
        claimed += sum(result.claimed for result in results)
    assert claimed == 60
    assert set(gateway.handed.values()) == {1}
    assert len(await world.published(ContactDispatched)) == 60


async def test_a_slow_record_of_the_same_message_changes_nothing(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    """Two dispatchers believe in the same contact: the first one's lease ended while it slept."""
    await world.permitted(1)
    slow = world.rounds(sms)
    recorder, slow.recorder = slow.recorder, _Dies()  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        await slow.run()
    late = slow.recorder.outcome  # type: ignore[attr-defined]
    await world.lose_leases()
    await world.rounds(sms).run()
    await recorder.record(late, sms)
    assert len(await world.published(ContactDispatched)) == 1
    assert await world.states(1) == ["requested", "permitted", "dispatched"]


async def test_a_round_that_took_too_long_sends_nothing_more(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    await world.rounds(sms, Pace(lease=1.0)).run()
    assert gateway.requests == 0
    assert (await world.contact(1)).state == "permitted"


async def test_a_suspension_during_the_dispatch_withdraws_what_was_not_sent(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    rounds = world.rounds(sms)
    await rounds._claim()
    assert await world.handle(suspended(1)) == []
    await world.lose_leases()
    await rounds.run()
    assert gateway.texts == {}
    (withdrawal,) = await world.published(ContactWithdrawn)
    assert withdrawal.reason == "suspended: payment"


async def test_a_suspension_before_the_dispatch_leaves_nothing_to_claim(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    await world.handle(suspended(1))
    assert (await world.rounds(sms).run()).claimed == 0


async def test_calls_and_visits_become_tasks_and_sms_do_not(world: World, sms: SmsHttp) -> None:
    await world.permitted(1, channel=Channel.CALL_LIVE)
    await world.permitted(2, channel=Channel.VISIT)
    await world.permitted(3)
    await world.rounds(TaskDesk()).run()
    assert await world.column("SELECT channel FROM outreach_task ORDER BY channel") == ["call_live", "visit"]
    assert {event.provider for event in await world.published(ContactDispatched)} == {"task"}
    assert (await world.contact(3)).state == "permitted"


async def test_a_task_in_doubt_is_recorded_once(world: World) -> None:
    await world.permitted(1, channel=Channel.LETTER)
    died = world.rounds(TaskDesk())
    died.recorder = _Dies()  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        await died.run()
    await world.lose_leases()
    await world.rounds(TaskDesk()).run()
    assert await world.column("SELECT count(*) FROM outreach_task") == [1]


async def test_the_loops_bring_everything_out_and_stop_when_told(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    dispatcher = Dispatcher([world.rounds(sms), world.rounds(TaskDesk())], ReceiptSweep(world.transactions))
    running = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0.1)
    await world.permitted(1)
    await world.permitted(2, channel=Channel.CALL_LIVE)
    dispatcher.wake()
    async with asyncio.timeout(5):
        while len(await world.published(ContactDispatched)) < 2:  # noqa: ASYNC110 - of another task
            await asyncio.sleep(0.02)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(running, 5)
    assert list(gateway.texts) == [permit_id(1)]


async def test_a_loop_told_to_stop_finishes_its_round(world: World, gateway: Gateway, sms: SmsHttp) -> None:
    await world.permitted(1)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        reached.set()
        await go_on.wait()

    gateway.before_answer = hold
    dispatcher = Dispatcher([world.rounds(sms)], ReceiptSweep(world.transactions))
    running = asyncio.create_task(dispatcher.run())
    await asyncio.wait_for(reached.wait(), 5)
    running.cancel()
    go_on.set()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(running, 5)
    assert (await world.contact(1)).state == "dispatched"


async def test_a_loop_outlives_a_lost_database_connection(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    dispatcher = Dispatcher([world.rounds(sms)], ReceiptSweep(world.transactions))
    running = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0.1)
    await world.lose_connections()
    for _ in range(3):
        with contextlib.suppress(DBAPIError):
            await world.column("SELECT 1")
    await world.permitted(1)
    dispatcher.wake()
    async with asyncio.timeout(10):
        while not gateway.texts:  # noqa: ASYNC110 - of another task
            await asyncio.sleep(0.05)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_permit_redeemed_twice_has_one_dispatch_id(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.permitted(1)
    gateway.mood = "busy"
    await world.rounds(sms).run()
    gateway.mood = "well"
    await world.rounds(sms).run()
    assert gate.calls == 2
    assert (await world.contact(1)).state == "dispatched"


async def test_only_treatments_with_a_permit_are_claimed(world: World, sms: SmsHttp) -> None:
    await world.handle(party(1, cipher=world.cipher))
    await world.handle(treatment(1))
    assert (await world.rounds(sms).run()).claimed == 0


class _Dies:
    """A recorder in a process that ends before it can record."""

    def __init__(self) -> None:
        self.outcome: dict[str, object] = {}

    async def record(self, outcome: dict[str, object], adapter: object) -> None:
        self.outcome = dict(outcome)
        raise RuntimeError("killed")
