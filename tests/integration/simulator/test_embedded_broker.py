"""On the embedded broker: what was published is there, and again after its log was lost."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import httpx
import msgspec
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from recoup.local.broker import EmbeddedBroker
from recoup.local.ports import free_ports
from shared.contracts.control import ReplayRequested
from shared.contracts.topics import CONTROL, CORE_BANK
from shared.stream.broker import Outbound, Place
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION
from shared.stream.kafka import KafkaBroker
from simulator.journal import SOURCE
from tests.integration.simulator.conftest import KEY, PARTITIONS, an_outside

TOPICS = {CORE_BANK.name: PARTITIONS, CONTROL.name: 1}


@pytest_asyncio.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker")
    await broker.start()
    yield broker
    await broker.stop()


async def ids_in(broker: KafkaBroker, enough: int) -> list[list[str]]:
    """The event ids of each partition, once there are `enough`; fewer after half a minute."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.servers, auto_offset_reset="earliest")
    await consumer.start()
    found: list[list[str]] = [[] for _ in range(PARTITIONS)]
    try:
        consumer.assign([TopicPartition(CORE_BANK.name, number) for number in range(PARTITIONS)])
        deadline = monotonic() + 30
        while sum(map(len, found)) < enough and monotonic() < deadline:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    found[record.partition].append(dict(record.headers)["ce_id"].decode())
    finally:
        await consumer.stop()
    return found


async def ask(broker: KafkaBroker, partition: int, last_event_id: str | None) -> None:
    event = ReplayRequested(
        source=SOURCE, topic=CORE_BANK.name, partition=partition, last_event_id=last_event_id
    )
    headers = [
        SPEC_VERSION,
        ("ce_id", b"1"),
        ("ce_source", b"/test"),
        ("ce_type", event.type_.encode()),
        CONTENT_TYPE,
    ]
    producer = await broker.producer()
    try:
        await producer.send(Place(CONTROL.name, 0), [Outbound(b"", msgspec.json.encode(event), headers)])
    finally:
        await producer.stop()


async def test_a_lost_log_is_filled_again_after_the_events_that_are_named(
    embedded: EmbeddedBroker, tmp_path: Path
) -> None:
    broker = KafkaBroker(embedded.bootstrap, "test", idempotence=False)
    await broker.ensure_topics(TOPICS)
    async with an_outside(tmp_path / "journal", broker) as outside:
        counts = await outside.start(accounts=500)
        before = await ids_in(broker, counts["events_published"])
        assert sum(map(len, before)) == counts["events_published"]
        for _ in range(400):
            if outside.parts.replays.log_id is not None:
                break
            await asyncio.sleep(0.05)

        await embedded.stop()
        await embedded.start()
        await broker.ensure_topics(TOPICS)
        for partition in range(PARTITIONS):
            # The first partition lost everything, the others have all but ten of their events.
            await ask(broker, partition, before[partition][-11] if partition else None)
        expected = [set(ids[-10:]) if number else set(ids) for number, ids in enumerate(before)]
        more = await outside.advance(3)
        after = await ids_in(broker, sum(map(len, expected)) + more["events_published"])
        for number in range(PARTITIONS):
            assert expected[number] <= set(after[number])
        together = Counter(one for ids in (*before, *after) for one in ids)
        summary = await outside.get("/world/summary")
        assert len(together) == sum(summary["events"].values())
        assert (await outside.get("/world/pending"))["events_unpublished"] == 0


async def test_the_process_starts_from_its_environment_and_ends_on_sigterm(
    embedded: EmbeddedBroker, tmp_path: Path
) -> None:
    broker = KafkaBroker(embedded.bootstrap, "test", idempotence=False)
    gateway_port, mail_port = free_ports(2)
    environment = {
        "RECOUP_SIM_KAFKA_URL": embedded.bootstrap,
        "RECOUP_SIM_PARTITIONS": str(PARTITIONS),
        "RECOUP_SIM_GATEWAY_PORT": str(gateway_port),
        "RECOUP_SIM_MAIL_PORT": str(mail_port),
        "RECOUP_SIM_OUTREACH_URL": "http://127.0.0.1:9",
        "RECOUP_SIM_WEBHOOK_KEY": KEY,
        "RECOUP_SIM_CLOCK": "system",
        "RECOUP_SIM_JOURNAL": str(tmp_path / "journal"),
        "RECOUP_SIM_GATEWAY_API_KEY": "the key",
        "RECOUP_SIM_CONTROL_TOKEN": "the token",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", env=os.environ | environment, stdout=asyncio.subprocess.PIPE
    )
    headers = {"Authorization": "Bearer the token"}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{gateway_port}", headers=headers, timeout=60
    ) as client:
        await _answers(client)
        wish = {"accounts": 50, "seed": 1, "start": "2026-03-02T01:00:00+08:00"}
        starting = asyncio.create_task(client.post("/world/start", json=wish))
        await asyncio.sleep(1)
        await broker.ensure_topics(TOPICS)  # a service makes them, whenever it comes up
        counts = (await starting).json()
        assert sum(map(len, await ids_in(broker, counts["events_published"]))) == counts["events_published"]
    process.send_signal(signal.SIGTERM)
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0, output.decode()


async def _answers(client: httpx.AsyncClient) -> None:
    deadline = monotonic() + 30
    while True:
        try:
            assert (await client.get("/health")).status_code == 200
            return
        except httpx.ConnectError:
            assert monotonic() < deadline
            await asyncio.sleep(0.1)
