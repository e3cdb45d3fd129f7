"""Recording what a round came to: states, tasks, events and early receipts in one transaction."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from services.outreach import metrics, receipts
from services.outreach.approved import ApprovedTexts
from services.outreach.channels.port import ChannelAdapter, SendResult
from services.outreach.contact_set import ContactSet
from services.outreach.domain import facts
from services.outreach.domain.contact import Contact, ContactState
from services.outreach.people import debtor_of
from services.outreach.store import parties as party_store
from services.outreach.store import tasks as task_store
from shared.stream.transaction import Transactions
from shared.stream.work import Work
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
_TRIES = 3
_COUNTED_AS = {
    facts.Sent: "sent",
    facts.Unknown: "unconfirmed",
    facts.Rejected: "rejected",
    facts.Undeliverable: "undeliverable",
    facts.Refused: "refused",
    facts.Released: "released",
}


class Expired(NamedTuple):
    """The permit is over, or for words not in use any more; who to ask about is known when recorded."""

    permit_id: str


def sent(result: SendResult, adapter: ChannelAdapter, digest: str | None) -> facts.Sent:
    """The fact that a provider took a message."""
    return facts.Sent(
        result.permit_id,
        adapter.provider,
        result.provider_reference,
        result.cost.rounded(),
        result.cost.amount,
        digest,
    )


def unknown(permit_id: str, adapter: ChannelAdapter, digest: str | None) -> facts.Unknown:
    """The fact that nobody can tell whether a message went out; it is reckoned as if it had."""
    cost = adapter.reckoned
    return facts.Unknown(permit_id, adapter.provider, cost.rounded(), cost.amount, digest)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes the outcomes of rounds."""

    transactions: Transactions
    max_asks: int
    texts: ApprovedTexts

    async def record(self, outcome: Mapping[str, object], adapter: ChannelAdapter) -> None:
        """Record a fact for each contact. Doing it again changes nothing.

        What cannot be recorded is found in doubt when the lease ends.
        """
        if not outcome:
            return
        for last in (False,) * (_TRIES - 1) + (True,):
            try:
                async with self.transactions.begin() as work:
                    await self._write(work, outcome, adapter)
                break
            except (DBAPIError, OSError) as error:
                if last:
                    raise
                _log.warning("record_failed", provider=adapter.provider, error=type(error).__name__)
                await asyncio.sleep(0.5)
        counts = Counter(_COUNTED_AS.get(type(fact), "expired") for fact in outcome.values())
        for result, count in counts.items():
            metrics.messages_total.labels(adapter.provider, result).inc(count)

    async def _write(self, work: Work, outcome: Mapping[str, object], adapter: ChannelAdapter) -> None:
        contacts = ContactSet(work)
        await contacts.load(outcome)
        known = await self._with_parties(work, contacts, outcome)
        moved: list[Contact] = []
        for contact_id, fact in known.items():
            before = contacts.contacts.get(contact_id)
            after = contacts.apply(contact_id, fact)
            if after is not None and after is not before:
                moved.append(after)
        await receipts.apply_waiting(
            work, contacts, adapter.provider, [contact.contact_id for contact in moved]
        )
        if not adapter.writes:
            gone = [contact for contact in moved if contact.state is ContactState.DISPATCHED]
            await task_store.add(work.connection, gone, work.now)
        await contacts.save()

    async def _with_parties(
        self, work: Work, contacts: ContactSet, outcome: Mapping[str, object]
    ) -> dict[str, object]:
        """The facts, those about expired permits completed."""
        expired = {name: fact for name, fact in outcome.items() if isinstance(fact, Expired)}
        if not expired:
            return dict(outcome)
        asking = {name: contacts.contacts[name] for name in expired if name in contacts.contacts}
        customers = {contact.customer_id for contact in asking.values()}
        people = await party_store.of_customers(work.connection, customers)
        words_of = (await self.texts.now(work.connection)).words_of
        completed: dict[str, object] = {}
        for name, contact in asking.items():
            debtor = debtor_of(people, contact.customer_id)
            words = words_of(contact, debtor)
            permit_id = expired[name].permit_id
            completed[name] = facts.PermitExpired(permit_id, debtor, self.max_asks, words)
        return {**outcome, **completed}
