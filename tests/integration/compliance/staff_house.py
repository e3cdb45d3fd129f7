"""The register of staff behind its API, the gate that asks it, and its timers, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
from sqlalchemy import text

from services.compliance.api.permits import permits_router
from services.compliance.api.staff import staff_routers
from services.compliance.domain.record import permit_id_of
from services.compliance.handlers import consumer
from services.compliance.staff_gate import StaffedGate
from services.compliance.staff_rotation import RotationSweep
from services.compliance.staff_rules import read_staff_rules
from services.compliance.staff_timers import with_staff
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, body, house

STAFF = {
    "clerk": frozenset({"staff:read", "staff:write"}),
    "lead": frozenset({"staff:read", "staff:write"}),
    "staff-1": frozenset({"staff:read", "staff:write"}),
    "reader": frozenset({"staff:read"}),
    "desk": frozenset({"permits:write", "permits:redeem"}),
}
DIGEST = "ab" * 32


@dataclass
class Staff:
    """What tests drive: everybody calls the same API with a key of their own."""

    house: House
    client: httpx.AsyncClient
    sweep: RotationSweep
    numbers: "count[int]"

    @property
    def now(self) -> datetime:
        return self.house.clock.instant

    async def send(self, who: str, path: str, status: int = 200, **sent: Any) -> dict[str, Any]:
        headers = {"X-API-Key": key_of(who), "Idempotency-Key": f"key-{next(self.numbers)}"}
        headers |= sent.pop("headers", {})
        answer = await self.client.post(path, headers=headers, **sent)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def post(self, path: str, status: int = 200, who: str = "clerk", **said: Any) -> dict[str, Any]:
        return await self.send(who, path, status, json=said)

    async def upload(self, path: str, text: str, kind: str = "text/csv", status: int = 200) -> dict[str, Any]:
        headers = {"Content-Type": kind}
        return await self.send("clerk", path, status, content=text.encode(), headers=headers)

    async def get(self, path: str, status: int = 200, who: str = "reader", **query: Any) -> dict[str, Any]:
        answer = await self.client.get(path, params=query, headers={"X-API-Key": key_of(who)})
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def enrol(self, staff_id: str = "staff-1", **changes: Any) -> dict[str, Any]:
        said = {"staff_id": staff_id, "role": "collector", "active_from": "2025-01-01T00:00:00+08:00"}
        return await self.post("/staff", **(said | changes))

    async def pass_(self, kind: str, staff_id: str = "staff-1", status: int = 201, **changes: Any) -> str:
        """Record that a member passed something just now; the certificate's id."""
        said = {"kind": kind, "passed_at": self.now.isoformat(), "evidence_digest": DIGEST} | changes
        made = await self.post(f"/staff/{staff_id}/certificates", status, **said)
        return str(made.get("certificate_id"))

    async def train(self, staff_id: str = "staff-1", **changes: Any) -> tuple[str, str]:
        """A member with all that is needed; the certificates' ids."""
        await self.enrol(staff_id, **changes)
        return await self.pass_("job_certificate", staff_id), await self.pass_(
            "compliance_training", staff_id
        )

    async def permit(self, number: int, staff_id: str | None = "staff-1", **changes: Any) -> dict[str, Any]:
        """The answer to a request for a live call by a named member."""
        collector = {"collector_id": "bank", "staff_id": staff_id, "facts": ["recorded_line"]}
        collector |= changes.pop("collector", {})
        asked = body(number, **({"channel": "call_live"} | changes))
        for name in ("content_tags", "linter", "collector_id", "staff_id"):
            asked.pop(name, None)
        answer = await self.client.post(
            "/permits",
            json=asked | {"collector": collector},
            headers={"X-API-Key": key_of("desk"), "Idempotency-Key": f"key-{next(self.numbers)}"},
        )
        assert answer.status_code in (200, 201), answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def redeem(self, number: int) -> tuple[str, str | None]:
        """What becomes of the permit for a contact."""
        contact = f"contact-{number}"
        one = {"permit_id": permit_id_of(contact, 1), "contact_id": contact, "dispatch_id": f"out-{number}"}
        answer = await self.send("desk", "/redemptions", json={"redemptions": [one]})
        return answer["results"][0]["result"], answer["results"][0]["reason"]

    async def known_since(self, days: int, every: int = 30, **said: Any) -> None:
        """Contacts of staff-1 with person-1 from so many days ago up to now."""
        values = {"staff_id": "staff-1", "person_id": "person-1", "case_id": "case-1"} | said
        async with self.house.engine.begin() as connection:
            for ago in range(days, -1, -every):
                row = values | {"at": self.now - timedelta(days=ago), "name": f"old-{next(self.numbers)}"}
                await connection.execute(_CONTACT, row)


_CONTACT = text(
    "INSERT INTO staff_contact VALUES"
    " (:name, :staff_id, :person_id, 'customer-1', :case_id, 'call_live', :at)"
)


def key_of(person: str) -> str:
    return f"rk_compliance-{person}-key-for-tests"


def rules_of(answer: dict[str, Any]) -> set[str]:
    """The rules that stood in the way."""
    return {reason["rule_id"] for reason in answer["reasons"] if reason["effect"] != "allow"}


@asynccontextmanager
async def staff(engine_for: EngineFor, **changes: Any) -> AsyncIterator[Staff]:
    """The service with its register of staff."""
    keys = {key_of(name): Principal(name, scopes) for name, scopes in STAFF.items()}
    made = await house(engine_for, api_keys=api_keys_json(keys), **changes)
    gate = StaffedGate.of(made.gate, read_staff_rules())
    configured = made.settings
    made.gate = gate
    consumed = consumer(gate, configured.pseudonyms, configured.complaint_policy)
    made.consumer = with_staff(consumed, gate, configured.pseudonyms, configured.complaint_policy)
    runtime = made.runtime()
    app = create_app(
        title="Staff",
        service="compliance",
        version="1",
        settings=configured,
        routers=(permits_router(runtime, gate), *staff_routers(runtime, gate)),
    )
    sweep = RotationSweep(made.transactions, configured.pseudonyms, gate.staff_rules)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://compliance") as client:
        yield Staff(made, client, sweep, count())
