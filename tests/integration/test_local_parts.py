"""The local stack's parts, each a real one."""

from __future__ import annotations

import asyncio
import os
import platform
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from recoup.local.broker import EmbeddedBroker
from recoup.local.errors import LocalStackError
from recoup.local.folders import require_folder, require_package_folder
from recoup.local.kafka import KafkaCluster
from recoup.local.ports import LOOPBACK, free_ports, port_is_free
from recoup.local.postgres import SUPERUSER, Postgres
from tests.support.brokers import require_kafka


async def _connect(postgres: Postgres) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=LOOPBACK, port=postgres.port, user=SUPERUSER, password=postgres.password(), database="postgres"
    )


@pytest.fixture(scope="module")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("stack") / "postgresql")
    await server.start()
    yield server
    await server.discard()
    assert not server.process.running
    assert not server.data_directory.exists()
    assert port_is_free(server.port)


async def test_postgresql_18_answers_with_the_settings_of_the_local_stack(postgres: Postgres) -> None:
    assert (
        postgres.url
        == f"postgresql+asyncpg://postgres:{postgres.password()}@127.0.0.1:{postgres.port}/postgres"
    )
    connection = await _connect(postgres)
    assert (await connection.fetchval("select version()")).startswith("PostgreSQL 18.")
    assert await connection.fetchval("show fsync") == "on"
    assert await connection.fetchval("show max_connections") == "200"
    await connection.close()


async def test_postgresql_wants_its_password(postgres: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host=LOOPBACK, port=postgres.port, user=SUPERUSER, password="guess", database="x"
        )


async def test_committed_rows_survive_a_kill_of_postgresql(postgres: Postgres) -> None:
    connection = await _connect(postgres)
    await connection.execute("create table kept (number int); insert into kept values (41)")
    postgres.process.kill()
    assert await postgres.process.wait() == -9
    await postgres.start()
    connection.terminate()
    connection = await _connect(postgres)
    assert await connection.fetch("select number from kept") == [(41,)]
    await connection.close()


async def test_a_taken_port_of_postgresql_is_named_with_its_option(
    postgres: Postgres, tmp_path: Path
) -> None:
    second = Postgres(tmp_path / "postgresql", port=postgres.port)
    with pytest.raises(LocalStackError, match=rf"Port {postgres.port} .* is taken .* --database-port"):
        await second.start()
    assert not second.process.running


async def test_two_servers_never_share_a_data_directory(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recoup.local.postgres._LEFTOVER_SECONDS", 0.5)
    second = Postgres(postgres.folder)
    with pytest.raises(LocalStackError, match="Another PostgreSQL is running"):
        await second.start()
    assert postgres.process.running


async def test_a_folder_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalStackError, match=r"Cannot write in .*file"):
        await Postgres(tmp_path / "file" / "postgresql").start()
    with pytest.raises(LocalStackError, match=r"Cannot write in .*file"):
        await EmbeddedBroker(tmp_path / "file").start()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write in a read-only folder")
def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LocalStackError, match="Cannot write"):
        require_folder(tmp_path / "stack")


def test_a_nearly_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="MB free"):
        require_folder(tmp_path, free_bytes=1 << 60)


def test_a_platform_without_a_build_is_told_of_compose_and_of_the_option() -> None:
    with pytest.raises(LocalStackError, match=r"docker compose, or give your own PostgreSQL with --database"):
        require_package_folder("no_such_package", "PostgreSQL", "--database")


async def _make_topic(bootstrap: str, topic: str, replicas: int = 1) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=replicas)])
    await admin.close()


async def _topics(bootstrap: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    names = await admin.list_topics()
    await admin.close()
    return list(names)


async def _send(bootstrap: str, topic: str, value: bytes, idempotent: bool) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=idempotent)
    await producer.start()
    async with asyncio.timeout(30):
        await producer.send_and_wait(topic, value, partition=0)
    await producer.stop()


async def _read(bootstrap: str, topic: str) -> list[bytes]:
    """All records of the topic's only partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    partition = TopicPartition(topic, 0)
    await consumer.start()
    consumer.assign([partition])
    await consumer.seek_to_beginning(partition)
    end = (await consumer.end_offsets([partition]))[partition]
    values: list[bytes] = []
    async with asyncio.timeout(30):
        while await consumer.position(partition) < end:
            found = await consumer.getmany(partition, timeout_ms=500)
            values += [record.value for records in found.values() for record in records]
    await consumer.stop()
    return values


async def test_the_embedded_broker_carries_records_and_is_empty_after_its_death(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "broker")
    await broker.start()
    await _make_topic(broker.bootstrap, "facts")
    await _send(broker.bootstrap, "facts", b"one", broker.idempotent_producer)
    assert await _read(broker.bootstrap, "facts") == [b"one"]

    with pytest.raises(LocalStackError, match=r"is taken .* --kafka-port"):
        await EmbeddedBroker(tmp_path / "second", port=broker.port).start()

    broker.process.kill()
    assert await broker.process.wait() == -9
    await broker.start()
    assert "facts" not in await _topics(broker.bootstrap)
    await _make_topic(broker.bootstrap, "facts")
    assert await _read(broker.bootstrap, "facts") == []
    await broker.stop()
    assert port_is_free(broker.port)


@pytest.mark.skipif(platform.system() != "Linux", reason="reads the range from /proc")
def test_free_ports_are_different_and_below_the_range_of_outgoing_connections() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50
    assert max(ports) < int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


async def _cluster(folder: Path, brokers: int) -> KafkaCluster:
    await require_kafka()
    cluster = KafkaCluster(folder, brokers=brokers)
    await cluster.start()
    return cluster


@pytest.mark.kafka
async def test_apache_kafka_carries_records_and_keeps_them_over_a_kill(tmp_path: Path) -> None:
    cluster = await _cluster(tmp_path / "kafka", brokers=1)
    try:
        topic = f"facts-{uuid.uuid4().hex[:8]}"
        await _make_topic(cluster.bootstrap, topic)
        await _send(cluster.bootstrap, topic, b"one", cluster.idempotent_producer)
        cluster.kill(0)
        await cluster.restart(0)
        await _send(cluster.bootstrap, topic, b"two", cluster.idempotent_producer)
        assert await _read(cluster.bootstrap, topic) == [b"one", b"two"]
    finally:
        await cluster.stop()
    assert port_is_free(cluster.ports[0])


@pytest.mark.kafka
@pytest.mark.slow
async def test_three_kafka_brokers_go_on_while_one_is_dead(tmp_path: Path) -> None:
    cluster = await _cluster(tmp_path / "kafka", brokers=3)
    try:
        await _make_topic(cluster.bootstrap, "facts", replicas=3)
        await _send(cluster.bootstrap, "facts", b"one", cluster.idempotent_producer)
        cluster.kill(0)
        await _send(cluster.bootstrap, "facts", b"two", cluster.idempotent_producer)
        await cluster.restart(0)
        assert await _read(cluster.bootstrap, "facts") == [b"one", b"two"]
    finally:
        await cluster.stop()
