"""Tells outreach what became of messages and what people answered: signed, in batches, until it is taken."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import httpx
import msgspec

from shared.security.signing import SIGNATURE_HEADER, WebhookSigner
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)

MOST = 500
FLUSH_SECONDS = 0.05
_LONGEST_PAUSE = 5.0


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a message; `idempotency_key` is its permit."""

    status: str
    at: datetime
    idempotency_key: str
    provider_id: str
    reason: str | None = None


class Reply(msgspec.Struct, frozen=True):
    """What a person answered to the message of the permit `in_reply_to`."""

    provider: str
    message_id: str
    text: str
    at: datetime
    in_reply_to: str


class _Message(msgspec.Struct):
    message_id: str
    text: str
    at: datetime
    in_reply_to: str


class Feedback:
    """The webhooks of outreach at `url`; nothing is given up."""

    def __init__(self, url: str, signer: WebhookSigner) -> None:
        self._signer = signer
        self._client = httpx.AsyncClient(base_url=url, timeout=10.0, trust_env=False)
        self._receipts: list[tuple[str, Receipt]] = []
        self._wake = asyncio.Event()
        self._under_way = 0
        self.receipts_sent = 0
        self.replies_sent = 0

    @property
    def receipts_waiting(self) -> int:
        """Receipts that outreach has not taken."""
        return len(self._receipts) + self._under_way

    def receipt(self, provider: str, receipt: Receipt) -> None:
        """Tell it soon."""
        self._receipts.append((provider, receipt))
        self._wake.set()

    async def run(self) -> None:
        """Tell receipts for ever, in order."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            self._wake.clear()
            while self._receipts:
                batch, self._receipts = self._receipts[:MOST], self._receipts[MOST:]
                self._under_way = len(batch)
                for provider, part in groupby(sorted(batch, key=_provider), key=_provider):
                    await self._post(f"/receipts/{provider}", {"receipts": [one for _, one in part]})
                self.receipts_sent += len(batch)
                self._under_way = 0

    async def send_replies(self, replies: Sequence[Reply]) -> None:
        """Tell these, in order; returns when they are taken."""
        for provider, part in groupby(replies, key=lambda reply: reply.provider):
            messages = [_Message(one.message_id, one.text, one.at, one.in_reply_to) for one in part]
            for start in range(0, len(messages), MOST):
                batch = messages[start : start + MOST]
                await self._post(f"/inbound/{provider}", {"messages": batch})
                self.replies_sent += len(batch)

    async def close(self) -> None:
        """Let go of connections."""
        with contextlib.suppress(httpx.HTTPError):
            await self._client.aclose()

    async def _post(self, path: str, report: dict[str, list[Receipt]] | dict[str, list[_Message]]) -> None:
        body = msgspec.json.encode(report)
        failures = 0
        while not await self._taken(path, body):
            failures += 1
            await asyncio.sleep(min(_LONGEST_PAUSE, 0.05 * 2**failures) * random.uniform(0.5, 1.5))

    async def _taken(self, path: str, body: bytes) -> bool:
        headers = {SIGNATURE_HEADER: self._signer.sign(body), "Content-Type": "application/json"}
        try:
            response = await self._client.post(path, content=body, headers=headers)
        except httpx.HTTPError as error:
            _log.info("outreach.away", error=type(error).__name__)
            return False
        if not response.is_success:
            _log.warning("outreach.refused", path=path, status=response.status_code)
        return response.is_success


def _provider(item: tuple[str, Receipt]) -> str:
    return item[0]
