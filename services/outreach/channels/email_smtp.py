"""E-mail by SMTP: one connection for a batch, the Message-ID from the permit id.

SMTP cannot be asked later what it took. What the server refuses, in the envelope or after the data, is
rejected; where the connection ends between the data and the reply, the message may have gone out.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

import aiosmtplib

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

_PAUSE_SECONDS = 5.0


class Encryption(StrEnum):
    """How the connection to the server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The server that takes our mail, and who we are there. `timeout` in seconds, for a whole batch."""

    host: str
    port: int
    sender: str
    sender_name: str = ""
    username: str | None = None
    password: str | None = None
    encryption: Encryption = Encryption.STARTTLS
    timeout: float = 30.0


class EmailSmtp:
    """The mailbox's server. `cost` is what an e-mail is reckoned to cost."""

    channels = frozenset({Channel.EMAIL})
    can_look_up = False
    writes = True
    most = 50

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        provider: str = "smtp",
        cost: Decimal = Decimal(0),
        currency: Currency = "CNY",
    ) -> None:
        self.provider = provider
        self.deadline = mailbox.timeout
        self._mailbox = mailbox
        self.reckoned = Cost(cost, currency)

    async def send(self, messages: Sequence[OutgoingMessage]) -> list[SendResult]:
        """See the port."""
        messages, refused = permitted(messages, self.reckoned)
        return refused + (await self._send(messages) if messages else [])

    async def _send(self, messages: Sequence[OutgoingMessage]) -> list[SendResult]:
        results: dict[str, SendResult] = {}
        try:
            async with asyncio.timeout(self.deadline):
                await self._send_all(messages, results)
        except (aiosmtplib.SMTPException, OSError, ValueError):
            pass  # what has no result by now was not sent
        return [
            results.get(m.permit_id) or self._result(m, SendStatus.NOT_SENT, "unreachable") for m in messages
        ]

    async def lookup(self, permits: Sequence[str]) -> list[SendResult]:
        """SMTP cannot say."""
        raise LookupUnavailableError("SMTP has no look-up")

    async def close(self) -> None:
        """Connections live for a batch only."""

    async def _send_all(self, messages: Sequence[OutgoingMessage], results: dict[str, SendResult]) -> None:
        box = self._mailbox
        client = aiosmtplib.SMTP(
            hostname=box.host,
            port=box.port,
            username=box.username,
            password=box.password,
            use_tls=box.encryption is Encryption.TLS,
            start_tls=box.encryption is Encryption.STARTTLS,
            timeout=box.timeout,
        )
        async with client:
            for message in messages:
                results[message.permit_id] = await self._send_one(client, message, results)

    async def _send_one(
        self, client: aiosmtplib.SMTP, message: OutgoingMessage, results: dict[str, SendResult]
    ) -> SendResult:
        """Errors of the connection are raised; the others are the message's result."""
        try:
            content = self._content(message)
        except (ValueError, MessageError):
            return self._result(message, SendStatus.REJECTED, "bad_address")
        try:
            await client.mail(self._mailbox.sender)
            await client.rcpt(message.to)
            # From here until the reply nobody can tell, also where this task is cancelled.
            results[message.permit_id] = self._result(message, SendStatus.UNKNOWN, "no_answer")
            await client.data(content)
        except aiosmtplib.SMTPResponseException as error:
            results.pop(message.permit_id, None)
            if _is_about_us(error):
                raise
            results[message.permit_id] = self._result(message, SendStatus.REJECTED, f"smtp_{error.code}")
            await client.rset()
            return results[message.permit_id]
        return self._result(message, SendStatus.ACCEPTED, None)

    def _content(self, message: OutgoingMessage) -> bytes:
        box = self._mailbox
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = self._message_id(message.permit_id)
        mail["Date"] = datetime.now(UTC)
        mail["From"] = Address(display_name=box.sender_name, addr_spec=box.sender)
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = message.subject
        mail["Content-Language"] = message.language
        mail.set_content(message.text, charset="utf-8", cte="base64")
        return mail.as_bytes()

    def _message_id(self, permit_id: str) -> str:
        return f"<{permit_id}@{self._mailbox.sender.rpartition('@')[2]}>"

    def _result(self, message: OutgoingMessage, status: SendStatus, reason: str | None) -> SendResult:
        wait = _PAUSE_SECONDS if status is SendStatus.NOT_SENT else 0.0
        reference = None if status in (SendStatus.REJECTED, SendStatus.NOT_SENT) else message.permit_id
        return SendResult(message.permit_id, status, self.reckoned, reference, reason, wait)


def _is_about_us(error: aiosmtplib.SMTPResponseException) -> bool:
    """Whether the server cannot take mail from us now, whatever the message: the rest of the batch waits."""
    busy_sender = isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code < 500
    return error.code == aiosmtplib.SMTPStatus.domain_unavailable or busy_sender
