"""The doors on a real PostgreSQL, through the API; the worker's uploads without a worker."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from services.intake.adapters.fineract import Products
from services.intake.doors.events_api import events_router
from services.intake.settings import IntakeSettings
from services.intake.uploads.api import uploads_router
from services.intake.uploads.streaming import StreamedBodies
from services.intake.uploads.working import UploadWorks
from shared.calendar.clock import FixedClock
from shared.runtime import Runtime
from shared.stream.outbox import unpack
from shared.web.app import create_app
from tests.integration.intake.conftest import Intake
from tests.unit.intake.builders import NOW

LARGEST = 3 << 20
KEYS = {
    sha256(name.encode()).hexdigest(): {"subject": name, "scopes": scopes, "roles": []}
    for name, scopes in (("writer", ["intake:write", "intake:read"]), ("reader", ["intake:read"]))
}


@dataclass
class Doors:
    """The API of the doors and the worker's part of them."""

    intake: Intake
    runtime: Runtime[IntakeSettings]
    client: httpx.AsyncClient
    works: UploadWorks
    app: FastAPI

    async def post(self, events: Any, **query: str) -> httpx.Response:
        return await self.client.post("/events", json=events, params=query)

    async def upload(
        self, content: bytes | str, kind: str = "accounts", name: str = "book.csv", **document: Any
    ) -> httpx.Response:
        sent = content.encode() if isinstance(content, str) else content
        fields = {"document": json.dumps({"kind": kind, **document})}
        return await self.client.post("/uploads", data=fields, files={"file": (name, sent)})

    async def worked_off(self, content: bytes | str, **document: Any) -> dict[str, Any]:
        """The upload after the worker; the API accepted it."""
        taken = await self.upload(content, **document)
        assert taken.status_code in (200, 202), taken.text
        while await self.works.step():
            pass
        return dict((await self.client.get(taken.headers["location"])).json())

    async def errors(self, upload: dict[str, Any]) -> list[tuple[int, str, str]]:
        page = (await self.client.get(f"/uploads/{upload['upload_id']}/errors")).json()
        assert all(each["remedy"] for each in page["items"])
        return [(each["line"], each["field"], each["message"]) for each in page["items"]]

    async def state(self) -> list[list[tuple[Any, ...]]]:
        """What is on file, whatever the way it came."""
        return [
            await self.intake.rows(sql)
            for sql in (
                "SELECT account_id, customer_id, overdue, days_past_due, bucket, arrears, outstanding,"
                " oldest_unpaid, ages_on FROM account ORDER BY 1",
                "SELECT account_id, payment_id, amount, effective_at, reversed_at FROM payment ORDER BY 1, 2",
                "SELECT customer_id, overdue_accounts, oldest_unpaid, arrears::text FROM customer ORDER BY 1",
                "SELECT customer_id, person_id, role FROM party ORDER BY 1, 2",
                "SELECT kind, key, due_at FROM timer ORDER BY 1, 2",
                "SELECT source, event_id FROM source_event ORDER BY 1, 2",
            )
        ]

    async def emptied(self) -> None:
        """Forget the book."""
        async with self.intake.engine.begin() as connection:
            await connection.execute(
                text("TRUNCATE account, payment, customer, party, timer, source_event, account_history")
            )

    async def announced(self) -> Counter[str]:
        """How many events of each type were put into the outbox."""
        rows = await self.intake.rows("SELECT payload FROM outbox")
        return Counter(stored.type for (payload,) in rows for stored in unpack(payload))


@pytest.fixture
def runtime(intake: Intake) -> Runtime[IntakeSettings]:
    settings = IntakeSettings(
        database_url="postgresql://unused", kafka_url="unused:1", api_keys=json.dumps(KEYS)
    )
    return Runtime("intake", settings, intake.engine, FixedClock(NOW), intake.transactions(), intake.cipher)


@pytest_asyncio.fixture
async def doors(intake: Intake, runtime: Runtime[IntakeSettings]) -> AsyncIterator[Doors]:
    app = create_app(
        title="doors",
        service="intake",
        version="0",
        settings=runtime.settings,
        routers=[events_router(runtime, Products()), uploads_router(runtime, LARGEST)],
    )
    app.add_middleware(StreamedBodies, paths=("/uploads",))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://intake", headers={"X-API-Key": "writer"}
    ) as client:
        yield Doors(intake, runtime, client, UploadWorks(runtime, batch=3), app)
