"""The simulator as one process: its parts, wired, from start to stop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvicorn

from shared.calendar.clock import Clock, clock_from
from shared.security.signing import WebhookSigner
from shared.stream.broker import Broker
from shared.stream.kafka import KafkaBroker
from simulator.control import Control
from simulator.deliveries import Deliveries
from simulator.faults import FaultSource
from simulator.feedback import Feedback
from simulator.gateway import CHANNEL as SMS
from simulator.gateway import Gateway
from simulator.journal import Journal
from simulator.mail_sink import CHANNEL as EMAIL
from simulator.mail_sink import MailSink, serve_mail
from simulator.message_book import MessageBook
from simulator.publisher import Publisher
from simulator.replay import ReplayDesk
from simulator.settings import SimulatorSettings
from simulator.statement import Statements
from simulator.web import Lock, Route, Site
from simulator.world import World

MESSAGES_FILE = "messages.jsonl"
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator at work."""

    gateway_port: int
    mail_port: int
    journal: Journal
    publisher: Publisher
    deliveries: Deliveries
    replays: ReplayDesk
    loops: list[asyncio.Task[None]]
    """End only by a fault."""


class _Server(uvicorn.Server):
    """A server that leaves signals alone: `__main__` waits for them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running(
    settings: SimulatorSettings, broker: Broker | None = None, clock: Clock | None = None
) -> AsyncIterator[Running]:
    """Everything up inside the block. OSError where a port is taken, ValueError for an unknown clock."""
    broker = broker or KafkaBroker(settings.kafka_url, "simulator", idempotence=settings.kafka_idempotence)
    journal = Journal(settings.journal, settings.partitions)
    publisher = Publisher(broker, journal)
    replays = ReplayDesk(broker, publisher, settings.partitions)
    signer = WebhookSigner([settings.webhook_key.get_secret_value().encode()])
    feedback = Feedback(settings.outreach_url, signer)
    deliveries = Deliveries(feedback, (clock or clock_from(settings.clock)).now)
    book = MessageBook(settings.journal / MESSAGES_FILE)
    faults = FaultSource()
    gateway = Gateway(book, deliveries, faults, settings.sms_provider)
    make_world = partial(World, journal=journal, publisher=publisher, feedback=feedback)
    control = Control(make_world, gateway, book, deliveries, feedback, publisher, faults)
    sink = MailSink(book, deliveries, faults, settings.email_provider)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(book.close)
        stack.callback(journal.close)
        stack.push_async_callback(feedback.close)
        listener = stack.enter_context(_listener(settings.host, settings.gateway_port))
        mail = await serve_mail(sink, settings.host, settings.mail_port)
        stack.callback(mail.close)
        work = (publisher.run(), replays.run(), feedback.run())
        loops = await stack.enter_async_context(_in_background(*work))
        stack.push_async_callback(control.close)
        await stack.enter_async_context(_serving(_site(gateway, control, book, settings), listener))
        ports = (listener.getsockname()[1], mail.sockets[0].getsockname()[1])
        yield Running(*ports, journal, publisher, deliveries, replays, loops)


def _site(gateway: Gateway, control: Control, book: MessageBook, settings: SimulatorSettings) -> Site:
    key = Lock(b"x-api-key", settings.gateway_api_key.get_secret_value().encode())
    token = Lock(b"authorization", b"Bearer " + settings.control_token.get_secret_value().encode())
    return Site(
        {
            ("GET", "/health"): Route(control.health),
            ("POST", "/messages"): Route(gateway.send, key),
            ("POST", "/messages/lookup"): Route(gateway.look_up, key),
            ("GET", "/statement"): Route(Statements(book, SMS).statement, key),
            ("GET", "/mail/statement"): Route(Statements(book, EMAIL).statement, key),
            ("POST", "/world/start"): Route(control.start, token),
            ("POST", "/world/advance"): Route(control.advance, token),
            ("POST", "/world/next-round"): Route(control.next_round, token),
            ("GET", "/world/pending"): Route(control.pending, token),
            ("GET", "/world/summary"): Route(control.summary, token),
            ("POST", "/world/faults"): Route(control.set_faults, token),
        }
    )


@contextlib.contextmanager
def _listener(host: str, port: int) -> Iterator[socket.socket]:
    with socket.create_server((host, port), backlog=1024) as listener:
        listener.setblocking(False)
        yield listener


@asynccontextmanager
async def _serving(site: Site, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        site,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(serving, _STOP_SECONDS)


@asynccontextmanager
async def _in_background(
    *loops: Coroutine[Any, Any, None],
) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield tasks
    finally:
        await _cancel(tasks)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    """End the tasks, asking again those in whose libraries a cancellation got lost."""
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=1)
