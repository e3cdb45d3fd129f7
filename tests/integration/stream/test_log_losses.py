"""A log that lost records, and is still the same log, raises the alarm; all that is left takes effect."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from shared.contracts.control import ReplayRequested
from shared.contracts.topics import CONTROL, PARTIES
from shared.runtime import Runtime
from shared.stream.broker import Outbound, Place
from shared.stream.work import Consumer
from tests.conftest import EngineFor
from tests.integration.stream.ports import BROKERS, Harness, harness_of
from tests.support import toy
from tests.support.brokers import wipe
from tests.support.fake_broker import FakeBroker
from tests.support.toy import Receiver, effects, until, working

PLACE = Place(PARTIES.name, 0)
HEADERS = [("ce_id", b"1"), ("ce_source", b"/elsewhere"), ("ce_type", b"party.removed.v1")]


@dataclass
class Bench:
    """A receiver of a topic whose sender has no lanes, which a test fills by hand."""

    broker: Any
    runtime: Runtime[Any]
    asked: list[tuple[str, list[int]]] = field(default_factory=list)
    logged: list[Any] = field(default_factory=list)

    async def write(self, *versions: int) -> None:
        await self.broker.ensure_topics({PARTIES.name: toy.PARTITIONS})
        producer = await self.broker.producer()
        values = [b'{"person_id":"p","customer_id":"p","version":%d}' % version for version in versions]
        await producer.send(PLACE, [Outbound(b"p", value, HEADERS) for value in values])
        await producer.stop()

    def consumer(self) -> Consumer:
        return replace(Receiver().consumer(), sources=self.sources)

    async def sources(
        self, connection: AsyncConnection, topic: str, partitions: Sequence[int]
    ) -> list[ReplayRequested]:
        self.asked.append((topic, list(partitions)))
        return [
            ReplayRequested(source="/elsewhere", topic=topic, partition=partition, last_event_id="1")
            for partition in partitions
        ]

    async def reach(self, *versions: int) -> None:
        """Run a worker until just these versions have been applied, one after the other."""
        with capture_logs() as logged:
            async with working(toy.worker(self.runtime, self.consumer(), self.broker)):
                await until(lambda: self._applied(versions))
        self.logged = [entry for entry in logged if entry["event"] == "log.records_lost"]

    async def _applied(self, versions: Sequence[int]) -> bool:
        return [version for _, version in await effects(self.runtime.engine)] == list(versions)


def counted(loss: str) -> float:
    labels = {"consumer": "receiver", "topic": PARTIES.name, "loss": loss}
    return REGISTRY.get_sample_value("log_losses_total", labels) or 0.0


@pytest_asyncio.fixture
async def bench(engine_for: EngineFor) -> Bench:
    """A receiver that has applied 1 to 4, and has asked for what came before."""
    bench = Bench(FakeBroker(), toy.runtime_on("outreach", await engine_for("outreach", toy.metadata)))
    await bench.write(1, 2, 3, 4)
    await bench.reach(1, 2, 3, 4)
    bench.asked.clear()
    return bench


async def test_records_that_expired_unread_raise_the_alarm_and_their_source_is_asked_for_them(
    bench: Bench,
) -> None:
    await bench.write(5, 6, 7)
    bench.broker.expire(PLACE, 6)
    before = counted("expired")
    await bench.reach(1, 2, 3, 4, 7)
    (alarm,) = bench.logged
    assert (alarm["log_level"], alarm["loss"]) == ("error", "expired")
    assert (alarm["partition"], alarm["position"], alarm["goes_on_at"]) == (0, 4, 6)
    assert "retention" in alarm["remedy"]
    assert counted("expired") == before + 1
    assert bench.asked == [(PARTIES.name, [0])]
    assert bench.broker.log[Place(CONTROL.name, 0)]
    await bench.write(8)
    await bench.reach(1, 2, 3, 4, 7, 8)
    assert bench.logged == []


async def test_records_that_expired_after_they_were_read_are_no_loss(bench: Bench) -> None:
    bench.broker.expire(PLACE, 4)
    await bench.write(5)
    await bench.reach(1, 2, 3, 4, 5)
    assert bench.logged == []
    assert bench.asked == []


async def test_a_lost_tail_raises_the_alarm_and_what_is_left_is_read_again(bench: Bench) -> None:
    bench.broker.lose_tail(PLACE, 2)
    before = counted("tail")
    await bench.reach(1, 2, 3, 4, 1, 2)
    (alarm,) = bench.logged
    assert (alarm["loss"], alarm["position"], alarm["goes_on_at"]) == ("tail", 4, 0)
    assert "unclean" in alarm["remedy"]
    assert counted("tail") == before + 1
    assert bench.asked == [(PARTIES.name, [0])]
    await bench.write(5)
    await bench.reach(1, 2, 3, 4, 1, 2, 5)
    assert bench.logged == []


async def test_a_partition_that_lost_everything_raises_the_alarm_before_anything_is_written_to_it(
    bench: Bench,
) -> None:
    bench.broker.lose_tail(PLACE, 4)
    before = counted("tail")
    async with working(toy.worker(bench.runtime, bench.consumer(), bench.broker)):
        await until(lambda: _asked(bench))
    assert counted("tail") == before + 1


async def test_a_tail_that_is_lost_while_a_worker_reads_raises_the_alarm_too(bench: Bench) -> None:
    with capture_logs() as logged:
        async with working(toy.worker(bench.runtime, bench.consumer(), bench.broker)):
            await bench.write(5)
            await until(lambda: bench._applied([1, 2, 3, 4, 5]))
            bench.broker.lose_tail(PLACE, 4)
            bench.broker.arrived.set()
            await until(lambda: bench._applied([1, 2, 3, 4, 5, 1]))
    assert [entry["loss"] for entry in logged if entry["event"] == "log.records_lost"] == ["tail"]


async def _asked(bench: Bench) -> bool:
    return bool(bench.asked)


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> Harness:
    return harness_of(request)


@pytest_asyncio.fixture
async def kafka(chosen: Harness) -> AsyncIterator[Harness]:
    """Apache Kafka, without topics."""
    await wipe(chosen.broker.servers)
    yield chosen
    await wipe(chosen.broker.servers)


@pytest.mark.parametrize("chosen", BROKERS[2:], indirect=True)
async def test_a_topic_of_kafka_that_was_deleted_and_made_again_raises_the_alarm(
    kafka: Harness, engine_for: EngineFor
) -> None:
    bench = Bench(kafka.port, toy.runtime_on("outreach", await engine_for("outreach", toy.metadata)))
    await bench.write(1, 2, 3, 4)
    await bench.reach(1, 2, 3, 4)
    await _delete(kafka, PARTIES.name)
    await bench.write(5, 6)
    await bench.reach(1, 2, 3, 4, 5, 6)
    (alarm,) = bench.logged
    assert (alarm["loss"], alarm["position"], alarm["goes_on_at"]) == ("tail", 4, 0)


async def _delete(kafka: Harness, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.broker.servers)
    await admin.start()
    await admin.delete_topics([topic])
    await until(lambda: _gone(admin, topic))
    await admin.close()


async def _gone(admin: AIOKafkaAdminClient, topic: str) -> bool:
    return topic not in await admin.list_topics()
