"""Replies become outcomes; their words stay sealed."""

from datetime import date
from decimal import Decimal

from services.outreach import inbound
from services.outreach.channels.sms_http import SmsHttp
from services.outreach.inbound import InboundMessage
from shared.contracts.contacts import ContactAnswered, OptedOut, OutcomeRecorded
from shared.contracts.vocabulary import Channel, OutcomeCode
from tests.integration.outreach.world import START, World, contact_id, party, permit_id


def reply(
    text: str, number: int | None = 1, *, name: str = "message-1", point: str | None = None
) -> InboundMessage:
    return InboundMessage(name, permit_id(number) if number else None, point, text, START)


async def take(world: World, *messages: InboundMessage) -> dict[str, int]:
    async with world.transactions.begin() as work:
        return await inbound.take(work, "sms", messages, world.cipher, "CNY")


async def dispatched(world: World, sms: SmsHttp) -> None:
    await world.permitted(1)
    await world.rounds(sms).run()


async def test_stop_opts_out_of_the_channel(world: World, sms: SmsHttp) -> None:
    await dispatched(world, sms)
    assert await take(world, reply("退订")) == {"applied": 1, "unmatched": 0, "repeated": 0}
    (opted_out,) = await world.published(OptedOut)
    assert (opted_out.channel, opted_out.person_id) == (Channel.SMS, "customer-1")
    assert opted_out.contact_point_id == "phone-1"
    assert (await world.contact(1)).state == "answered"
    assert len(await world.published(ContactAnswered)) == 1


async def test_the_same_message_twice_is_one_outcome(world: World, sms: SmsHttp) -> None:
    await dispatched(world, sms)
    await take(world, reply("STOP"))
    assert await take(world, reply("STOP"), reply("STOP")) == {"applied": 0, "unmatched": 0, "repeated": 2}
    assert len(await world.published(OptedOut)) == 1


async def test_a_promise_carries_day_and_amount(world: World, sms: SmsHttp) -> None:
    await dispatched(world, sms)
    await take(world, reply("承诺 2026-03-09 120.50"))
    (outcome,) = await world.published(OutcomeRecorded)
    assert outcome.outcome is OutcomeCode.PROMISE
    assert outcome.contact_id == contact_id(1)
    assert outcome.promised is not None
    assert (outcome.promised.amount, outcome.promised.currency) == (Decimal("120.50"), "CNY")
    assert outcome.promise_due == date(2026, 3, 9)


async def test_every_reply_is_an_outcome_but_the_contact_is_answered_once(world: World, sms: SmsHttp) -> None:
    await dispatched(world, sms)
    await take(world, reply("who is this"), reply("投诉", name="message-2"))
    assert [event.outcome for event in await world.published(OutcomeRecorded)] == ["other", "complaint"]
    assert len(await world.published(ContactAnswered)) == 1
    assert await world.column("SELECT count(*) FROM contact_outcome") == [2]


async def test_a_message_out_of_the_blue_is_matched_by_its_contact_point(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    result = await take(world, reply("STOP", None, point="phone-1"))
    assert result["applied"] == 1
    (opted_out,) = await world.published(OptedOut)
    assert (opted_out.person_id, opted_out.channel) == ("customer-1", Channel.SMS)
    (outcome,) = await world.published(OutcomeRecorded)
    assert outcome.contact_id is None


async def test_a_message_from_nobody_is_kept(world: World) -> None:
    result = await take(world, reply("STOP", None), reply("STOP", 77, name="message-2"))
    assert result == {"applied": 0, "unmatched": 2, "repeated": 0}
    assert await world.published(OptedOut) == []
    assert await world.column("SELECT count(*) FROM inbound_message") == [2]


async def test_the_words_are_sealed(world: World, sms: SmsHttp) -> None:
    await dispatched(world, sms)
    await take(world, reply("PAID yesterday"))
    (row,) = await world.column("SELECT inbound_message::text FROM inbound_message")
    assert "yesterday" not in row
    (sealed,) = await world.column("SELECT sealed_text FROM inbound_message")
    (outcome,) = await world.published(OutcomeRecorded)
    assert world.cipher.open(sealed, outcome.outcome_id) == "PAID yesterday"
