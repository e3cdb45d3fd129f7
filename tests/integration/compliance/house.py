"""A compliance service without broker: its handlers on a real PostgreSQL, with a clock to turn."""

import base64
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.compliance.handlers import consumer
from services.compliance.journal import Journal
from services.compliance.log.audit import AuditReport
from services.compliance.main import api, gate_of
from services.compliance.redeeming import Outcome, Redemption, redeem
from services.compliance.settings import ComplianceSettings
from services.compliance.signer import CheckpointSigner
from services.compliance.store import rulesets
from services.compliance.store.audit import audit_log
from services.compliance.tables import metadata
from shared.contracts import contacts
from shared.contracts.base import Event, Money
from shared.contracts.requests import ContactRequested
from shared.contracts.topics import TOPIC_OF
from shared.contracts.vocabulary import Channel, OutcomeCode
from shared.runtime import Runtime
from shared.security.api_keys import api_keys_json
from shared.security.fields import FieldCipher
from shared.security.principals import Principal
from shared.stream import timers
from shared.stream.outbox import unpack
from shared.stream.received import Received
from shared.stream.transaction import Transactions
from tests.conftest import EngineFor
from tests.unit.compliance.gate_cases import NOON, request

API_KEY = "rk_compliance-compliance"


@dataclass
class Clock:
    instant: datetime = NOON

    def now(self) -> datetime:
        return self.instant

    def advance(self, **parts: float) -> None:
        self.instant += timedelta(**parts)


def settings(**changes: Any) -> ComplianceSettings:
    values: dict[str, Any] = {
        "database_url": "postgresql+asyncpg://nobody:nothing@localhost/none",
        "kafka_url": "localhost:1",
        "api_keys": api_keys_json({API_KEY: Principal("tester", frozenset({"*"}))}),
        "log_signing_key": base64.b64encode(b"s" * 32).decode(),
        "log_subject_key": base64.b64encode(b"p" * 32).decode(),
        "log_origin": "bank.example/compliance",
        "packs_without_counsel": "enforce-without-counsel-sign-off",
        "desks": {"bank": {"facts": ["recorded_line", "official_number"]}},
        "partitions": 4,
    }
    return ComplianceSettings(**(values | changes))


