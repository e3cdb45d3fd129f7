"""What the brokers of a local Apache Kafka cluster are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recoup.local.ports import LOOPBACK

LOGGING = """\
rootLogger.level = WARN
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c: %m%n
logger.server.name = kafka.server
logger.server.level = INFO
logger.config.name = org.apache.kafka.common.config
logger.config.level = WARN
logger.kafkaconfig.name = kafka.server.KafkaConfig
logger.kafkaconfig.level = WARN
"""


@dataclass(frozen=True)
class ClusterSettings:
    """What all brokers of a cluster share; `more` overrides or adds broker properties."""

    ports: Sequence[int]
    controller_ports: Sequence[int]
    replication_factor: int
    min_insync_replicas: int
    more: Mapping[str, str] = field(default_factory=dict)


def broker_properties(cluster: ClusterSettings, index: int, data: Path) -> str:
    """The server.properties of one combined broker and controller."""
    voters = (f"{node}@{LOOPBACK}:{port}" for node, port in enumerate(cluster.controller_ports, 1))
    broker = f"PLAINTEXT://{LOOPBACK}:{cluster.ports[index]}"
    replicas, in_sync = str(cluster.replication_factor), str(cluster.min_insync_replicas)
    properties = {
        "process.roles": "broker,controller",
        "node.id": str(index + 1),
        "controller.quorum.voters": ",".join(voters),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": f"{broker},CONTROLLER://{LOOPBACK}:{cluster.controller_ports[index]}",
        "advertised.listeners": broker,
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": "6",
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "6",
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        # A killed broker may register again only when its old session has expired: 9 s by default.
        "broker.session.timeout.ms": "3000" if len(cluster.ports) == 1 else "6000",
        "broker.heartbeat.interval.ms": "500",
        "num.network.threads": "2",
        "num.io.threads": "4",
        **cluster.more,
    }
    return "".join(f"{name}={value}\n" for name, value in properties.items())
