"""SMS through a generic HTTP gateway.

POST {url}/messages and POST {url}/messages/lookup, JSON, the key in `X-API-Key`. The gateway takes an
idempotency key (our permit id) once, so a request whose answer got lost is looked up, never repeated blindly.
"""

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import httpx
import msgspec

from services.outreach.channels.permitted import permitted
from services.outreach.channels.port import (
    Cost,
    LookupUnavailableError,
    OutgoingMessage,
    SendResult,
    SendStatus,
)
from shared.contracts.base import Currency
from shared.contracts.vocabulary import Channel

_LONGEST_WAIT = 300.0
_REASON = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class _Message(msgspec.Struct):
    idempotency_key: str
    to: str
    text: str
    reference: str


class _Messages(msgspec.Struct):
    messages: list[_Message]


class _Wanted(msgspec.Struct):
    idempotency_keys: list[str]


class _Result(msgspec.Struct):
    idempotency_key: str
    status: Literal["accepted", "rejected"]
    provider_id: str | None = None
    cost: Decimal | None = None
    currency: Currency | None = None
    reason: str | None = None


class _Results(msgspec.Struct):
    results: list[_Result]


class _Found(msgspec.Struct):
    found: list[_Result]


_encode = msgspec.json.Encoder().encode
_decode_results = msgspec.json.Decoder(_Results, strict=False).decode
_decode_found = msgspec.json.Decoder(_Found, strict=False).decode


class SmsHttp:
    """The gateway at `url`. Costs that it does not name are taken as zero of `currency`."""

    channels = frozenset({Channel.SMS})
    can_look_up = True
    writes = True
    most = 100

    def __init__(
        self,
        *,
        url: str,
        api_key: str,
        provider: str = "sms",
        currency: Currency = "CNY",
        timeout: float = 15,
    ) -> None:
        """`timeout` in seconds, for a whole request."""
        self.provider = provider
        self.deadline = timeout
        self.reckoned = Cost(Decimal(0), currency)
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"X-API-Key": api_key, "Content-Type": "application/json"},
            timeout=httpx.Timeout(timeout, connect=min(5.0, timeout)),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8),
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, messages: Sequence[OutgoingMessage]) -> list[SendResult]:
        """See the port."""
        messages, refused = permitted(messages, self.reckoned)
        return refused + (await self._send(messages) if messages else [])

    async def _send(self, messages: Sequence[OutgoingMessage]) -> list[SendResult]:
        body = _Messages([_Message(m.permit_id, m.to, m.text, m.contact_id) for m in messages])
        permits = [message.permit_id for message in messages]
        try:
            response = await self._post("/messages", body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return self._all(permits, SendStatus.NOT_SENT, "unreachable", 1.0)
        except (httpx.HTTPError, TimeoutError):
            return self._all(permits, SendStatus.UNKNOWN, "no_answer")
        if response.status_code == 200:
            return self._read(permits, response.content)
        return self._refused(permits, response)

    async def lookup(self, permits: Sequence[str]) -> list[SendResult]:
        """See the port."""
        try:
            response = await self._post("/messages/lookup", _Wanted(list(permits)))
            if response.status_code != 200:
                raise LookupUnavailableError(f"the gateway answered {response.status_code}")
            found = _decode_found(response.content).found
        except (httpx.HTTPError, TimeoutError, msgspec.MsgspecError) as error:
            raise LookupUnavailableError(type(error).__name__) from None
        asked = set(permits)
        return [self._result(item) for item in found if item.idempotency_key in asked]

    async def close(self) -> None:
        """See the port."""
        await self._client.aclose()

    async def _post(self, path: str, body: msgspec.Struct) -> httpx.Response:
        # httpx bounds each read; a gateway that trickles bytes is bounded here.
        async with asyncio.timeout(self.deadline):
            return await self._client.post(path, content=_encode(body))

    def _read(self, permits: list[str], content: bytes) -> list[SendResult]:
        try:
            named = {item.idempotency_key: item for item in _decode_results(content).results}
        except msgspec.MsgspecError:
            return self._all(permits, SendStatus.UNKNOWN, "bad_answer")
        return [
            self._result(named[permit])
            if permit in named
            else self._one(permit, SendStatus.UNKNOWN, "no_answer")
            for permit in permits
        ]

    def _refused(self, permits: list[str], response: httpx.Response) -> list[SendResult]:
        status = response.status_code
        if status == 429:
            return self._all(permits, SendStatus.NOT_SENT, "rate_limited", _retry_after(response))
        if status in (401, 403, 404, 405, 413):
            # Wrong key, wrong address: an operator's matter, not the message's fault.
            return self._all(permits, SendStatus.NOT_SENT, f"http_{status}", 30.0)
        if 400 <= status < 500:
            return self._all(permits, SendStatus.REJECTED, f"http_{status}")
        return self._all(permits, SendStatus.UNKNOWN, f"http_{status}")

    def _all(
        self, permits: list[str], status: SendStatus, reason: str, retry_after: float = 0.0
    ) -> list[SendResult]:
        return [self._one(permit, status, reason, retry_after) for permit in permits]

    def _one(self, permit: str, status: SendStatus, reason: str, retry_after: float = 0.0) -> SendResult:
        return SendResult(permit, status, self.reckoned, reason=reason, retry_after=retry_after)

    def _result(self, item: _Result) -> SendResult:
        cost = self.reckoned
        if item.cost is not None and item.cost.is_finite() and item.cost >= 0:
            cost = Cost(item.cost, item.currency or cost.currency)
        status = SendStatus.ACCEPTED if item.status == "accepted" else SendStatus.REJECTED
        return SendResult(item.idempotency_key, status, cost, item.provider_id, _code(item.reason))


def _code(reason: str | None) -> str | None:
    """A provider's reason where it is a code; prose could repeat the message or the number."""
    return reason if reason is None or _REASON.fullmatch(reason) else "other"


def _retry_after(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() else 1.0
