"""A mail server that delivers nothing, and reads who was meant and under which permit."""

import asyncio
import logging
import re
from typing import Any

from aiosmtpd.smtp import SMTP

from simulator.deliveries import Deliveries
from simulator.faults import FaultSource
from simulator.message_book import MessageBook, Taken

CHANNEL = "email"
_PERMIT = re.compile(rb"^Message-ID:\s*<([!-;=?-~]{1,64})@", re.IGNORECASE | re.MULTILINE)
_LARGEST_MAIL = 1024 * 1024


class MailSink:
    """Takes mail whose Message-ID begins with a permit id; a repeat counts twice, for SMTP cannot tell."""

    def __init__(self, book: MessageBook, deliveries: Deliveries, faults: FaultSource, provider: str) -> None:
        self._book = book
        self._deliveries = deliveries
        self._faults = faults
        self._provider = provider
        self.taken = 0

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        """One mail; the name and the answer are aiosmtpd's."""
        if self._faults.mail_is_busy():
            return "451 4.3.2 busy, try again later"
        content: bytes = envelope.content
        found = _PERMIT.search(content.replace(b"\r\n", b"\n").partition(b"\n\n")[0])
        if found is None:
            return "550 5.6.0 a Message-ID of the form <permit@domain> is needed"
        permit_id = found[1].decode()
        at = self._deliveries.now()
        for address in envelope.rcpt_tos[:1]:
            self.taken += 1
            state = self._deliveries.deliver(self._provider, permit_id, permit_id, address, "")
            # A mail has no name of the server's own but the one that it gives it in its queue.
            name = f"mail-{self.taken}-{permit_id}"
            self._book.take(Taken(permit_id, "", CHANNEL, name, address, state, at), 0)
        self._book.flush()
        return "250 2.0.0 taken"


async def serve_mail(sink: MailSink, host: str, port: int) -> asyncio.Server:
    """Listen. OSError where the port is taken."""
    # aiosmtpd logs envelopes, addresses included.
    logging.getLogger("mail").setLevel(logging.CRITICAL)
    loop = asyncio.get_running_loop()

    def connection() -> asyncio.Protocol:
        server: asyncio.Protocol = SMTP(
            sink, hostname="sink.example.com", data_size_limit=_LARGEST_MAIL, enable_SMTPUTF8=True, loop=loop
        )
        return server

    return await loop.create_server(connection, host, port)
