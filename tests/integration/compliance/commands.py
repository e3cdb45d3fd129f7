"""Servers on sockets, and `recoup audit` beside them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from typer.testing import CliRunner

from recoup.commands.audit import app
from recoup.errors import Mistake
from recoup.local.ports import free_port
from shared.web.server import serve
from tests.integration.compliance.house import API_KEY

HOST = "127.0.0.1"


async def recoup(*words: str, api_key: str = API_KEY) -> tuple[int, str, str]:
    """Run the command beside the servers; returns exit code, standard output and standard error."""
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words), env={"RECOUP_API_KEY": api_key})
    if isinstance(result.exception, Mistake):  # what `recoup` tells before it ends with 2
        return 2, result.stdout, str(result.exception)
    return result.exit_code, result.stdout, result.stderr


def reports(output: str) -> Any:
    """The JSON among the lines that the server in this process logs."""
    (line,) = (line for line in output.splitlines() if line.startswith('[{"holds"'))
    return json.loads(line)


async def answering(url: str) -> None:
    """Wait until a server is there."""
    async with httpx.AsyncClient() as client:
        for _ in range(300):
            try:
                await client.get(f"{url}/health/live")
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


@asynccontextmanager
async def serving(served: Any) -> AsyncIterator[str]:
    """Serve an application on a socket; gives its URL."""
    port, stop = free_port(), asyncio.Event()
    task = asyncio.create_task(serve(served, HOST, port, stop))
    url = f"http://{HOST}:{port}"
    await answering(url)
    yield url
    stop.set()
    await task
