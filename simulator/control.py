"""The control API: start a world, let time pass, look, misbehave."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec

from shared.contracts.base import Instant
from shared.telemetry.logs import get_logger
from simulator.assumptions import OVERDUE_SHARE
from simulator.deliveries import Deliveries
from simulator.faults import Faults, FaultSource
from simulator.feedback import Feedback
from simulator.gateway import Gateway
from simulator.message_book import MessageBook
from simulator.publisher import Publisher
from simulator.web import Response, answer, refuse
from simulator.world import Beginning, World

_log = get_logger(__name__)
_NO_WORLD = "no world was started: POST /world/start first"
_FOLLOW_SECONDS = 1.0


class _Start(msgspec.Struct, forbid_unknown_fields=True):
    accounts: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    start: Instant
    overdue_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = OVERDUE_SHARE
    follow_clock: bool = False
    in_rounds: bool = False


class _Advance(msgspec.Struct, forbid_unknown_fields=True):
    to: Instant


class Control:
    """One world for a process's life."""

    def __init__(
        self,
        make_world: Callable[[Beginning], World],
        gateway: Gateway,
        book: MessageBook,
        deliveries: Deliveries,
        feedback: Feedback,
        publisher: Publisher,
        faults: FaultSource,
    ) -> None:
        self._make_world = make_world
        self._gateway = gateway
        self._book = book
        self._deliveries = deliveries
        self._feedback = feedback
        self._publisher = publisher
        self._faults = faults
        self._following: asyncio.Task[None] | None = None

    async def start(self, body: bytes) -> Response:
        """POST /world/start; again with the same wish: the same answer."""
        wish = msgspec.json.decode(body, type=_Start)
        beginning = Beginning(wish.accounts, wish.seed, wish.start, wish.overdue_share, wish.in_rounds)
        world = self._deliveries.world
        if world is None:
            world = self._deliveries.world = self._make_world(beginning)
        elif world.beginning != beginning:
            return refuse(409, "another world was started in this process")
        counts = await world.open()
        if wish.follow_clock and self._following is None:
            self._following = asyncio.create_task(self._follow(world))
        return answer(counts)

    async def advance(self, body: bytes) -> Response:
        """POST /world/advance."""
        wish = msgspec.json.decode(body, type=_Advance)
        world = self._deliveries.world
        return refuse(409, _NO_WORLD) if world is None else answer(await world.advance(wish.to))

    async def next_round(self, body: bytes) -> Response:
        """POST /world/next-round."""
        world = self._deliveries.world
        return refuse(409, _NO_WORLD) if world is None else answer(await world.next_round())

    async def pending(self, body: bytes) -> Response:
        """GET /world/pending."""
        world = self._deliveries.world
        return answer(
            {
                "receipts_waiting": self._feedback.receipts_waiting,
                "receipts_sent": self._feedback.receipts_sent,
                "replies_due_before_now": world.replies_due(self._now()) if world else 0,
                "events_unpublished": self._publisher.unpublished,
                "last_event_ids": world.last_event_ids if world else [],
                "waits_for_a_round": world.waits_for_a_round if world else False,
            }
        )

    async def summary(self, body: bytes) -> Response:
        """GET /world/summary."""
        book, world = self._book, self._deliveries.world
        return answer(
            {
                **(world.summary() if world else {}),
                "messages": dict(sorted(book.by_channel.items())),
                "messages_rejected": book.rejected,
                "messages_repeated_requests": self._gateway.repeated,
                "messages_delivered": self._deliveries.delivered,
                "messages_undelivered": self._deliveries.undelivered,
                "permits_with_more_than_one_message": book.permits_used_twice,
                "receipts_sent": self._feedback.receipts_sent,
                "replies_sent": self._feedback.replies_sent,
            }
        )

    async def set_faults(self, body: bytes) -> Response:
        """POST /world/faults."""
        self._faults.set(msgspec.json.decode(body, type=Faults))
        return answer(self._faults.faults)

    async def health(self, body: bytes) -> Response:
        """GET /health."""
        return answer({"status": "ok"})

    async def close(self) -> None:
        """Stop following the clock."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following

    def _now(self) -> datetime:
        return self._deliveries.now()

    async def _follow(self, world: World) -> None:
        """Let time pass as the clock goes."""
        while True:
            await asyncio.sleep(_FOLLOW_SECONDS)
            try:
                await world.advance(self._now())
            except Exception:
                _log.exception("follow.failed")
