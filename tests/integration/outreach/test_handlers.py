"""Events in, on a real database."""

import asyncio
from datetime import timedelta

from msgspec.structs import replace

from services.outreach.domain.contact import Contact, arrears_of
from services.outreach.tables import contact as contact_table
from shared.contracts.contacts import ContactFailed, ContactWithdrawn
from shared.contracts.parties import PartyRemoved
from shared.contracts.requests import ContactRequested
from shared.contracts.treatments import CaseClosed, CaseOutcome
from shared.contracts.vocabulary import Channel, ContactPointKind, PartyRole
from tests.integration.outreach.world import (
    START,
    World,
    allowed,
    contact_id,
    deferred,
    denied,
    party,
    suspended,
    treatment,
)


def test_the_contacts_columns_are_its_fields_in_order() -> None:
    assert tuple(column.name for column in contact_table.columns) == Contact.__struct_fields__


async def test_a_treatment_becomes_one_request_for_the_debtor(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    assert isinstance(asked, ContactRequested)
    assert (asked.contact_id, asked.contact_point_id) == (contact_id(1), "phone-1")
    contact = await world.contact(1)
    assert contact.state == "requested"
    assert arrears_of(contact.arrears) == treatment(1).arrears
    assert await world.states(1) == ["requested"]


async def test_the_same_treatment_again_asks_for_nothing(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    await world.handle(treatment(1))
    assert await world.handle(treatment(1)) == []
    assert await world.handle(treatment(1), treatment(1)) == []


async def test_the_channel_takes_its_own_kind_of_contact_point(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1, channel=Channel.VISIT, template="field_visit"))
    assert isinstance(asked, ContactRequested)
    assert asked.contact_point_id == "address-1"


async def test_party_and_treatment_may_come_in_either_order_and_in_one_batch(world: World) -> None:
    assert await world.handle(treatment(1)) == []
    (first,) = await world.handle(party(1, cipher=world.cipher))
    (second,) = await world.handle(treatment(2), party(2, cipher=world.cipher))
    assert isinstance(first, ContactRequested)
    assert isinstance(second, ContactRequested)
    assert await world.states(1) == ["awaiting_party", "requested"]
    assert await world.column("SELECT count(*) FROM timer") == [0]


async def test_a_debtor_and_a_treatment_at_the_same_moment_never_miss_each_other(world: World) -> None:
    for number in range(1, 21):
        await asyncio.gather(
            world.handle(treatment(number)), world.handle(party(number, cipher=world.cipher))
        )
    assert await world.column("SELECT DISTINCT state FROM contact") == ["requested"]


async def test_without_a_party_for_a_day_the_contact_fails(world: World) -> None:
    await world.handle(treatment(1))
    assert await world.fire_timers() == []
    world.clock.forward(timedelta(days=1))
    (failure,) = await world.fire_timers()
    assert isinstance(failure, ContactFailed)
    assert (failure.reason, failure.left_bank) == ("no party on file", False)


async def test_a_guarantor_is_not_the_debtor(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher, role=PartyRole.GUARANTOR))
    assert await world.handle(treatment(1)) == []


async def test_a_person_without_the_contact_point_fails_the_contact(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher, kinds=[ContactPointKind.EMAIL]))
    (failure,) = await world.handle(treatment(1))
    assert isinstance(failure, ContactFailed)
    assert failure.reason == "no contact point"


async def test_a_template_that_nobody_wrote_fails_the_contact(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (failure,) = await world.handle(treatment(1, template="threat"))
    assert isinstance(failure, ContactFailed)
    assert failure.reason == "template:unapproved"


async def test_an_older_version_of_a_party_is_ignored(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher, version=3, language="en"))
    await world.handle(party(1, cipher=world.cipher, version=2))
    (asked,) = await world.handle(treatment(1))
    assert isinstance(asked, ContactRequested)
    assert asked.language == "en"


async def test_a_removed_party_is_nobodys_debtor_even_if_older_news_come_late(world: World) -> None:
    removed = PartyRemoved(person_id="customer-1", customer_id="customer-1", version=2)
    await world.handle(removed)
    await world.handle(party(1, cipher=world.cipher, version=1))
    assert await world.handle(treatment(1)) == []
    assert (await world.contact(1)).state == "awaiting_party"


async def test_a_deferred_contact_asks_again_when_its_time_has_come(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    await world.handle(deferred(asked, START + timedelta(hours=5)))
    assert await world.fire_timers() == []
    world.clock.forward(timedelta(hours=5))
    (again,) = await world.fire_timers()
    assert isinstance(again, ContactRequested)
    assert again.ask == 2
    await world.handle(allowed(again, world.clock.now()))
    assert (await world.contact(1)).state == "permitted"
    assert await world.states(1) == ["requested", "deferred", "requested", "permitted"]


async def test_a_denied_contact_fails_with_the_rule(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    (failure,) = await world.handle(denied(asked))
    assert isinstance(failure, ContactFailed)
    assert failure.reason == "denied: CN-MINOR"


async def test_a_permit_wakes_the_dispatcher(world: World) -> None:
    await world.permitted(1)
    assert world.woken == 1
    contact = await world.contact(1)
    assert (contact.state, contact.permit_id) == ("permitted", "permit-1-1")


async def test_decisions_about_other_callers_contacts_are_left_alone(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    assert isinstance(asked, ContactRequested)
    strange = replace(allowed(asked, START), contact_id="elsewhere")
    assert await world.handle(strange) == []


async def test_a_suspension_withdraws_what_has_not_left(world: World) -> None:
    await world.permitted(1)
    (withdrawal,) = await world.handle(suspended(1))
    assert isinstance(withdrawal, ContactWithdrawn)
    assert (withdrawal.permit_id, withdrawal.reason) == ("permit-1-1", "suspended: payment")
    assert (await world.contact(1)).state == "withdrawn"


async def test_a_treatment_and_its_suspension_in_one_batch_end_withdrawn(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    events = await world.handle(treatment(1), suspended(1))
    assert [type(event) for event in events] == [ContactRequested, ContactWithdrawn]
    assert await world.states(1) == ["requested", "withdrawn"]


async def test_a_treatment_after_the_suspension_is_a_new_start(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(suspended(1), treatment(1))
    assert isinstance(asked, ContactRequested)


async def test_a_closed_case_forgets_its_timers(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    await world.handle(deferred(asked, START + timedelta(hours=5)))
    closed = CaseClosed(
        case_id="case-1", customer_id="customer-1", closed_at=START, outcome=CaseOutcome.CURED
    )
    (withdrawal,) = await world.handle(closed)
    assert isinstance(withdrawal, ContactWithdrawn)
    assert await world.column("SELECT count(*) FROM timer") == [0]


async def test_a_permit_that_comes_after_the_suspension_is_given_back(world: World) -> None:
    await world.handle(party(1, cipher=world.cipher))
    (asked,) = await world.handle(treatment(1))
    await world.handle(suspended(1))
    (back,) = await world.handle(allowed(asked, START))
    assert isinstance(back, ContactWithdrawn)
    assert back.permit_id == "permit-1-1"


async def test_a_thousand_treatments_are_one_batch(world: World) -> None:
    await world.handle(*(party(n, cipher=world.cipher) for n in range(1, 1001)))
    asked = await world.handle(*(treatment(n) for n in range(1, 1001)))
    assert len(asked) == 1000
    assert await world.column("SELECT count(*) FROM contact WHERE state = 'requested'") == [1000]
