"""An opt-out is taken back by the person's renewed consent, and by nothing else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.contacts import OptedOut
from shared.contracts.vocabulary import Channel, PartyRole
from tests.conftest import EngineFor
from tests.integration.compliance.complaint_house import lives_in
from tests.integration.compliance.house import House, asks, house
from tests.integration.compliance.persons import post, standing
from tests.unit.compliance.gate_cases import NOON

PATH = "/persons/person-1/opt-outs/take-back"
WRITTEN: dict[str, Any] = {"channel": "sms", "source": "written", "reference": "letter-7"}


@pytest_asyncio.fixture
async def gate(engine_for: EngineFor) -> House:
    made = await house(engine_for)
    await made.feed(lives_in("CN", "Asia/Shanghai"))
    return made


def stop(at: datetime = NOON, channel: Channel | None = Channel.SMS) -> OptedOut:
    return OptedOut(
        person_id="person-1",
        customer_id="customer-1",
        channel=channel,
        contact_point_id=None,
        opted_out_at=at,
    )


async def effect(gate: House, number: int, **changes: Any) -> str:
    await gate.feed(asks(number, **changes))
    rows = await gate.rows("SELECT effect FROM decision WHERE contact_id = :one", one=f"contact-{number}")
    return str(rows[0].effect)


async def test_after_a_renewed_consent_messages_are_permitted_again(gate: House) -> None:
    await gate.feed(stop())
    assert await effect(gate, 1) == "deny"
    gate.clock.advance(seconds=60)
    ended = await post(gate, PATH, **WRITTEN)
    assert (ended["channel"], ended["source"], ended["reference"]) == ("sms", "written", "letter-7")
    assert (await standing(gate))["opt_outs"] == []
    assert await effect(gate, 2) == "allow"


async def test_what_the_consent_was_and_that_there_was_an_opt_out_stays_on_file(gate: House) -> None:
    await gate.feed(stop())
    gate.clock.advance(seconds=60)
    await post(gate, PATH, **WRITTEN)
    (kept,) = await gate.rows("SELECT * FROM opt_out_end")
    assert (kept.opted_out_at, kept.source, kept.reference) == (NOON, "written", "letter-7")
    leaves = await gate.leaves()
    assert [leaf["kind"] for leaf in leaves] == ["opted_out", "opt_out_taken_back"]
    assert leaves[1]["payload"]
    (told,) = await gate.emitted("opt_out.taken_back")
    assert (told["customer_id"], told["channel"]) == ("customer-1", "sms")


async def test_an_opt_out_after_the_consent_counts_again_and_one_from_before_does_not(gate: House) -> None:
    await gate.feed(stop())
    gate.clock.advance(seconds=60)
    await post(gate, PATH, **WRITTEN)
    await gate.feed(stop(NOON - timedelta(hours=1)))
    assert await effect(gate, 1) == "allow"
    gate.clock.advance(seconds=60)
    await gate.feed(stop(gate.clock.now()))
    assert await effect(gate, 2) == "deny"
    gate.clock.advance(seconds=60)
    await post(gate, PATH, **WRITTEN)
    assert await effect(gate, 3) == "allow"


async def test_consent_to_one_channel_leaves_an_opt_out_of_all_standing(gate: House) -> None:
    await gate.feed(stop(channel=None))
    gate.clock.advance(seconds=60)
    await post(gate, PATH, expect=404, **WRITTEN)
    assert await effect(gate, 1) == "deny"
    await post(gate, PATH, **(WRITTEN | {"channel": None}))
    assert await effect(gate, 2) == "allow"
    assert [event["channel"] for event in await gate.emitted("opt_out.taken_back")] == [None]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (WRITTEN | {"given_at": (NOON - timedelta(days=1)).isoformat()}, 404),
        (WRITTEN | {"given_at": (NOON + timedelta(days=1)).isoformat()}, 422),
        (WRITTEN | {"source": "we_asked_nicely"}, 422),
        ({"channel": "sms", "source": "written"}, 422),
        (WRITTEN | {"channel": "email"}, 404),
    ],
)
async def test_nothing_else_takes_an_opt_out_back(gate: House, body: dict[str, Any], code: int) -> None:
    await gate.feed(stop())
    gate.clock.advance(seconds=60)
    await post(gate, PATH, expect=code, **body)
    assert await effect(gate, 1) == "deny"
    assert await gate.emitted("opt_out.taken_back") == []


async def test_another_persons_opt_out_is_not_touched(gate: House) -> None:
    await gate.feed(stop())
    await post(gate, "/persons/person-2/opt-outs/take-back", expect=404, **WRITTEN)
    assert await effect(gate, 1) == "deny"
    assert await effect(gate, 2, person_id="person-2", role=PartyRole.DEBTOR) == "allow"
