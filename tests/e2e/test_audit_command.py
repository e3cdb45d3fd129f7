"""`recoup audit` on a log that a running platform wrote."""

import json

from sqlalchemy import text

from recoup.commands.audit import verifier_of
from recoup.local.stack import Stack
from services.compliance.log.proof import verify_proof
from tests.e2e.conftest import TEN_OCLOCK
from tests.e2e.test_uci_import import recoup
from tests.support.bank import customer, named, publish, snapshot
from tests.support.platform import settled


async def test_a_contact_is_proved_to_somebody_with_nothing_but_the_proof_and_the_key(stack: Stack) -> None:
    owner = "audited"
    events = [customer(owner), snapshot("audited-a", owner, TEN_OCLOCK, days_late=9)]
    await publish(stack, named(events, "audited"))
    await settled(stack)
    contact = await _contact_of(stack, owner)
    code, output = await recoup(stack, "audit", "prove", contact)
    assert code == 0
    proven = verify_proof(output.encode(), verifier_of(stack.stores(), TEN_OCLOCK.year))
    assert json.loads(proven.entry)["contact"] == contact
    assert owner not in output


async def test_the_whole_log_verifies(stack: Stack) -> None:
    code, output = await recoup(stack, "audit", "verify", "--json")
    report = json.loads(output)
    assert code == 0
    assert [log["holds"] for log in report] == [True]
    assert report[0]["entries"] == report[0]["signed_size"] > 0


async def _contact_of(stack: Stack, owner: str) -> str:
    engine = stack.stores().engine("outreach")
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT contact_id FROM contact WHERE customer_id = :owner AND state = 'delivered'"),
            {"owner": owner},
        )
        contact: str = rows.scalar_one()
    await engine.dispose()
    return contact
