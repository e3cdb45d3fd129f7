"""What went past the gate comes to light: an SMS that somebody hands to the gateway without the platform."""

import asyncio
import json
from typing import Any

import httpx

from recoup.local.stack import Stack
from tests.e2e.conftest import TEN_OCLOCK
from tests.e2e.test_uci_import import recoup
from tests.support.bank import customer, named, publish, snapshot
from tests.support.platform import client_of, settled

DAY = str(TEN_OCLOCK.date())


async def test_a_rogue_sms_at_the_gateway_is_found_as_a_violation(stack: Stack, only_embedded: None) -> None:
    events = [customer("well-treated"), snapshot("well-treated-a", "well-treated", TEN_OCLOCK, days_late=9)]
    await publish(stack, named(events, "well-treated"))
    await settled(stack)
    await _rogue(stack)
    async with client_of(stack, "compliance") as compliance:
        run = await _compared(compliance)
        found = (await compliance.get("/completeness/findings", params={"open": "true"})).json()["items"]
    (violation,) = [finding for finding in found if finding["is_violation"]]
    assert (violation["rule_id"], violation["provider"]) == ("CONTACT-WITHOUT-DECISION", "sms")
    assert run["permitted"] == run["records"] - 1 > 0, "all others have their permits"
    code, output = await recoup(stack, "audit", "completeness", "--to", DAY, "--json")
    account = json.loads(output)
    assert (code, account["complete"]) == (1, False)
    assert violation["finding_id"] in [finding["finding_id"] for finding in account["findings"]]


async def _rogue(stack: Stack) -> None:
    message = {"idempotency_key": "rogue", "to": "+8619900009999", "text": "还钱", "reference": ""}
    headers = {"X-API-Key": stack.keys.gateway_api_key}
    async with httpx.AsyncClient(base_url=stack.addresses.gateway_url, headers=headers) as anybody:
        (await anybody.post("/messages", json={"messages": [message]})).raise_for_status()


async def _compared(compliance: httpx.AsyncClient) -> dict[str, Any]:
    """Ask for the day, and wait until the worker has compared it."""
    asked = await compliance.post(
        "/completeness/runs", json={"provider": "sms", "day": DAY}, headers={"Idempotency-Key": "rogue"}
    )
    assert asked.status_code == 202, asked.text
    for _ in range(600):
        listed = await compliance.get("/completeness", params={"provider": "sms", "from": DAY})
        (run,) = listed.json()["items"]
        if not run["asked"]:
            return dict(run)
        await asyncio.sleep(0.2)
    raise AssertionError(f"the day was not compared: {run['problem']}")
