"""The bodies of providers' webhooks, and their schemas for the API document."""

import re
from typing import Annotated, Any

import msgspec

from services.outreach.domain.facts import ReceiptStatus
from services.outreach.inbound import InboundMessage
from services.outreach.store.receipts import Receipt
from shared.contracts.base import Instant
from shared.ids import derive_id
from shared.web.problems import Unprocessable

_REASON = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_LATEST_YEAR = 9000
_REF = "{name}"
_Reference = Annotated[str, msgspec.Meta(max_length=200, pattern="^[!-~]+$")]
_OurId = Annotated[str, msgspec.Meta(max_length=64, pattern="^[!-~]+$")]
_Text = Annotated[str, msgspec.Meta(max_length=4000)]


class ReceiptItem(msgspec.Struct):
    """What became of one message or call; named by our permit id or by the provider's own id."""

    status: ReceiptStatus
    at: Instant
    provider_id: _Reference | None = None
    idempotency_key: _OurId | None = None
    reason: Annotated[str, msgspec.Meta(max_length=1000)] | None = None

    def __post_init__(self) -> None:
        if self.provider_id is None and self.idempotency_key is None:
            raise ValueError("a receipt needs provider_id or idempotency_key")
        _check_instant(self.at)


class ReceiptsReport(msgspec.Struct):
    """A provider's delivery receipts."""

    receipts: Annotated[list[ReceiptItem], msgspec.Meta(max_length=1000)]


class MessageItem(msgspec.Struct):
    """One inbound message."""

    message_id: _Reference
    text: _Text
    at: Instant
    in_reply_to: _OurId | None = None
    from_contact_point: _OurId | None = None

    def __post_init__(self) -> None:
        _check_instant(self.at)


class InboundReport(msgspec.Struct):
    """A provider's inbound messages."""

    messages: Annotated[list[MessageItem], msgspec.Meta(max_length=1000)]


_receipts = msgspec.json.Decoder(ReceiptsReport)
_inbound = msgspec.json.Decoder(InboundReport)


def receipts_of(provider: str, body: bytes) -> list[Receipt]:
    """The receipts of a body. Raises Unprocessable with the place that is wrong."""
    return [_receipt(provider, item) for item in _decode(_receipts, body).receipts]


def messages_of(body: bytes) -> list[InboundMessage]:
    """The messages of a body. Raises Unprocessable with the place that is wrong."""
    return [
        InboundMessage(item.message_id, item.in_reply_to, item.from_contact_point, item.text, item.at)
        for item in _decode(_inbound, body).messages
    ]


def request_body(report: type[msgspec.Struct]) -> dict[str, Any]:
    """What the API document says of the body: it is read from its signed bytes, not by the framework."""
    (schema,), components = msgspec.json.schema_components([report], ref_template=_REF)
    whole = _inlined(schema, components)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


def _inlined(node: Any, components: dict[str, Any]) -> Any:
    """The schema without references: they would point into the document, where these parts are not."""
    if isinstance(node, dict):
        if "$ref" in node:
            return _inlined(components[node["$ref"]], components)
        return {key: _inlined(value, components) for key, value in node.items()}
    if isinstance(node, list):
        return [_inlined(item, components) for item in node]
    return node


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Unprocessable(_explained(error), slug="validation") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unprocessable("The body is not JSON.", slug="validation") from None


def _explained(error: msgspec.ValidationError) -> str:
    """Where and what, without the value: msgspec names types and limits, for an enum also the input."""
    message, _, place = str(error).partition(" - at ")
    message = "Invalid value" if message.startswith("Invalid enum value") else message
    return f"{message} at {place}." if place else f"{message}."


def _check_instant(at: Instant) -> None:
    # Its UTC day and the days around it must be dates.
    if not 1 < at.year < _LATEST_YEAR:
        raise ValueError("at is not a plausible instant")


def _receipt(provider: str, item: ReceiptItem) -> Receipt:
    name = ("permit", item.idempotency_key) if item.idempotency_key else ("reference", item.provider_id or "")
    reason = item.reason
    if reason is not None and not _REASON.fullmatch(reason):
        reason = "other"  # prose could repeat the message or the number
    return Receipt(
        derive_id("receipt", provider, *name, item.status),
        provider,
        item.idempotency_key,
        item.provider_id,
        item.status,
        item.at,
        reason,
    )
