"""Only approved texts go out: what compliance tells of them, in any order and any number of times."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.outreach import main
from services.outreach.channels.sms_http import SmsHttp
from services.outreach.texts import proposals
from shared.contracts.conduct import TemplateApproved
from shared.contracts.contacts import ContactDispatched, ContactFailed
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from tests.integration.outreach.outside import Gate, Gateway
from tests.integration.outreach.test_api import READER, runtime_of
from tests.integration.outreach.texts import approval, retirement
from tests.integration.outreach.world import World, allowed, party, treatment

FIRST = next(one for one in proposals() if one.template_id == "reminder_first")
SHIPPED = approval(FIRST)
NEXT = approval(FIRST, 2, body="【{institution}】请尽快归还{arrears},已逾期{days_past_due}天。{opt_out}")


@pytest.fixture(autouse=True)
async def on_file(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))


async def nothing_approved(world: World) -> None:
    await world.execute("DELETE FROM template")
    await world.handle(party(1, cipher=world.cipher))  # each batch looks whether there is news


async def asked(world: World, number: int = 1, **changes: Any) -> ContactRequested:
    (event,) = await world.handle(treatment(number, **changes))
    assert isinstance(event, ContactRequested)
    return event


async def failure(world: World) -> str:
    (event,) = await world.handle(treatment(1))
    assert isinstance(event, ContactFailed)
    assert not event.left_bank
    assert (await world.contact(1)).state == "failed"
    return event.reason


async def test_a_text_that_nobody_approved_never_goes_out(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await nothing_approved(world)
    assert await failure(world) == "template:unapproved"
    await world.rounds(sms).run()
    assert (gate.calls, gateway.requests) == (0, 0)


async def test_a_text_changed_in_our_own_table_does_not_go_out_even_after_the_permit(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.handle(allowed(await asked(world), world.clock.now()))
    await world.execute("UPDATE template SET body = 'Pay or else', revision = revision + 1")
    await world.rounds(sms).run()
    assert (gate.calls, gateway.requests) == (0, 0)
    (failed,) = await world.published(ContactFailed)
    assert (failed.reason, failed.left_bank) == ("template:digest", False)


async def test_the_request_names_the_version_that_then_goes_out(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    event = await asked(world)
    assert (event.template_version, event.template_digest) == (1, SHIPPED.digest)
    await world.handle(allowed(event, world.clock.now()))
    await world.rounds(sms).run()
    assert gateway.requests == 1
    (sent,) = gateway.texts.values()
    assert (
        sent["text"] == "【示范银行】您的账户有120.50 CNY已逾期3天,请尽快还款。如已还款请忽略。拒收请回复TD"
    )


async def test_after_a_retirement_the_next_approved_text_is_used(world: World) -> None:
    await world.handle(retirement(SHIPPED), NEXT)
    event = await asked(world)
    assert (event.template_version, event.template_digest) == (2, NEXT.digest)


async def test_after_a_retirement_without_a_next_one_the_contact_fails_and_says_why(world: World) -> None:
    await world.handle(retirement(SHIPPED))
    assert await failure(world) == "template:retired"


async def test_a_permit_is_not_used_for_a_text_retired_since_and_the_contact_says_why(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.handle(allowed(await asked(world), world.clock.now()))
    await world.handle(retirement(SHIPPED))
    await world.rounds(sms).run()
    assert (gate.calls, gateway.requests) == (0, 0)
    (failed,) = await world.published(ContactFailed)
    assert (failed.reason, failed.left_bank) == ("template:retired", False)


async def test_a_permit_is_not_used_for_other_words_the_gate_is_asked_about_them_first(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.handle(allowed(await asked(world), world.clock.now()))
    await world.handle(NEXT, retirement(SHIPPED))
    await world.rounds(sms).run()
    assert gateway.requests == 0
    again = (await world.published(ContactRequested))[-1]
    assert (again.ask, again.template_version, again.template_digest) == (2, 2, NEXT.digest)
    await world.handle(allowed(again, world.clock.now()))
    await world.rounds(sms).run()
    (sent,) = gateway.texts.values()
    assert sent["text"].startswith("【示范银行】请尽快归还")
    assert len(await world.published(ContactDispatched)) == 1


async def test_news_that_comes_again_or_late_changes_nothing(world: World) -> None:
    await world.handle(NEXT, retirement(SHIPPED))
    (revision,) = await world.column("SELECT max(revision) FROM template")
    await world.handle(SHIPPED, NEXT, retirement(SHIPPED), SHIPPED)
    assert await world.column("SELECT max(revision) FROM template") == [revision]
    assert (await asked(world)).template_version == 2


async def test_a_retirement_that_comes_before_its_approval_holds(world: World) -> None:
    late = approval(FIRST, 3, body="【{institution}】{arrears}已逾期。{opt_out}")
    await world.handle(retirement(SHIPPED), retirement(late))
    await world.handle(late)
    assert await failure(world) == "template:retired"


async def test_an_older_number_approved_later_is_used_once_the_newer_is_retired(world: World) -> None:
    newer = approval(FIRST, 9, body="【{institution}】{arrears}已逾期。{opt_out}")
    await world.handle(retirement(SHIPPED), newer)
    await world.handle(retirement(newer), approval(FIRST, 4))
    assert (await asked(world)).template_version == 4


async def test_what_a_rolled_back_transaction_had_approved_is_not_remembered(world: World) -> None:
    assert (await asked(world)).template_version == 1
    with pytest.raises(RuntimeError):
        async with world.transactions.begin() as work:
            events = [world._received(event) for event in (retirement(SHIPPED), NEXT)]
            await world.consumer.handle(events, work)
            raise RuntimeError
    await world.handle(party(2, cipher=world.cipher))
    assert (await asked(world, 2)).template_version == 1


async def test_another_process_sees_an_approval_at_its_next_batch(world: World) -> None:
    other = World(world.engine, world.cipher, world.gate, world.clock)
    assert (await asked(world)).template_version == 1
    await other.handle(retirement(SHIPPED), NEXT)
    await world.handle(party(2, cipher=world.cipher))
    assert (await asked(world, 2)).template_version == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"channel": Channel.EMAIL, "subject": "x"}, "template:channel"),
        ({"purpose": Purpose.LEGAL_NOTICE}, "template:purpose"),
        ({"countries": ["US"]}, "template:country"),
        ({"roles": [PartyRole.GUARANTOR]}, "template:role"),
        ({"language": "fr"}, "template:language"),
        ({"variables": []}, "template:variables"),
        ({"digest": "0" * 64}, "template:digest"),
    ],
)
async def test_a_text_approved_for_something_else_does_not_go_out(
    world: World, changes: dict[str, Any], reason: str
) -> None:
    await nothing_approved(world)
    await world.handle(approval(FIRST, **changes))
    assert await failure(world) == reason


async def test_a_text_approved_in_the_batch_of_the_treatment_is_used(world: World) -> None:
    await nothing_approved(world)
    (event,) = await world.handle(treatment(1), SHIPPED)
    assert isinstance(event, ContactRequested)


async def test_a_message_in_doubt_keeps_the_digest_of_the_text_that_it_had(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await world.handle(allowed(await asked(world), world.clock.now()))
    gateway.mood = "breaks"
    await world.rounds(sms).run()
    gateway.mood = "well"
    await world.lose_leases()
    await world.handle(NEXT, retirement(SHIPPED))
    world.clock.forward(timedelta(minutes=1))
    await world.rounds(sms).run()
    contact = await world.contact(1)
    assert (contact.state, contact.template_version) == ("dispatched", 1)
    digest = contact.text_digest
    assert digest is not None
    await world.handle(party(2, cipher=world.cipher))
    await world.handle(allowed(await asked(world, 2), world.clock.now()))
    await world.rounds(sms).run()
    assert (await world.contact(2)).text_digest != digest


async def test_the_texts_are_listed_with_what_is_in_use(world: World) -> None:
    await world.handle(NEXT, retirement(SHIPPED))
    transport = httpx.ASGITransport(main.api(runtime_of(world)))
    async with httpx.AsyncClient(transport=transport, base_url="http://outreach", headers=READER) as client:
        answer = await client.get("/templates?in_use=true&limit=100")
        found = [item for item in answer.json()["items"] if item["template_id"] == "reminder_first"]
        assert ("zh-CN", "sms", 2) in {(one["language"], one["channel"], one["version"]) for one in found}
        assert all(one["in_use"] and one["fault"] is None for one in found)
        answer = await client.get("/templates?in_use=false")
        assert [(one["version"], one["digest"]) for one in answer.json()["items"]] == [(1, SHIPPED.digest)]


def test_the_event_carries_all_that_its_digest_is_of() -> None:
    names = set(TemplateApproved.__struct_fields__)
    assert {"language", "channel", "subject", "body", "envelope", "digest"} <= names
