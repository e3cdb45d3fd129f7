"""F5 at intake: who looked at whose debts is on record."""

import json
from collections.abc import AsyncIterator
from hashlib import sha256

import httpx
import pytest_asyncio
from pydantic import SecretStr

from services.intake import main
from services.intake.settings import IntakeSettings
from shared.calendar.clock import SystemClock
from shared.runtime import Runtime
from tests.integration.intake.conftest import Intake
from tests.unit.intake.builders import snapshot

STAFF = {"reader": "intake:read", "auditor": "access-log:read"}
KEYS = {
    sha256(name.encode()).hexdigest(): {"subject": name, "scopes": [scope], "roles": []}
    for name, scope in STAFF.items()
}


@pytest_asyncio.fixture
async def client(intake: Intake) -> AsyncIterator[httpx.AsyncClient]:
    settings = IntakeSettings(
        database_url=SecretStr("postgresql://unused"),
        kafka_url="unused:1",
        api_keys=SecretStr(json.dumps(KEYS)),
    )
    runtime = Runtime("intake", settings, intake.engine, SystemClock(), intake.transactions(), intake.cipher)
    transport = httpx.ASGITransport(app=main.api(runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as found:
        yield found


async def test_f5_looking_at_debts_is_recorded_customer_by_customer(
    client: httpx.AsyncClient, intake: Intake
) -> None:
    await intake.apply([snapshot((40, "100"))])
    reader = {"X-API-Key": "reader", "X-Access-Purpose": "customer_request"}
    for path in ("/accounts/A1", "/customers/C1", "/accounts", "/customers"):
        assert (await client.get(path, headers=reader)).status_code == 200
    assert (await client.get("/accounts/none", headers=reader)).status_code == 404
    assert (await client.get("/access-log", headers=reader)).status_code == 403
    answer = await client.get("/access-log", headers={"X-API-Key": "auditor"}, params={"person_id": "C1"})
    assert [(one["by"], one["endpoint"], one["kind"]) for one in answer.json()["items"]] == [
        ("reader", "GET /accounts/{account_id}", "debt"),
        ("reader", "GET /customers/{customer_id}", "debt"),
        ("reader", "GET /accounts", "debt"),
        ("reader", "GET /customers", "debt"),
    ]
