"""The five services, as the composition root knows them."""

import importlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import services
from shared.contracts import topics


class Process(StrEnum):
    """What of a service runs as a process of its own."""

    API = "api"
    WORKER = "worker"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its name, and the ports that its processes listen on by default."""

    name: str
    api_port: int
    worker_port: int

    def main(self) -> ModuleType:
        """Its composition: `settings()`, `api(runtime)`, `worker(runtime)`."""
        return importlib.import_module(f"services.{self.name}.main")

    @property
    def history(self) -> Path:
        """The folder of its migrations."""
        return Path(services.__path__[0]) / self.name / "migrations"


SERVICES: dict[str, Service] = {
    service.name: service
    for service in (
        Service("intake", 8101, 8201),
        Service("strategy", 8102, 8202),
        Service("outreach", 8103, 8203),
        Service("compliance", 8104, 8204),
        Service("reporting", 8105, 8205),
    )
}
CONSOLE_PORT = 8100

CONSUMES: dict[str, frozenset[str]] = {
    "intake": frozenset({topics.CORE_BANK.name}),
    "strategy": frozenset({topics.DELINQUENCY.name, topics.CONTACTS.name, topics.CONDUCT.name}),
    "outreach": frozenset(
        {topics.TREATMENTS.name, topics.DECISIONS.name, topics.PARTIES.name, topics.CONDUCT.name}
    ),
    "compliance": frozenset({topics.REQUESTS.name, topics.CONTACTS.name, topics.PARTIES.name}),
    "reporting": frozenset(topic.name for topic in topics.TOPICS if topic is not topics.CONTROL),
}
"""Which topics each service's consumer reads; its name is the service's."""
