"""The brokers that the suites of the runtime share."""

from tests.integration.stream.ports import impatient
from tests.support.brokers import embedded_broker, kafka_cluster

__all__ = ["embedded_broker", "impatient", "kafka_cluster"]
