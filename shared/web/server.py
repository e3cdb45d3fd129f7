"""Runs an application with uvicorn inside the process that was started for it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
_GRACE_SECONDS = 10
_BACKLOG = 2048


class _Server(uvicorn.Server):
    """A server that leaves signals alone: uvicorn's own handler ends the process by the signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: FastAPI, host: str, port: int, stop: asyncio.Event | None = None) -> None:
    """Serve until `stop` is set; without it, until SIGTERM or SIGINT.

    Requests that run get 10 s to end. OSError where the port is taken; RuntimeError where the application's
    lifespan fails. Port 0 takes a free one, which is logged.
    """
    listener = _listen(host, port)
    _log.info("listening", host=host, port=listener.getsockname()[1])
    server = _Server(_config(app))
    with contextlib.closing(listener), contextlib.ExitStack() as stack:
        stopped = stop or stack.enter_context(_stop_signals())
        watcher = asyncio.create_task(_stop_on(stopped, server))
        stack.callback(watcher.cancel)
        try:
            await server.serve(sockets=[listener])
        except SystemExit:
            raise RuntimeError("the application did not start") from None


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def run_server(app: FastAPI, host: str, port: int) -> None:
    """As `serve`, on an event loop of its own (uvloop where it is installed); returns after SIGTERM."""
    with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
        runner.run(serve(app, host, port))


def event_loop_factory() -> type[asyncio.AbstractEventLoop]:
    """uvloop's loop, or asyncio's where uvloop is not installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.SelectorEventLoop
    return uvloop.Loop  # type: ignore[no-any-return]


async def _stop_on(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    listener.setblocking(False)
    return listener