@dataclass
class House:
    """What tests drive."""

    engine: AsyncEngine
    settings: ComplianceSettings = field(default_factory=settings)
    clock: Clock = field(default_factory=Clock)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.transactions = Transactions(self.engine, self.clock, self.settings.partitions)
        self.gate = gate_of(self.settings)
        self.consumer = consumer(self.gate, self.settings.pseudonyms, self.settings.complaint_policy)

    async def feed(self, *events: Event) -> None:
        """A batch from Kafka."""
        await self.feed_received([self.received(event) for event in events])

    async def feed_received(self, batch: Sequence[Received[Event]]) -> None:
        async with self.transactions.begin() as work:
            await self.consumer.handle(batch, work)

    def received(self, event: Any) -> Received[Event]:
        number = next(self.numbers)
        topic = TOPIC_OF[type(event)].name
        return Received(
            event, event.person_id, f"0-0-{number}", f"/recoup/{topic}", None, None, topic, 0, number
        )

    async def redeem(self, *asked: Redemption) -> list[Outcome]:
        async with self.transactions.begin() as work:
            return await redeem(asked, self.gate, work, Journal(self.settings.pseudonyms))

    async def fire_timers(self) -> int:
        async with self.transactions.begin() as work:
            partitions = list(range(self.settings.partitions))
            due = await timers.take_due(work.connection, partitions, work.now, 1000)
            if due:
                assert self.consumer.on_timers is not None
                await self.consumer.on_timers(due, work)
        return len(due)

    def runtime(self) -> Runtime[ComplianceSettings]:
        """The parts of a process."""
        cipher = FieldCipher.from_keys({"k": b"k" * 32}, "k")
        return Runtime("compliance", self.settings, self.engine, self.clock, self.transactions, cipher)

    @cached_property
    def app(self) -> FastAPI:
        """The API; building it takes longer than most of what is asked of it."""
        return api(self.runtime())

    def client(self) -> httpx.AsyncClient:
        """The API, called in this process."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://compliance",
            headers={"X-API-Key": API_KEY},
        )

    async def sign(self) -> int:
        """One round of a signer that has just started."""
        return await CheckpointSigner(self.transactions, self.settings.signer).step()

    async def audit(self) -> AuditReport:
        """The audit of this year's log."""
        year = self.clock.now().year
        return await audit_log(self.engine, year, self.settings.signer(year).verifier)

    async def states(self) -> dict[str, int]:
        """How many attempts are in each state."""
        rows = await self.rows("SELECT state, count(*) FROM attempt GROUP BY state")
        return {row[0]: row[1] for row in rows}

    async def rows(self, query: str, **values: Any) -> Sequence[Row[Any]]:
        async with self.engine.connect() as connection:
            return (await connection.execute(text(query), values)).all()

    async def emitted(self, kind: str = "") -> list[dict[str, Any]]:
        """Payloads of what was published, by type, in the order of the lanes."""
        rows = await self.rows("SELECT payload FROM outbox ORDER BY lane, topic, partition, last_sequence")
        stored = [event for row in rows for event in unpack(row.payload)]
        return [
            msgspec.json.decode(event.value) | {"_type": event.type} for event in stored if kind in event.type
        ]

    async def leaves(self) -> list[dict[str, Any]]:
        rows = await self.rows("SELECT entry FROM log_entry ORDER BY year, leaf_index")
        return [msgspec.json.decode(row.entry) for row in rows]


async def house(engine_for: EngineFor, **changes: Any) -> House:
    """A service whose packs have been in force, and in the log, before."""
    made = await new_house(engine_for, **changes)
    async with made.engine.begin() as connection:
        await rulesets.keep(connection, made.gate.ruleset, made.gate.library.digests, NOON)
    return made


async def new_house(engine_for: EngineFor, **changes: Any) -> House:
    """A service that has never decided anything."""
    return House(await engine_for("compliance", metadata), settings(**changes))


def asks(number: int, **changes: Any) -> ContactRequested:
    return request(contact_id=f"contact-{number}", **changes)


def body(number: int = 1, **changes: Any) -> dict[str, Any]:
    """What POST /permits takes."""
    values = msgspec.to_builtins(asks(number, **changes))
    del values["requested_at"]
    return values  # type: ignore[no-any-return]


def dispatched(permit_id: str, contact_id: str = "contact-1", at: datetime = NOON) -> Event:
    return contacts.ContactDispatched(
        contact_id=contact_id,
        permit_id=permit_id,
        person_id="person-1",
        customer_id="customer-1",
        case_id="case-1",
        treatment_id="treatment-1",
        channel=Channel.SMS,
        provider="sms",
        dispatched_at=at,
        cost=Money(amount=Decimal("0.05"), currency="CNY"),
    )


def outcome(code: OutcomeCode, outcome_id: str = "outcome-1", contact_id: str | None = "contact-1") -> Event:
    return contacts.OutcomeRecorded(
        outcome_id=outcome_id,
        contact_id=contact_id,
        person_id="person-1",
        customer_id="customer-1",
        case_id="case-1",
        channel=Channel.SMS,
        outcome=code,
        recorded_at=NOON,
    )


def about(permit_id: str | None, contact_id: str = "contact-1", **changes: Any) -> dict[str, Any]:
    """The fields that events about contacts share."""
    values: dict[str, Any] = {
        "contact_id": contact_id,
        "permit_id": permit_id,
        "person_id": "person-1",
        "customer_id": "customer-1",
        "case_id": "case-1",
        "channel": Channel.SMS,
    }
    return values | changes
