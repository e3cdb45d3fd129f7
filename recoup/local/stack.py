"""The whole platform on this machine: database, broker, services, console, the simulated outside world."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from recoup.local.broker import EmbeddedBroker
from recoup.local.environment import LOG_ORIGIN, Addresses, Environment
from recoup.local.errors import LocalStackError
from recoup.local.folders import require_folder
from recoup.local.keys import LocalKeys, local_keys
from recoup.local.ports import free_port, require_port
from recoup.local.postgres import Postgres
from recoup.local.process import ManagedProcess
from recoup.local.supervisor import Supervisor
from recoup.local.templates import approve_shipped
from recoup.local.witness import witness_process
from recoup.services import SERVICES, Process, Service
from recoup.stores import Stores, write_stores
from shared.database.migrations import migrate

DATABASE = "recoup"
START_SECONDS = 60.0


@dataclass(slots=True)
class StackOptions:
    """What a person may choose. None: the embedded part."""

    folder: Path = Path(".recoup/local")
    kafka: str | None = None
    kafka_idempotence: bool = True
    kafka_replication: int = 1
    database: str | None = None
    clock: str = "system"
    partitions: int = 12
    port_offset: int = 0
    console: bool = True
    simulator: bool = True
    witness: bool = True
    log_level: str = "INFO"


@dataclass(slots=True)
class Stack:
    """Starts the parts in order under a supervisor, and knows where they are."""

    options: StackOptions
    supervisor: Supervisor
    say: Callable[[str], None] = lambda _: None
    keys: LocalKeys = field(init=False)
    environment: Environment = field(init=False)
    postgres: Postgres | None = None
    broker: EmbeddedBroker | None = None
    processes: dict[str, ManagedProcess] = field(default_factory=dict)
    """`intake worker`, `intake api`, `simulator` ... by name."""
    admin_url: str = ""

    @property
    def addresses(self) -> Addresses:
        """Where the parts are."""
        return self.environment.addresses

    async def start(self) -> None:
        """Start everything. Raises LocalStackError; the supervisor then stops what was started."""
        require_folder(self.options.folder)
        self.keys = local_keys(self.options.folder)
        self._require_ports()
        self.say("database")
        await self._start_database()
        self.say("broker")
        kafka = await self._start_broker()
        self.environment = self._environment(kafka)
        self.say("migrations")
        await self._migrate()
        self.say("services")
        await self._start_services()
        self.say("templates")
        await approve_shipped(self.keys, self.addresses.url("compliance"), self.addresses.url("outreach"))
        write_stores(self.options.folder, self.stores())

    def stores(self) -> Stores:
        """Where this stack's stores are."""
        return Stores(
            databases={name: self.environment.database_url(name) for name in SERVICES},
            kafka=self.addresses.kafka,
            kafka_idempotence=self.environment.idempotence,
            partitions=self.options.partitions,
            clock=self.options.clock,
            apis={name: self.addresses.url(name) for name in SERVICES},
            log_origin=LOG_ORIGIN,
            log_public_key=self.keys.log_public_key(),
            witnesses=self.environment.witnesses(),
        )

    def _environment(self, kafka: str) -> Environment:
        url = make_url(self.admin_url)
        place = f"{url.host}:{url.port or 5432}/{url.database}"
        witness = free_port() if self.options.witness else 0
        addresses = Addresses(place, kafka, free_port(), free_port(), self.options.port_offset, witness)
        idempotence = self.broker is None and self.options.kafka_idempotence
        return Environment(
            self.keys,
            addresses,
            self.options.clock,
            self.options.partitions,
            idempotence,
            self.options.kafka_replication,
            self.options.log_level,
        )

    def _require_ports(self) -> None:
        addresses = Addresses("", "", 0, 0, self.options.port_offset)
        for service in SERVICES.values():
            for process in (Process.API, Process.WORKER):
                name = f"{service.name} {process}"
                require_port(addresses.port(service, process), name, "--port-offset")
        if self.options.console:
            require_port(addresses.port(SERVICES["reporting"], Process.CONSOLE), "console", "--port-offset")

    async def _start_database(self) -> None:
        if self.options.database is None:
            self.postgres = Postgres(self.options.folder / "postgres")
            await self.supervisor.start(self.postgres.process)
            await _create_database(self.postgres.url, DATABASE)
            self.admin_url = self.postgres.database_url(DATABASE)
            return
        self.admin_url = _asyncpg(self.options.database)
        await _require_database(self.admin_url)

    async def _start_broker(self) -> str:
        if self.options.kafka is not None:
            return self.options.kafka
        self.broker = EmbeddedBroker(self.options.folder / "broker")
        await self.supervisor.start(self.broker.process)
        return self.broker.bootstrap

    async def _migrate(self) -> None:
        for service in SERVICES.values():
            password = self.keys.database_passwords[service.name]
            await migrate(self.admin_url, service.name, service.history, password)

    async def _start_services(self) -> None:
        if self.options.simulator:
            self.processes["simulator"] = self._simulator()
            await self.supervisor.start(self.processes["simulator"])
        group = [self._process(service, process) for service in SERVICES.values() for process in _BOTH]
        if self.options.console:
            group.append(self._process(SERVICES["reporting"], Process.CONSOLE))
        if self.options.witness:
            group.append(self._witness())
        await self.supervisor.start(*group)

    def _witness(self) -> ManagedProcess:
        url = f"{self.addresses.witness_url}/health/live"
        process = witness_process(
            self.keys,
            self.addresses.witness_port,
            self.options.clock,
            self.options.folder,
            ready=lambda: _answers(url),
            ready_timeout=START_SECONDS,
        )
        self.processes[process.name] = process
        return process

    def _process(self, service: Service, process: Process) -> ManagedProcess:
        name = f"{service.name} {process}"
        path = "/" if process is Process.CONSOLE else "/health/ready"
        url = f"{self.addresses.url(service.name, process)}{path}"
        managed = ManagedProcess(
            name,
            [sys.executable, "-m", "recoup.running", service.name, process],
            self.options.folder / "logs" / f"{service.name}-{process}.log",
            self.environment.of(service, process),
            ready=lambda: _answers(url),
            ready_timeout=START_SECONDS,
            stop_timeout=40.0,
        )
        self.processes[name] = managed
        return managed

    def _simulator(self) -> ManagedProcess:
        journal = self.options.folder / "journal"
        url = f"{self.addresses.gateway_url}/health"
        return ManagedProcess(
            "simulator",
            [sys.executable, "-m", "simulator"],
            self.options.folder / "logs" / "simulator.log",
            self.environment.simulator(str(journal.absolute())),
            restart=False,
            ready=lambda: _answers(url),
            ready_timeout=START_SECONDS,
        )


_BOTH = (Process.API, Process.WORKER)


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2.0) as client:
            return (await client.get(url, follow_redirects=True)).status_code == 200
    except httpx.HTTPError:
        return False


async def _create_database(admin_url: str, name: str) -> None:
    engine = create_async_engine(admin_url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        async with engine.connect() as connection:
            known = await connection.execute(
                text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}
            )
            if not known.first():
                await connection.execute(text(f"CREATE DATABASE {name}"))
    finally:
        await engine.dispose()


async def _require_database(url: str) -> None:
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": 10})
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        raise LocalStackError(
            f"The database of --database does not answer ({type(error).__name__}). Check its address, "
            "that it runs, and that the user may create roles and schemas."
        ) from None
    finally:
        await engine.dispose()


def _asyncpg(url: str) -> str:
    try:
        return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    except Exception:
        raise LocalStackError(
            "--database is not a URL. It looks like postgresql://user:password@host:5432/name"
        ) from None
