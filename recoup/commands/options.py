"""Options that several commands share."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

T = TypeVar("T")

FolderOption = Annotated[
    Path, typer.Option("--folder", help="Where the local stack keeps its data, keys and logs.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
KafkaOption = Annotated[
    str | None, typer.Option("--kafka", help="Use this Kafka (host:port,...) instead of the embedded broker.")
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", help="Use this PostgreSQL (an administrator's URL), not the embedded one."),
]
PortOffsetOption = Annotated[
    int, typer.Option("--port-offset", min=0, max=50_000, help="Add this to every port, if some are taken.")
]
DEFAULT_FOLDER = Path(".recoup/local")


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine."""
    return asyncio.run(work)
