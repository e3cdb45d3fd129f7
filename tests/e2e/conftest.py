"""One running platform for the end-to-end tests: on the embedded broker, then on Apache Kafka."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from recoup.local.kafka import KafkaCluster
from recoup.local.stack import Stack
from tests.support.brokers import require_kafka
from tests.support.platform import running_platform

TEN_OCLOCK = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Tuesday, within contact hours."""


@pytest_asyncio.fixture(scope="package", params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    folder = tmp_path_factory.mktemp("platform")
    async with AsyncExitStack() as parts:
        kafka: str | None = None
        if request.param == "kafka":
            await require_kafka()
            cluster = KafkaCluster(folder / "kafka")
            await cluster.start()
            parts.push_async_callback(cluster.stop)
            kafka = cluster.bootstrap
        yield await parts.enter_async_context(running_platform(folder, TEN_OCLOCK, kafka=kafka))


@pytest.fixture
def only_embedded(stack: Stack) -> None:
    """For tests that do not touch the broker: once is enough."""
    if stack.broker is None:
        pytest.skip("the broker does not matter here: done on the embedded one")
