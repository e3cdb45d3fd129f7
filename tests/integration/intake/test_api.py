"""The status API, as of now."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import httpx
import pytest
import pytest_asyncio

from services.intake import main
from services.intake.settings import IntakeSettings
from shared.contracts.corebank import ClosureReason, CustomerChanged, PersonGiven
from shared.contracts.vocabulary import PartyRole
from shared.runtime import Runtime
from tests.integration.intake.conftest import Intake
from tests.unit.intake.builders import NOW, at, closure, day, payment, reversal, snapshot

NO_CHARGES = {"interest": "0.00", "fee": "0.00", "penalty": "0.00"}
KEYS = {
    sha256(name.encode()).hexdigest(): {"subject": name, "scopes": [scope], "roles": []}
    for name, scope in (("reader", "intake:read"), ("stranger", "strategy:read"))
}


@dataclass
class MovingClock:
    instant: datetime

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOW)


@pytest_asyncio.fixture
async def client(intake: Intake, clock: MovingClock) -> AsyncIterator[httpx.AsyncClient]:
    settings = IntakeSettings(
        database_url="postgresql://unused", kafka_url="unused:1", api_keys=json.dumps(KEYS)
    )
    runtime = Runtime("intake", settings, intake.engine, clock, intake.transactions(), intake.cipher)
    transport = httpx.ASGITransport(app=main.api(runtime))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://intake", headers={"X-API-Key": "reader"}
    ) as found:
        yield found


async def test_an_account_shows_what_its_position_is_made_of(intake, client):
    await intake.apply([snapshot((40, "100"), (10, "50"), (-20, "50"))])
    await intake.apply([payment("130"), payment("5", "P2", effective=at(30)), reversal("P9")])
    shown = (await client.get("/accounts/A1")).json()
    assert shown | {"payments": None, "history": None} == {
        "account_id": "A1",
        "customer_id": "C1",
        "state": "overdue",
        "product": "credit_card",
        "currency": "CNY",
        "days_past_due": 10,
        "bucket": "M1",
        "arrears": "20.00",
        "outstanding": "9870.00",
        "oldest_unpaid": "2025-03-01",
        "business_date": "2025-03-11",
        "as_of": "2025-03-10T02:00:00Z",
        "sequence": 0,
        "branch": None,
        "closed_at": None,
        "closure_reason": None,
        "tier": "normal",
        "terms": None,
        "components": [
            {"due_date": "2025-03-01", "amount": "20.00", "principal": "20.00", **NO_CHARGES, "due": True},
            {"due_date": "2025-03-31", "amount": "50.00", "principal": "50.00", **NO_CHARGES, "due": False},
        ],
        "payments": None,
        "history": None,
    }
    assert [(each["payment_id"], each["state"]) for each in shown["payments"]] == [
        ("P9", "not_seen"),
        ("P1", "applied"),
        ("P2", "in_snapshot"),
    ]
    assert [(move["bucket_before"], move["bucket_after"]) for move in shown["history"]] == [
        ("M2", "M1"),
        ("M0", "M2"),
    ]


async def test_days_past_due_are_as_of_now_though_the_worker_is_down(intake, client, clock):
    await intake.apply([snapshot((29, "100"))])
    clock.instant = NOW + timedelta(days=3)
    for path in ("/accounts/A1", "/customers/C1"):
        shown = (await client.get(path)).json()
        assert (shown["days_past_due"], shown["bucket"]) == (32, "M2")
    listed = (await client.get("/accounts", params={"bucket": "M2"})).json()["items"]
    assert [each["days_past_due"] for each in listed] == [32]
    assert (await client.get("/accounts", params={"bucket": "M1"})).json()["items"] == []
    assert (await client.get("/customers", params={"bucket": "M2"})).json()["items"][0]["bucket"] == "M2"


async def test_a_payment_for_an_account_that_is_not_known_yet_shows_as_waiting(intake, client):
    await intake.apply([payment("60")])
    shown = (await client.get("/accounts/A1")).json()
    assert (shown["state"], shown["currency"], shown["arrears"]) == ("waiting", None, "0.00")
    assert shown["payments"][0]["state"] == "waiting"
    await intake.apply([snapshot((40, "100"))])
    shown = (await client.get("/accounts/A1")).json()
    assert (shown["state"], shown["arrears"], shown["payments"][0]["state"]) == (
        "overdue",
        "40.00",
        "applied",
    )


async def test_a_closed_account_shows_why(intake, client):
    await intake.apply([snapshot((40, "100")), closure(ClosureReason.SOLD)])
    shown = (await client.get("/accounts/A1")).json()
    assert (shown["state"], shown["closure_reason"], shown["arrears"]) == ("closed", "sold", "0.00")


async def test_a_customer_shows_the_position_of_all_accounts_and_the_persons(intake, client):
    persons = [PersonGiven(person_id="C1", role=PartyRole.DEBTOR, name="王伟")]
    await intake.apply(
        [
            snapshot((40, "100"), account="A1"),
            snapshot((95, "20"), account="A2", currency="USD"),
            snapshot((0, "3"), account="A3"),
            CustomerChanged(customer_id="C1", version=4, persons=persons),
        ]
    )
    response = await client.get("/customers/C1")
    shown = response.json()
    assert (shown["days_past_due"], shown["bucket"], shown["overdue_accounts"]) == (95, "M4", 2)
    assert shown["arrears"] == [
        {"amount": "100.00", "currency": "CNY"},
        {"amount": "20.00", "currency": "USD"},
    ]
    assert [each["state"] for each in shown["accounts"]] == ["overdue", "overdue", "current"]
    assert shown["persons"] == [{"person_id": "C1", "role": "debtor"}]
    assert shown["parties_version"] == 4
    assert "王伟" not in response.text


async def test_lists_are_paged_by_id_and_filtered(intake, client):
    await intake.apply(
        [
            snapshot((days, "100"), account=f"A{number:02}", customer=f"C{number:02}")
            for number, days in enumerate((0, 1, 30, 31, 60, 61, 181, 500))
        ]
    )

    async def walk(path, key, **params):
        found, cursor = [], None
        while True:
            page = (await client.get(path, params=params | ({"cursor": cursor} if cursor else {}))).json()
            found += [each[key] for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return found

    for path, key, letter in (("/accounts", "account_id", "A"), ("/customers", "customer_id", "C")):
        every = [f"{letter}{number:02}" for number in range(8)]
        assert await walk(path, key, limit=3) == every
        assert await walk(path, key, limit=2, overdue="true") == every[1:]
        assert await walk(path, key, overdue="false") == every[:1]
        assert await walk(path, key, bucket="M0") == every[:1]
        assert await walk(path, key, limit=1, overdue="true", bucket="M1") == every[1:3]
        assert await walk(path, key, bucket="M2") == every[3:5]
        assert await walk(path, key, bucket="M7+") == every[6:]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/accounts/none", 404, "not-found"),
        ("/customers/none", 404, "not-found"),
        (f"/accounts/{'x' * 65}", 422, "validation"),
        ("/accounts?bucket=M9", 422, "bucket"),
        ("/accounts?bucket=M1&overdue=false", 422, "bucket"),
        ("/customers?limit=0", 422, "validation"),
        ("/customers?cursor=nonsense", 400, "bad-cursor"),
        ("/accounts/a%00b", 400, "invalid-text"),
    ],
)
async def test_a_question_that_cannot_be_answered_gets_a_problem(client, path, status, kind):
    response = await client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:recoup:problem:{kind}"


async def test_only_readers_of_intake_may_ask(client):
    assert (await client.get("/accounts", headers={"X-API-Key": "wrong"})).status_code == 401
    assert (await client.get("/accounts", headers={"X-API-Key": "stranger"})).status_code == 403


async def test_the_oldest_unpaid_date_is_a_business_date(intake, client):
    await intake.apply([snapshot((1, "1"))])
    assert (await client.get("/accounts/A1")).json()["oldest_unpaid"] == day(1).isoformat()
