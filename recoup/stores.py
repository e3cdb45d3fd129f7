"""Where a running platform's stores are, for commands that look across the services."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from recoup.errors import Mistake
from recoup.services import SERVICES
from shared.database.engine import create_engine

STACK_FILE = "stack.json"


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one platform: a database URL for each service, the broker, the log's settings."""

    databases: dict[str, str]
    kafka: str
    kafka_idempotence: bool
    partitions: int
    clock: str
    apis: dict[str, str]
    log_origin: str
    log_public_key: str
    """Base64 of the Ed25519 public key of the audit log."""
    witnesses: list[dict[str, str]] = field(default_factory=list)
    """`url` and `key` (C2SP verifier key) of each witness of the audit log."""

    def engine(self, service: str) -> AsyncEngine:
        """An engine on the service's own schema."""
        return create_engine(self.databases[service], schema=service, application="recoup", pool_size=2)

    @asynccontextmanager
    async def connections(self) -> AsyncIterator[dict[str, AsyncConnection]]:
        """A connection to each service's store; for reading."""
        engines = {name: self.engine(name) for name in SERVICES}
        connections: dict[str, AsyncConnection] = {}
        try:
            for name, engine in engines.items():
                connections[name] = await engine.connect()
            yield connections
        finally:
            for connection in connections.values():
                await connection.close()
            for engine in engines.values():
                await engine.dispose()


def write_stores(folder: Path, stores: Stores) -> None:
    """Let other commands find the stack that runs in `folder`; for its owner's eyes only."""
    path = folder / STACK_FILE
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(stores), file, indent=1)


def find_stores(folder: Path) -> Stores:
    """The stores of the platform: of the stack running in `folder`, or of RECOUP_STORES.

    RECOUP_STORES names a file of the same form, for a platform that runs elsewhere. Raises Mistake when
    there is neither.
    """
    named = os.environ.get("RECOUP_STORES")
    path = Path(named) if named else folder / STACK_FILE
    if not path.is_file():
        raise Mistake(
            f"No running platform was found ({path} is not there). Start one with `recoup up`, give the "
            "folder of a running one with --folder, or name a stores file in RECOUP_STORES."
        )
    try:
        return Stores(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        raise Mistake(
            f"{path} is not a stores file. `recoup up` writes one into its folder; delete it and start again."
        ) from None


def running_in(folder: Path) -> bool:
    """Whether the platform that wrote the folder's stores file still answers."""
    try:
        url = next(iter(find_stores(folder).apis.values()))
        httpx.get(f"{url}/health/live", timeout=2.0)
    except (httpx.HTTPError, Mistake):
        return False
    return True
