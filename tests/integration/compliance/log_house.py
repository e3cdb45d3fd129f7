"""The log alone on a real PostgreSQL: leaves from the journal, signer, witness, API; no gate."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.compliance.api.log import log_router
from services.compliance.api.log_documents import documents_router
from services.compliance.api.log_evidence import evidence_router
from services.compliance.journal import Journal
from services.compliance.log.audit import AuditReport, Demands
from services.compliance.log.keys import Verifier
from services.compliance.log.trust import LogKeys
from services.compliance.settings import ComplianceSettings
from services.compliance.signer import CheckpointSigner
from services.compliance.store.audit import audit_log
from services.compliance.tables import metadata
from services.compliance.witness.app import create_witness
from services.compliance.witness.client import WitnessClient
from services.compliance.witness.settings import WitnessSettings
from services.compliance.witness.state import WitnessState
from services.compliance.witness.submitter import Submitter
from shared.runtime import Runtime
from shared.security.fields import FieldCipher
from shared.stream.transaction import Transactions
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.compliance.house import API_KEY, Clock, settings

YEAR = 2026
ORIGIN = f"bank.example/compliance/{YEAR}"
WITNESS_URL = "http://witness.example"


@dataclass
class LogHouse:
    """What tests of the log drive."""

    engine: AsyncEngine
    settings: ComplianceSettings = field(default_factory=settings)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.transactions = Transactions(self.engine, self.clock, self.settings.partitions)
        self.written = 0

    @property
    def key(self) -> Verifier:
        return self.settings.signer(YEAR).verifier

    async def write(self, count: int, persons: int | None = None, **details: Any) -> None:
        """So many facts with a payload each, about as many persons, or `persons` in turn."""
        async with self.transactions.begin() as work:
            journal = Journal(self.settings.pseudonyms)
            for number in range(self.written, self.written + count):
                told = {"effect": "allow"} | details
                person = f"person-{number if persons is None else number % persons}"
                journal.add(f"fact-{number}", "decision", person, work.now, told, effect="allow")
            await journal.write(work)
        self.written += count

    async def sign(self) -> int:
        """One round of a signer that has just started."""
        return await CheckpointSigner(self.transactions, self.settings.signer).step()

    async def grow(self, count: int) -> None:
        """Write and sign."""
        await self.write(count)
        await self.sign()

    async def audit(self, demands: Demands | None = None) -> AuditReport:
        return await audit_log(self.engine, YEAR, self.key, demands or Demands())

    async def checks(self, demands: Demands | None = None) -> set[str]:
        """The names of the checks that found something."""
        return {finding.check for finding in (await self.audit(demands)).first_findings}

    async def execute(self, *statements: str) -> None:
        """As the database's owner, past all rights."""
        async with self.engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    async def rows(self, query: str, **values: Any) -> Sequence[Row[Any]]:
        async with self.engine.connect() as connection:
            return (await connection.execute(text(query), values)).all()

    def runtime(self) -> Runtime[ComplianceSettings]:
        cipher = FieldCipher.from_keys({"k": b"k" * 32}, "k")
        return Runtime("compliance", self.settings, self.engine, self.clock, self.transactions, cipher)

    @cached_property
    def app(self) -> FastAPI:
        """The log's API."""
        return app_of(self)

    def client(self) -> httpx.AsyncClient:
        """The log's API, called in this process."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://log",
            headers={"X-API-Key": API_KEY},
        )

    async def rewrite(self, index: int) -> None:
        """Forge an entry and everything that the bank itself can make anew: hashes, tiles, checkpoints.

        The log key is the bank's, so all of it verifies; what witnesses signed cannot be made.
        """
        await self.execute(
            f"UPDATE log_entry SET entry = convert_to(replace(convert_from(entry, 'UTF8'), 'allow', 'deny'),"
            f" 'UTF8') WHERE leaf_index = {index}",
            f"UPDATE log_entry SET leaf_hash = sha256('\\x00'::bytea || entry) WHERE leaf_index = {index}",
            "DELETE FROM log_tile",
            "DELETE FROM checkpoint",
        )
        await self.sign()


def app_of(log: LogHouse) -> FastAPI:
    """The log's part of compliance's API."""
    routers = [log_router(log.runtime())]
    return create_app(title="log", service="log", version="1", settings=log.settings, routers=routers)


def evidence_app(log: LogHouse) -> FastAPI:
    """The log's part, and evidence and documents."""
    runtime = log.runtime()
    routers = [log_router(runtime), evidence_router(runtime), documents_router(runtime)]
    return create_app(title="log", service="log", version="1", settings=log.settings, routers=routers)


async def log_house(engine_for: EngineFor) -> LogHouse:
    return LogHouse(await engine_for("compliance", metadata))


@dataclass
class WitnessHouse:
    """A witness for one log, asked over HTTP."""

    log: LogHouse
    state: WitnessState

    def __post_init__(self) -> None:
        self.app = create_witness(self.state, LogKeys((self.log.key,)), self.log.clock)

    @property
    def key(self) -> Verifier:
        return self.state.signer.verifier

    def submitter(self, transport: httpx.AsyncBaseTransport | None = None) -> Submitter:
        """One that has just started, as in a new process."""
        configured = WitnessSettings(url=WITNESS_URL, key=self.key.encode())
        client = WitnessClient(configured, transport=transport or httpx.ASGITransport(app=self.app))
        return Submitter(self.log.transactions, [client])

    async def submit(self) -> int:
        return await self.submitter().step()

    async def last(self) -> bytes:
        """What it shows to auditors."""
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=WITNESS_URL) as client:
            answer = await client.get("/checkpoint", params={"origin": self.log.key.name})
            return answer.raise_for_status().content

    def demands(self, **changes: Any) -> Demands:
        """Its cosignature, an hour old at most."""
        wished: dict[str, Any] = {
            "witnesses": (self.key,),
            "quorum": 1,
            "now": self.log.clock.now(),
            "max_age": timedelta(hours=1),
        }
        return Demands(**(wished | changes))
