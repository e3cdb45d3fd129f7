"""What the dispatcher asks of a channel, and what it is told."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.contracts.base import Currency, Money
from shared.contracts.vocabulary import Channel

_CENT = Decimal("0.01")


class SendStatus(StrEnum):
    """What became of a message handed to a provider."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


class OutgoingMessage(NamedTuple):
    """A message ready to go; the permit id is the idempotency key. `to` and `text` are never logged.

    `leaf_index` is where the audit log holds the redemption of its permit; None until it is redeemed.
    """

    permit_id: str
    contact_id: str
    channel: Channel
    to: str
    subject: str
    text: str
    language: str
    leaf_index: int | None = None


class Cost(NamedTuple):
    """What an attempt cost, exact; zero or more."""

    amount: Decimal
    currency: Currency

    def rounded(self) -> Money:
        """The cost in whole cents, as events carry it."""
        return Money(amount=self.amount.quantize(_CENT, ROUND_HALF_UP), currency=self.currency)


class SendResult(NamedTuple):
    """What a provider said about one message.

    UNKNOWN: it may have gone out; ask by look-up. NOT_SENT: it certainly has not; try again after
    `retry_after` seconds. `cost` is given for ACCEPTED, and for UNKNOWN what it costs if it went out.
    """

    permit_id: str
    status: SendStatus
    cost: Cost
    provider_reference: str | None = None
    reason: str | None = None
    retry_after: float = 0.0


class LookupUnavailableError(Exception):
    """The provider cannot say now; ask later."""


class ChannelAdapter(Protocol):
    """A provider. Every call ends within `deadline` seconds and never raises but as said here."""

    @property
    def provider(self) -> str:
        """Its name in events, receipts and metrics."""

    @property
    def channels(self) -> frozenset[Channel]:
        """What it serves."""

    @property
    def can_look_up(self) -> bool:
        """Whether it can be asked later what it took; else a message in doubt stays unconfirmed."""

    @property
    def writes(self) -> bool:
        """Whether it needs an address and a text; else its contacts become tasks of ours."""

    @property
    def reckoned(self) -> Cost:
        """What an attempt costs where the provider does not say."""

    @property
    def most(self) -> int:
        """How many messages `send` and `lookup` take."""

    @property
    def deadline(self) -> float:
        """Seconds within which `send` and `lookup` end."""

    async def send(self, messages: Sequence[OutgoingMessage]) -> list[SendResult]:
        """Hand over up to `most` messages; a result for each, in any order. Never raises.

        A message without the leaf of its redeemed permit is not sent (`permitted.py`).
        """

    async def lookup(self, permits: Sequence[str]) -> list[SendResult]:
        """What the provider knows of these permits; those it does not know are left out.

        Raises LookupUnavailableError.
        """

    async def close(self) -> None:
        """Let go of connections."""
