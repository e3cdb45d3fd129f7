"""What tests share: a real PostgreSQL, and a fresh schema for whoever asks."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from recoup.local.postgres import Postgres
from shared.database.engine import create_engine

EngineFor = Callable[[str, MetaData], Awaitable[AsyncEngine]]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real rows beside the project; tests that need it say so when they skip."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real data not present at {folder}")
    return folder


@pytest_asyncio.fixture(scope="session")
async def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a real PostgreSQL, embedded unless RECOUP_TEST_DATABASE_URL names another."""
    given = os.environ.get("RECOUP_TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    await server.start()
    try:
        yield server.url
    finally:
        await server.discard()


@pytest_asyncio.fixture
async def engine_for(postgres_url: str) -> AsyncIterator[EngineFor]:
    """Makes an engine on a fresh schema that holds the tables of the given metadata."""
    admin = create_async_engine(postgres_url)
    engines: list[AsyncEngine] = []
    schemas: list[str] = []

    async def make(service: str, metadata: MetaData) -> AsyncEngine:
        schema = f"{service}_{os.getpid()}_{next(_numbers)}"
        async with admin.begin() as connection:
            await connection.execute(text(f'CREATE SCHEMA "{schema}"'))
        schemas.append(schema)
        engine = create_engine(postgres_url, schema=schema, application="tests")
        engines.append(engine)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        return engine

    yield make
    await asyncio.gather(*(engine.dispose() for engine in engines))
    async with admin.begin() as connection:
        for schema in schemas:
            await connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    await admin.dispose()
