"""Words on their way out: the gate hears what they hold, and forbidden ones stay here."""

from datetime import timedelta

from services.outreach.channels.sms_http import SmsHttp
from services.outreach.texts import proposals
from shared.contracts.contacts import ContactFailed
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel
from shared.lint.phrase_files import shipped
from tests.integration.outreach.outside import Gate, Gateway
from tests.integration.outreach.texts import approval, retirement
from tests.integration.outreach.world import World, allowed, deferred, party, treatment

SUMMONS = "{institution}法院传票:您有{arrears}未还,请到庭应诉。{opt_out}"


async def say(world: World, body: str) -> None:
    """Reminders are in these words from now on; somebody approved them, whatever they are."""
    before = next(one for one in proposals() if one.template_id == "reminder_first")
    await world.handle(retirement(approval(before)), approval(before, 2, body=body))


async def test_the_gate_is_told_what_the_words_hold_and_by_which_linter(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    assert isinstance(asked, ContactRequested)
    assert {"institution_name", "opt_out_method"} <= set(asked.content_tags or ())
    assert asked.linter == shipped().name


async def test_every_way_of_asking_tells_the_tags(world: World, sms: SmsHttp) -> None:
    await world.handle(treatment(1))
    (first,) = await world.handle(party(1, cipher=world.cipher))
    await world.handle(deferred(first, world.clock.now() + timedelta(hours=1)))
    world.clock.forward(timedelta(hours=2))
    (second,) = await world.fire_timers()
    await world.handle(allowed(second, world.clock.now()))
    world.clock.forward(timedelta(hours=3))
    await world.rounds(sms).run()
    asks = await world.published(ContactRequested)
    assert [asked.ask for asked in asks] == [1, 2, 3]
    assert {tuple(asked.content_tags or ()) for asked in asks} == {tuple(asks[0].content_tags or ())}
    assert asks[0].content_tags


async def test_of_a_call_no_words_are_known(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1, channel=Channel.CALL_LIVE))
    assert isinstance(asked, ContactRequested)
    assert (asked.content_tags, asked.linter) == (None, "")


async def test_a_message_in_another_language_than_the_persons_says_so(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher, language="es"))
    (asked,) = await world.handle(treatment(1))
    assert isinstance(asked, ContactRequested)
    assert "disclosure_in_other_language" in (asked.content_tags or ())


async def test_a_summons_is_told_to_the_gate_and_never_leaves_whatever_the_gate_says(
    world: World, gate: Gate, gateway: Gateway, sms: SmsHttp
) -> None:
    await say(world, SUMMONS)
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    assert isinstance(asked, ContactRequested)
    assert "judicial_impersonation" in (asked.content_tags or ())
    await world.handle(allowed(asked, world.clock.now()))
    await world.rounds(sms).run()
    assert (gate.calls, gateway.requests) == (0, 0)
    (failed,) = await world.published(ContactFailed)
    assert (failed.reason, failed.left_bank) == ("content:judicial_impersonation", False)
    assert (await world.contact(1)).state == "failed"


async def test_a_message_that_names_no_institution_never_leaves(
    world: World, gateway: Gateway, sms: SmsHttp
) -> None:
    await say(world, "您的账户有{arrears}已逾期,请尽快还款。{opt_out}")
    await world.permitted(1)
    await world.rounds(sms).run()
    assert gateway.requests == 0
    (failed,) = await world.published(ContactFailed)
    assert failed.reason == "content:institution_name"
