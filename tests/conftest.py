"""What tests share: a real PostgreSQL, a fresh database for whoever asks, and the way they are divided."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio
from sqlalchemy import MetaData, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from xdist.remote import Producer

from recoup.local.postgres import Postgres
from shared.database.engine import create_engine
from tests.support.parts import PartScheduling, in_order

# How long an example takes says how busy the machine is, nothing about the code.
hypothesis.settings.register_profile(
    "recoup", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("recoup")

GIVEN_DATABASE = "RECOUP_TEST_DATABASE_URL"
EngineFor = Callable[[str, MetaData], Awaitable[AsyncEngine]]
_numbers = itertools.count(1)
_originals: dict[tuple[str, str, MetaData], str] = {}
_UNSAFE_BUT_QUICK = {"fsync": "off", "full_page_writes": "off"}
"""No test of this server outlives a crash of the machine; those that kill a server have one of their own."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> PartScheduling:
    """Side by side (`-n`), whole parts are handed out."""
    return PartScheduling(config, log)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """For `-n auto`: one more than cores, for tests wait a lot, up to four; one on a database that was given.

    More would only keep each other waiting: what talks much with a database suffers most.
    """
    return 1 if os.environ.get(GIVEN_DATABASE) else min(4, 1 + (os.cpu_count() or 1))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, the longest parts come first."""
    if hasattr(config, "workerinput"):
        items[:] = in_order(items)


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
    given = os.environ.get(GIVEN_DATABASE)
    if given:
        yield given
        return
    server = Postgres(tmp_path_factory.mktemp("postgres"), settings=_UNSAFE_BUT_QUICK)
    await server.start()
    try:
        yield server.url
    finally:
        await server.discard()


@pytest_asyncio.fixture
async def engine_for(postgres_url: str) -> AsyncIterator[EngineFor]:
    """Makes an engine on a fresh database, in whose schema `service` are the tables of the given metadata.

    The tables are made once a session; each test has its own copy, which is ten times quicker.
    """
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    engines: list[AsyncEngine] = []
    copies: list[str] = []

    async def make(service: str, metadata: MetaData) -> AsyncEngine:
        original = await _original(admin, postgres_url, service, metadata)
        name = f"test_{os.getpid()}_{next(_numbers)}"
        async with admin.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY"))
        copies.append(name)
        engine = create_engine(_in(postgres_url, name), schema=service, application="tests")
        engines.append(engine)
        return engine

    yield make
    await asyncio.gather(*(engine.dispose() for engine in engines))
    async with admin.connect() as connection:
        for name in copies:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await admin.dispose()


async def _original(admin: AsyncEngine, url: str, service: str, metadata: MetaData) -> str:
    """The name of the database that is copied for this service; made when first asked for."""
    key = (url, service, metadata)
    if key not in _originals:
        name = f"original_{os.getpid()}_{len(_originals)}"
        async with admin.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        engine = create_engine(_in(url, name), schema=service, application="tests")
        async with engine.begin() as connection:
            await connection.execute(text(f'CREATE SCHEMA "{service}"'))
            await connection.run_sync(metadata.create_all)
        await engine.dispose()
        _originals[key] = name
    return _originals[key]


def _in(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
