"""A console on a real PostgreSQL with seeded projections, and a browser to look at it."""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.reporting import tables
from services.reporting.handlers import project
from shared.database.engine import create_engine
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.stream.work import Work
from tests.integration.reporting import events as say
from tests.integration.reporting.portfolio import history, shuffled

KEY, STRANGER, OFFICER_KEY = "rk_browser", "rk_stranger", "rk_officer"
START_SECONDS = 90
PATIENCE = 120
"""Seconds; a busy machine is no finding."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
)


@dataclass(frozen=True, slots=True)
class Console:
    """A running console and the database behind it."""

    url: str
    engine: AsyncEngine
    admin_url: str
    database: str
    pid: int


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's executable; a reason to skip, or with RECOUP_REQUIRE_BROWSER=1 to fail, without one."""
    found = os.environ.get("RECOUP_CHROMIUM") or shutil.which("chromium")
    if found:
        return found
    reason = "no browser: install chromium or name one in RECOUP_CHROMIUM"
    if os.environ.get("RECOUP_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture
async def page(chromium: str) -> AsyncIterator[Page]:
    """A page that has asked nobody but the console for anything, and logged no error."""
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        opened = await context.new_page()
        opened.set_default_timeout(PATIENCE * 1000)
        opened.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        opened.on("request", lambda request: _only_here(request.url, wrong))
        yield opened
        await browser.close()
    assert wrong == []


def _only_here(url: str, wrong: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
        wrong.append(f"third party: {url}")


async def seed(engine: AsyncEngine, customers: int) -> None:
    """Project what happened to some customers, as if in the last minutes."""
    random = Random(7)
    records = shuffled(random, history(random, customers))
    wall = datetime.now(UTC) - timedelta(minutes=5)
    steps = 30
    for step in range(steps):
        batch = records[len(records) * step // steps : len(records) * (step + 1) // steps]
        async with engine.connect() as connection, connection.begin():
            now = max(record.time for record in batch if record.time) + timedelta(seconds=2)
            await project(batch, Work(connection, now, say.PARTITIONS), wall + timedelta(seconds=10 * step))


def environment(url: str, port: int) -> dict[str, str]:
    """The console's settings."""
    keys = {
        KEY: Principal("tester", frozenset({"reporting:read"})),
        STRANGER: Principal("stranger", frozenset({"intake:read"})),
        OFFICER_KEY: Principal("officer", frozenset({"*"})),
    }
    return {
        **os.environ,
        "RECOUP_DATABASE_URL": url,
        "RECOUP_KAFKA_URL": "127.0.0.1:1",
        # Nobody answers there; where strategy is, the console is not told at all.
        "RECOUP_COMPLIANCE_URL": "http://127.0.0.1:1",
        "RECOUP_API_KEYS": api_keys_json(keys),
        "RECOUP_FIELD_KEYS": '{"test": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}',
        "RECOUP_FIELD_KEY_CURRENT": "test",
        "RECOUP_HOST": "127.0.0.1",
        "RECOUP_PORT": str(port),
    }


@asynccontextmanager
async def running(postgres_url: str, customers: int) -> AsyncIterator[Console]:
    """A console on a database of its own, whose projections know so many customers."""
    database = f"console_{os.getpid()}_{customers}"
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))
        await connection.execute(text(f'CREATE DATABASE "{database}"'))
    url = make_url(postgres_url).set(database=database).render_as_string(hide_password=False)
    engine = create_engine(url, schema="reporting", application="tests")
    async with engine.begin() as connection:
        await connection.execute(text("CREATE SCHEMA reporting"))
        await connection.run_sync(tables.metadata.create_all)
    if customers:
        await seed(engine, customers)
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recoup.running", "reporting", "console"), env=environment(url, port)
    )
    try:
        await _ready(f"http://127.0.0.1:{port}", process)
        yield Console(f"http://127.0.0.1:{port}", engine, postgres_url, database, process.pid)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)
        await engine.dispose()
        async with admin.connect() as connection:
            await connection.execute(text(f'DROP DATABASE "{database}" WITH (FORCE)'))
        await admin.dispose()


@pytest_asyncio.fixture(scope="module")
async def console(postgres_url: str, chromium: str) -> AsyncIterator[Console]:
    """A console that shows forty customers."""
    async with running(postgres_url, 40) as found:
        yield found


@pytest_asyncio.fixture
async def empty_console(postgres_url: str, chromium: str) -> AsyncIterator[Console]:
    """A console of a platform on which nothing has happened."""
    async with running(postgres_url, 0) as found:
        yield found


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_SECONDS), httpx.AsyncClient() as client:
        while process.returncode is None:
            try:
                if (await client.get(f"{url}/health/ready")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"the console ended with {process.returncode}")
