"""Apache Kafka in KRaft mode on one machine: one broker or several, for tests and benchmarks."""

from __future__ import annotations

import asyncio
import base64
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

from recoup.local.child import run_command
from recoup.local.errors import LocalStackError
from recoup.local.folders import require_folder
from recoup.local.kafka_answers import brokers_seen, wait_for_brokers
from recoup.local.kafka_libs import LIBS_ROOT, fetch_kafka_libs, java_program, kafka_libs, kafka_unavailable
from recoup.local.kafka_settings import LOGGING, ClusterSettings, broker_properties
from recoup.local.ports import LOOPBACK, free_ports, require_port
from recoup.local.process import ManagedProcess

__all__ = ["KafkaCluster", "kafka_unavailable"]

_FORMAT_SECONDS = 60.0


@dataclass(eq=False)
class KafkaCluster:
    """`brokers` Kafka brokers, each also a controller, with their data below `folder`.

    Hand `processes` to a supervisor, or call `start` and `stop`. By default one broker keeps one replica;
    more keep three (two with two brokers) and need all but one of them in sync. Data outlive kills.
    """

    idempotent_producer: ClassVar[bool] = True

    folder: Path
    brokers: int = 1
    replication_factor: int = 0
    min_insync_replicas: int = 0
    properties: Mapping[str, str] = field(default_factory=dict)
    libs_root: Path = LIBS_ROOT
    ports: list[int] = field(init=False)
    processes: list[ManagedProcess] = field(init=False, repr=False)
    _settings: ClusterSettings = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()
        self.replication_factor = self.replication_factor or min(self.brokers, 3)
        self.min_insync_replicas = self.min_insync_replicas or max(1, self.replication_factor - 1)
        chosen = free_ports(self.brokers * 2)
        self.ports = chosen[: self.brokers]
        self._settings = ClusterSettings(
            self.ports,
            chosen[self.brokers :],
            self.replication_factor,
            self.min_insync_replicas,
            self.properties,
        )
        self.processes = [self._process(index) for index in range(self.brokers)]

    @property
    def bootstrap(self) -> str:
        """The addresses of all brokers, for clients."""
        return ",".join(f"{LOOPBACK}:{port}" for port in self.ports)

    async def start(self, timeout: float = 60.0) -> None:
        """Start all brokers and wait until each sees all; raises LocalStackError, leaving none running."""
        deadline = time.monotonic() + timeout
        await fetch_kafka_libs(self.libs_root)
        try:
            await asyncio.gather(*(process.start() for process in self.processes))
            for port in self.ports:
                await wait_for_brokers(port, self.brokers, max(1.0, deadline - time.monotonic()))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop all brokers; their data stay."""
        await asyncio.gather(*(process.stop() for process in self.processes))

    def kill(self, index: int) -> None:
        """Kill one broker at once."""
        self.processes[index].kill()

    async def restart(self, index: int) -> None:
        """Stop one broker if it runs, start it on its data, and wait until it sees all that run."""
        await self.processes[index].stop()
        await self.processes[index].start()
        running = sum(process.running for process in self.processes)
        await wait_for_brokers(self.ports[index], running, 60.0)

    def _process(self, index: int) -> ManagedProcess:
        return ManagedProcess(
            name=f"kafka-{index}",
            argv=partial(self._argv, index),
            log_file=self._home(index) / "kafka.log",
            ready=partial(self._answers, index),
            ready_timeout=60.0,
            before_start=partial(self._prepare, index),
            stop_timeout=15.0,
        )

    async def _prepare(self, index: int) -> None:
        await fetch_kafka_libs(self.libs_root)
        home = self._home(index)
        require_folder(home)
        for port in (self.ports[index], self._settings.controller_ports[index]):
            require_port(port, f"kafka-{index}", "--kafka")
        data = home / "data"
        (home / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        configuration = home / "server.properties"
        configuration.write_text(broker_properties(self._settings, index, data), encoding="utf-8")
        if not (data / "meta.properties").exists():
            tool = ("kafka.tools.StorageTool", "format", "-t", self._cluster_id(), "-c", str(configuration))
            await run_command([*self._java(index), *tool], _FORMAT_SECONDS)

    def _argv(self, index: int) -> list[str]:
        heap = ("-Xms256m", "-Xmx512m") if self.brokers == 1 else ("-Xms128m", "-Xmx256m")
        return [*self._java(index), *heap, "kafka.Kafka", str(self._home(index) / "server.properties")]

    def _java(self, index: int) -> list[str]:
        java = java_program()
        if java is None:
            raise LocalStackError(kafka_unavailable(self.libs_root) or "There is no Java.")
        logging = f"-Dlog4j2.configurationFile={self._home(index) / 'log4j2.properties'}"
        return [java, "-cp", f"{kafka_libs(self.libs_root)}/*", "-XX:+UseSerialGC", logging]

    def _cluster_id(self) -> str:
        """The same for all brokers, also for one that is formatted later."""
        file = self.folder / "cluster-id"
        if not file.exists():
            file.write_text(
                base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="), encoding="ascii"
            )
        return file.read_text(encoding="ascii")

    def _home(self, index: int) -> Path:
        return self.folder / f"broker-{index}"

    async def _answers(self, index: int) -> bool:
        return await brokers_seen(self.ports[index]) > 0
