"""Inspection behind its API, its sampler and its timers, on a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import msgspec

from services.compliance import violation_register
from services.compliance.api.inspections import inspection_routers
from services.compliance.inspection_sampling import Sampler
from services.compliance.inspection_telling import RECTIFICATION
from services.compliance.journal import Journal
from services.compliance.redeeming import Redemption
from shared.contracts.vocabulary import Channel
from shared.lint.phrase_files import shipped
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.stream import timers
from shared.web.access_log import HEADER, AccessPurpose
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.compliance.house import House, asks, dispatched, house

INSPECTOR = frozenset({"inspections:read", "inspections:write", "personal:read"})
STAFF = {
    "anna": INSPECTOR,
    "ben": INSPECTOR,
    "cora": INSPECTOR,
    "planner": frozenset({"inspections:read", "inspections:plan"}),
    "recorder": frozenset({"transcripts:write"}),
    "reader": frozenset({"inspections:read"}),
    "collector-7": INSPECTOR | {"inspections:appeal"},
}
THREAT = "你再不还钱，我们就找人去收拾你"
QUIET: list[dict[str, Any]] = [
    {"speaker": "collector", "text": "您好，这里是示范银行，请问是王女士吗？", "starts": 0, "ends": 4},
    {"speaker": "person", "text": "是的，我下周发工资就还。", "starts": 4, "ends": 9},
    {"speaker": "collector", "text": "好的，谢谢，再见。", "starts": 9, "ends": 12},
]
RUDE = [*QUIET[:2], {"speaker": "collector", "text": THREAT, "starts": 9, "ends": 700}]
FORM: dict[str, Any] = {
    "title": "Telephone collection",
    "pass_mark": 80,
    "items": [
        {"item_id": "identifies", "title": "Says for whom they call", "weight": 2},
        {"item_id": "listens", "title": "Listens and offers a way", "weight": 3},
        {"item_id": "lawful", "title": "No threat, no insult", "weight": 5, "critical": True},
    ],
}
MET = {"identifies": "met", "listens": "met", "lawful": "met"}


def key_of(person: str) -> str:
    return f"rk_compliance-{person}-key-for-tests"


@dataclass
class Inspections:
    """What tests drive: everybody calls the same API with a key of their own."""

    house: House
    client: httpx.AsyncClient
    numbers: "count[int]" = field(default_factory=count)

    async def post(self, who: str, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        headers = {"X-API-Key": key_of(who), "Idempotency-Key": f"key-{next(self.numbers)}"}
        answer = await self.client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def get(self, who: str, path: str, status: int = 200, **query: Any) -> Any:
        headers = {"X-API-Key": key_of(who), HEADER: AccessPurpose.QUALITY_INSPECTION}
        answer = await self.client.get(path, params=query, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def went_out(self, *numbers: int, channel: Channel = Channel.CALL_LIVE, **changes: Any) -> None:
        """Contacts with a person each are permitted, redeemed and dispatched, now."""
        now = self.house.clock.now()
        for number in numbers:
            who = {"person_id": f"person-{number}", "customer_id": f"customer-{number}"}
            await self.house.feed(asks(number, channel=channel, requested_at=now, **(who | changes)))
            contact_id = f"contact-{number}"
            rows = await self.house.rows(
                "SELECT permit_id, reasons FROM decision WHERE contact_id = :name", name=contact_id
            )
            permit_id = rows[0].permit_id
            assert permit_id is not None, rows[0].reasons
            await self.house.redeem(Redemption(permit_id, contact_id, f"dispatch-{number}"))
            event = dispatched(permit_id, contact_id, now)
            await self.house.feed(msgspec.structs.replace(event, **who, channel=channel))

    async def transcribe(self, number: int, turns: list[dict[str, Any]] = QUIET, **changes: Any) -> Any:
        """The transcript of a contact comes in."""
        values: dict[str, Any] = {
            "contact_id": f"contact-{number}",
            "collector_id": "collector-7",
            "branch_id": "branch-1",
            "language": "zh-CN",
            "started_at": self.house.clock.now().isoformat(),
            "recogniser": "recorder/1",
            "turns": turns,
        }
        return await self.post("recorder", "/transcripts", 201, **(values | changes))

    async def form(self) -> None:
        """The scoring form of these tests."""
        await self.post("planner", "/inspection-forms/telephone/versions", 201, **FORM)

    async def result(self, name: str, who: str = "anna", status: int = 200, **changes: Any) -> dict[str, Any]:
        """Hand in the result of an inspection."""
        values: dict[str, Any] = {"form_id": "telephone", "form_version": 1, "marks": MET, "note": "heard"}
        return await self.post(who, f"/inspections/{name}/result", status, **(values | changes))

    async def act(self, name: str, act: str, who: str, status: int = 200, **body: Any) -> dict[str, Any]:
        """Do something to a violation."""
        return await self.post(who, f"/violations/{name}/{act}", status, note="as heard", **body)

    async def violation(self, number: int = 1) -> str:
        """A violation that anna found in a contact of collector-7; its id."""
        await self.form()
        await self.went_out(number)
        taken = await self.transcribe(number, RUDE)
        await self.post("anna", f"/inspections/{taken['inspection_id']}/claim")
        (finding,) = taken["findings"]
        done = await self.result(
            taken["inspection_id"],
            marks=MET | {"lawful": "not_met"},
            violations=[{"finding_id": finding["finding_id"], "item_id": "lawful"}],
        )
        return str(done["found"][0]["violation_id"])

    async def sample(self) -> int:
        """One round of a sampler."""
        return await Sampler(self.house.transactions, self.house.settings.pseudonyms).step()

    async def fire_timers(self) -> int:
        """What the worker does with timers that are due; how many were of violations."""
        async with self.house.transactions.begin() as work:
            due = await timers.take_due(
                work.connection, range(self.house.settings.partitions), work.now, 1000
            )
            journal = Journal(self.house.settings.pseudonyms)
            await violation_register.on_timers(due, work, journal)
            await journal.write(work)
        return sum(timer.kind == RECTIFICATION for timer in due)

    def at(self, instant: datetime) -> None:
        """Turn the clock."""
        self.house.clock.instant = instant


@asynccontextmanager
async def inspections(engine_for: EngineFor) -> AsyncIterator[Inspections]:
    keys = {key_of(name): Principal(name, scopes) for name, scopes in STAFF.items()}
    made = await house(engine_for, api_keys=api_keys_json(keys))
    app = create_app(
        title="Inspections",
        service="compliance",
        version="1",
        settings=made.settings,
        routers=inspection_routers(made.runtime(), shipped()),
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://compliance") as client:
        yield Inspections(made, client)
