"""Finds receipts that were committed in the same moment as the dispatch they belong to."""

import asyncio
from dataclasses import dataclass

from services.outreach import receipts
from services.outreach.contact_set import ContactSet
from services.outreach.store import receipts as store
from shared.stream.transaction import Transactions
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ReceiptSweep:
    """Rarely finds anything; one cheap query each time."""

    transactions: Transactions

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await self.once()
            except Exception as error:
                _log.warning("receipt_sweep_failed", error=type(error).__name__)

    async def once(self) -> None:
        """Apply what was passed by."""
        async with self.transactions.engine.connect() as connection:
            names = await store.passed_by(connection)
        if not names:
            return
        async with self.transactions.begin() as work:
            contacts = ContactSet(work)
            await contacts.load(names)
            providers = {contact.provider for contact in contacts.contacts.values() if contact.provider}
            for provider in sorted(providers):
                await receipts.apply_waiting(work, contacts, provider, list(contacts.contacts))
            await contacts.save()
