"""The cap on a person's contacts is exact: both doors at once, fifty requesters, three permits."""

import asyncio

import httpx
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from recoup.local.stack import Stack
from shared.calendar.clock import FixedClock
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.stream.transaction import Transactions
from tests.e2e.conftest import TEN_OCLOCK
from tests.support.bank import customer, named, publish
from tests.support.platform import client_of, settled

PERSON = "cap-person"


def request(number: int) -> ContactRequested:
    return ContactRequested(
        contact_id=f"cap-contact-{number}",
        ask=1,
        person_id=PERSON,
        customer_id=PERSON,
        case_id="cap-case",
        treatment_id=f"cap-treatment-{number}",
        role=PartyRole.DEBTOR,
        channel=Channel.SMS,
        purpose=Purpose.COLLECT,
        contact_point_id=f"{PERSON}-phone",
        template="reminder",
        language="zh-CN",
        jurisdiction="CN",
        time_zone="Asia/Shanghai",
        requested_at=TEN_OCLOCK,
    )


async def through_kafka(outreach: AsyncEngine, partitions: int, number: int) -> None:
    """A request as outreach makes them: committed to its outbox, relayed by its worker."""
    async with Transactions(outreach, FixedClock(TEN_OCLOCK), partitions).begin() as work:
        work.emit(request(number), key=PERSON)


async def through_http(client: httpx.AsyncClient, number: int) -> str:
    body = msgspec.to_builtins(request(number))
    del body["requested_at"]  # the gate goes by its own clock
    headers = {"Idempotency-Key": f"cap-{number}"}
    response = await client.post("/permits", json=body, headers=headers)
    assert response.status_code in (200, 201), response.text
    return str(response.json()["effect"])


async def test_fifty_concurrent_requesters_get_exactly_three_permits(stack: Stack) -> None:
    await publish(stack, named([customer(PERSON)], "cap-customer"))
    await settled(stack)
    outreach = stack.stores().engine("outreach")
    async with client_of(stack, "compliance") as client:
        one = [through_http(client, number) for number in range(25)]
        other = [through_kafka(outreach, stack.options.partitions, number) for number in range(25, 50)]
        await asyncio.gather(*one, *other)
    await outreach.dispose()
    await settled(stack)
    engine = stack.stores().engine("compliance")
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT effect, count(*) FROM decision WHERE person_id = :person GROUP BY effect"),
            {"person": PERSON},
        )
        effects = dict(map(tuple, rows))
    await engine.dispose()
    assert effects == {"allow": 3, "defer": 47}
