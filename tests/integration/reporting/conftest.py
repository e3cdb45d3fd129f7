"""A database with projections, and an API on it."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import httpx
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting import tables
from services.reporting.api import routers
from services.reporting.handlers import project
from services.reporting.settings import ReportingSettings
from shared.calendar.clock import FixedClock
from shared.contracts.base import Event
from shared.security.api_keys import api_keys_json
from shared.security.principals import Principal
from shared.stream.received import Received
from shared.stream.work import Work
from shared.web.app import create_app
from tests.conftest import EngineFor
from tests.integration.reporting import events as say

WALL = datetime(2026, 5, 1, 12, 0, 7, 500_000, tzinfo=UTC)
READER, STRANGER = "rk_reader", "rk_stranger"


@pytest_asyncio.fixture
async def engine(engine_for: EngineFor) -> AsyncEngine:
    return await engine_for("reporting", tables.metadata)


async def apply(
    engine: AsyncEngine, batch: Sequence[Received[Event]], now: datetime = WALL, wall: datetime = WALL
) -> None:
    """Project a batch in one transaction."""
    async with engine.connect() as connection, connection.begin():
        await project(batch, Work(connection, now, say.PARTITIONS), wall)


def some_settings(**more: str) -> ReportingSettings:
    """Settings with a reader's key and a key of somebody who may do other things."""
    keys = api_keys_json(
        {
            READER: Principal("reader", frozenset({"reporting:read"})),
            STRANGER: Principal("stranger", frozenset({"intake:read"})),
        }
    )
    return ReportingSettings.model_validate(
        {"database_url": "postgresql://nowhere", "kafka_url": "nowhere:1", "api_keys": keys, **more}
    )


@pytest_asyncio.fixture
async def api(engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        title="Recoup reporting",
        service="reporting",
        version="0",
        settings=some_settings(),
        routers=routers(engine, FixedClock(say.at(200)), FixedClock(WALL)),
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://reporting", headers={"X-API-Key": READER}
    ) as client:
        yield client
