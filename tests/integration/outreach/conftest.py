"""A world for each test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.outreach.channels.sms_http import SmsHttp
from services.outreach.tables import metadata
from shared.security.fields import FieldCipher, new_field_key
from tests.conftest import EngineFor
from tests.integration.outreach.outside import GATEWAY_KEY, PATIENCE, Gate, Gateway, served
from tests.integration.outreach.world import World


@pytest.fixture(scope="session")
def cipher() -> FieldCipher:
    return FieldCipher.from_keys({"test": new_field_key()}, "test")


@pytest_asyncio.fixture
async def gate() -> AsyncIterator[Gate]:
    gate = Gate()
    async with served(gate.app()) as gate.url:
        yield gate


@pytest_asyncio.fixture
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    async with served(gateway.app()) as gateway.url:
        yield gateway


@pytest_asyncio.fixture
async def world(engine_for: EngineFor, cipher: FieldCipher, gate: Gate) -> AsyncIterator[World]:
    world = World(await engine_for("outreach", metadata), cipher, gate)
    await world.approve_shipped()
    yield world
    await world.close()


@pytest.fixture
def sms(gateway: Gateway) -> SmsHttp:
    return SmsHttp(url=gateway.url, api_key=GATEWAY_KEY, timeout=PATIENCE)
