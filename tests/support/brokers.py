"""Real brokers for tests."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from recoup.local.broker import EmbeddedBroker
from recoup.local.kafka import KafkaCluster, kafka_unavailable
from recoup.local.kafka_libs import LIBS_ROOT, fetch_kafka_libs
from shared.stream.kafka import KafkaBroker

KAFKA_SESSION, EMBEDDED_SESSION = 6.0, 2.0
"""A member counts as gone this soon: Kafka's least, and where a join waits for half of it, a little."""


async def require_kafka() -> None:
    """Skip where Apache Kafka cannot run here, saying why; fail where RECOUP_REQUIRE_KAFKA is set."""
    reason = await asyncio.to_thread(kafka_unavailable)
    if reason is None:
        await asyncio.to_thread(_fetch_alone)
        return
    if os.environ.get("RECOUP_REQUIRE_KAFKA") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _fetch_alone() -> None:
    """Fetch Kafka's libraries if they are not there: one worker does, the others wait for it."""
    LIBS_ROOT.mkdir(parents=True, exist_ok=True)
    with (LIBS_ROOT / "fetching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(fetch_kafka_libs())


def port_to(broker: EmbeddedBroker | KafkaCluster, client_id: str = "tests") -> KafkaBroker:
    """The runtime's port to a broker that runs."""
    return KafkaBroker(
        broker.bootstrap,
        client_id,
        idempotence=broker.idempotent_producer,
        session_timeout=EMBEDDED_SESSION if isinstance(broker, EmbeddedBroker) else KAFKA_SESSION,
    )


async def wipe(bootstrap: str) -> None:
    """Delete all topics of a broker that tests share: what comes next finds a new, empty log."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        while names := [name for name in await admin.list_topics() if not name.startswith("__")]:
            await admin.delete_topics(names)
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


@pytest_asyncio.fixture(scope="session")
async def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedBroker]:
    """One embedded broker for all tests; a test that kills it starts it again."""
    broker = EmbeddedBroker(tmp_path_factory.mktemp("broker"))
    await broker.start()
    yield broker
    await broker.stop()


@pytest_asyncio.fixture(scope="session")
async def kafka_cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KafkaCluster]:
    """One Apache Kafka for all tests, with one broker; a test that kills it starts it again."""
    await require_kafka()
    cluster = KafkaCluster(Path(tmp_path_factory.mktemp("kafka")))
    await cluster.start()
    yield cluster
    for number in range(cluster.brokers):
        cluster.kill(number)  # nobody needs the data: an orderly end takes longer
    await cluster.stop()
