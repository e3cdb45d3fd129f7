"""One process of one service: its API, its worker or the console."""

import asyncio
import gc
import signal
import sys
from typing import Any

from fastapi import FastAPI
from pydantic import ValidationError

from recoup import __version__
from recoup.errors import Mistake
from recoup.services import Process, Service
from shared.runtime import Runtime, open_runtime
from shared.stream.worker import Worker
from shared.telemetry.logs import configure_logging
from shared.web.app import create_app
from shared.web.health import CheckFailedError, HealthCheck
from shared.web.server import run_server, serve


def run_process(service: Service, process: Process) -> None:
    """Serve or work until SIGTERM or Ctrl-C. Raises Mistake for settings that do not fit."""
    main = service.main()
    try:
        settings = main.settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"RECOUP_{'.'.join(map(str, item['loc'])).upper() or 'SETTINGS'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        )
        raise Mistake(f"{service.name} cannot start, its settings do not fit. {wrong}") from None
    configure_logging(service.name, process, settings.log_level)
    runtime = open_runtime(service.name, settings, process)
    _spare_the_collector(process)
    if process is Process.API:
        run_server(main.api(runtime), settings.host, settings.port)
    elif process is Process.WORKER:
        _run(_work(main.worker(runtime), runtime))
    else:
        main.console(runtime)


def _spare_the_collector(process: Process) -> None:
    """Look for cycles never in modules; in a worker rarely, for batches make short-lived objects without."""
    gc.freeze()
    if process is Process.WORKER:
        gc.set_threshold(50_000, 20, 50)
    gc.enable()


def _run(work: Any) -> None:
    if sys.platform != "win32":
        import uvloop

        uvloop.run(work)
    else:
        asyncio.run(work)


async def _work(worker: Worker, runtime: Runtime[Any]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = runtime.settings
    serving = asyncio.create_task(serve(_health_app(worker, runtime), settings.host, settings.port, stop))
    try:
        await worker.run(stop)
    finally:
        stop.set()
        await serving


def _health_app(worker: Worker, runtime: Runtime[Any]) -> FastAPI:
    """Health and metrics of a worker: it has no other HTTP surface."""

    async def ready() -> None:
        try:
            await worker.ready()
        except RuntimeError as error:
            raise CheckFailedError(str(error)) from None

    async def alive() -> None:
        try:
            await worker.alive()
        except RuntimeError as error:
            raise CheckFailedError(str(error)) from None

    return create_app(
        title=f"Recoup {runtime.service} worker",
        service=runtime.service,
        version=__version__,
        settings=runtime.settings,
        health_checks=(
            HealthCheck("consuming", ready, timeout=5.0),
            HealthCheck("progress", alive, liveness=True),
        ),
    )
