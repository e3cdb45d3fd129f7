"""The database and the broker under a benchmark: fresh for each subject, the same for all."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import asyncpg

from recoup.local.broker import EmbeddedBroker
from recoup.local.kafka import KafkaCluster
from recoup.local.postgres import Postgres
from recoup.local.process import ManagedProcess
from recoup.local.supervisor import Supervisor

BrokerKind = Literal["embedded", "apache"]
ROOT = Path(__file__).parents[1]
DATABASE = "recoup"


@dataclass(slots=True)
class Parts:
    """PostgreSQL and a broker below `folder`; `discard` leaves nothing of them."""

    folder: Path
    kind: BrokerKind
    postgres: Postgres = field(init=False)
    broker: EmbeddedBroker | KafkaCluster = field(init=False)

    def __post_init__(self) -> None:
        # Commit times tell when a row became visible, on the wall clock.
        self.postgres = Postgres(self.folder / "postgres", settings={"track_commit_timestamp": "on"})
        self.broker = (
            EmbeddedBroker(self.folder / "broker")
            if self.kind == "embedded"
            else KafkaCluster(self.folder / "kafka")
        )

    @property
    def idempotence(self) -> bool:
        """Whether the broker takes idempotent producers."""
        return self.broker.idempotent_producer

    @property
    def database_url(self) -> str:
        """The superuser's SQLAlchemy URL of the database."""
        return self.postgres.database_url(DATABASE)

    @property
    def dsn(self) -> str:
        """The same for asyncpg alone."""
        return self.database_url.replace("+asyncpg", "")

    def processes(self) -> dict[str, ManagedProcess]:
        """What runs, by name."""
        broker = self.broker.process if isinstance(self.broker, EmbeddedBroker) else self.broker.processes[0]
        return {"postgresql": self.postgres.process, "broker": broker}

    async def start(self, supervisor: Supervisor) -> None:
        """Start both anew and make the database. Raises LocalStackError."""
        await self.discard()
        await supervisor.start(*self.processes().values())
        connection = await asyncpg.connect(self.dsn.replace(f"/{DATABASE}", "/postgres"))
        try:
            await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()

    async def discard(self) -> None:
        """Stop both and delete what they wrote; logs stay."""
        await self.broker.stop()
        await self.postgres.discard()
        shutil.rmtree(self.folder / "kafka", ignore_errors=True)


def worker(module: str, process: str, folder: Path, environment: Mapping[str, str]) -> ManagedProcess:
    """A worker of the floor or the peer: ready once it has made its ready file."""
    ready = folder / f"{process}.ready"
    ready.unlink(missing_ok=True)

    async def is_ready() -> bool:
        return ready.exists()

    return ManagedProcess(
        process,
        [sys.executable, "-m", module, process],
        folder / "logs" / f"{process}.log",
        {**environment, "BENCH_READY": str(ready.absolute()), "PYTHONPATH": str(ROOT)},
        restart=False,
        ready=is_ready,
        ready_timeout=60.0,
        stop_timeout=10.0,
    )
