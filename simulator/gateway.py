"""The SMS gateway: takes messages in batches, each idempotency key once."""

import asyncio
import re
from decimal import Decimal
from hashlib import sha256
from typing import Annotated

import msgspec

from simulator.accounts import CURRENCY
from simulator.assumptions import SMS_PRICE_PER_SEGMENT
from simulator.deliveries import Deliveries
from simulator.faults import FaultSource
from simulator.message_book import REJECTED, MessageBook, Taken
from simulator.web import Response, answer, refuse

CHANNEL = "sms"
_NUMBER = re.compile(r"\+\d{8,15}")
_PRICE = Decimal(SMS_PRICE_PER_SEGMENT)
_Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Sms(msgspec.Struct):
    idempotency_key: _Key
    to: Annotated[str, msgspec.Meta(max_length=32)]
    text: Annotated[str, msgspec.Meta(max_length=2000)]
    reference: Annotated[str, msgspec.Meta(max_length=64)] = ""


class _Batch(msgspec.Struct):
    messages: Annotated[list[_Sms], msgspec.Meta(max_length=100)]


class _Wanted(msgspec.Struct):
    idempotency_keys: Annotated[list[_Key], msgspec.Meta(max_length=1000)]


class _Result(msgspec.Struct, omit_defaults=True):
    idempotency_key: str
    status: str
    provider_id: str | None = None
    cost: Decimal | None = None
    currency: str | None = None
    reason: str | None = None


_decode_batch = msgspec.json.Decoder(_Batch).decode
_decode_wanted = msgspec.json.Decoder(_Wanted).decode


class Gateway:
    """Takes messages and hands them to `deliveries`."""

    def __init__(self, book: MessageBook, deliveries: Deliveries, faults: FaultSource, provider: str) -> None:
        self._book = book
        self._deliveries = deliveries
        self._faults = faults
        self._provider = provider
        self.repeated = 0

    async def send(self, body: bytes) -> Response:
        """POST /messages."""
        batch = _decode_batch(body)
        fault = self._faults.of_request()
        if fault == "too_many_requests":
            return refuse(429, "too many requests", (b"retry-after", b"1"))
        if fault == "server_error":
            return refuse(500, "the gateway has a fault")
        results = [self._take(message) for message in batch.messages]
        self._book.flush()
        if fault == "accept_then_time_out":
            await asyncio.sleep(self._faults.faults.hold_seconds)
        return answer({"results": results})

    async def look_up(self, body: bytes) -> Response:
        """POST /messages/lookup: what was accepted."""
        found = []
        for key in _decode_wanted(body).idempotency_keys:
            segments = self._book.known(key)
            if segments is not None and segments != REJECTED:
                found.append(_accepted(key, segments))
        return answer({"found": found})

    def _take(self, message: _Sms) -> _Result:
        key = message.idempotency_key
        segments = self._book.known(key)
        if segments is not None:
            self.repeated += 1
        elif not _NUMBER.fullmatch(message.to) or not message.text:
            self._book.reject(key)
            segments = REJECTED
        else:
            segments = segments_of(message.text)
            at, name = self._deliveries.now(), _provider_id(key)
            state = self._deliveries.deliver(self._provider, key, name, message.to, message.reference)
            taken = Taken(key, message.reference, CHANNEL, name, message.to, state, at)
            self._book.take(taken, segments)
        if segments == REJECTED:
            return _Result(key, "rejected", reason="invalid_message")
        return _accepted(key, segments)


def segments_of(text: str) -> int:
    """How many segments a message takes in UCS-2: 70 characters alone, 67 each when it is split."""
    return 1 if len(text) <= 70 else -(-len(text) // 67)


def _accepted(key: str, segments: int) -> _Result:
    return _Result(key, "accepted", _provider_id(key), segments * _PRICE, CURRENCY)


def _provider_id(key: str) -> str:
    # Of the gateway's own making: what senders write does not come back as its name for a message.
    return f"sms-{sha256(key.encode()).hexdigest()[:24]}"
