"""Inbound messages become outcomes: each once, with or without the contact that it answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.outreach import metrics
from services.outreach.contact_set import ContactSet
from services.outreach.domain.contact import Contact, arrears_of
from services.outreach.domain.facts import OutcomeReported
from services.outreach.domain.replies import Meaning, Sender, understand, without_contact
from services.outreach.store import contacts as contact_store
from services.outreach.store import parties as party_store
from services.outreach.store import replies as store
from services.outreach.store.parties import PointOwner
from services.outreach.store.replies import InboundRow, OutcomeRow
from shared.contracts.base import Currency
from shared.contracts.vocabulary import Channel, ContactPointKind
from shared.ids import derive_id
from shared.security.fields import FieldCipher
from shared.stream.work import Work

_CHANNEL_OF = {
    ContactPointKind.PHONE: Channel.SMS,
    ContactPointKind.EMAIL: Channel.EMAIL,
    ContactPointKind.APP: Channel.APP_PUSH,
    ContactPointKind.ADDRESS: Channel.LETTER,
}
# The person's own day may be the one before the message's day in UTC.
_EARLIEST_OWN_DAY = timedelta(hours=12)


class InboundMessage(NamedTuple):
    """A message from outside; `in_reply_to` is the permit id of ours that it answers."""

    message_id: str
    in_reply_to: str | None
    from_contact_point: str | None
    text: str
    at: datetime


class _Understood(NamedTuple):
    message: InboundMessage
    outcome_id: str
    meaning: Meaning
    contact: Contact | None
    owner: PointOwner | None


async def take(
    work: Work, provider: str, messages: Sequence[InboundMessage], cipher: FieldCipher, currency: Currency
) -> dict[str, int]:
    """Keep and apply a provider's messages; how many were applied, are unmatched, or repeats."""
    contacts = ContactSet(work)
    permits = [message.in_reply_to for message in messages if message.in_reply_to]
    await contacts.load(await contact_store.named_by(work.connection, provider, permits, []))
    answered = {contact.permit_id or "": contact for contact in contacts.contacts.values()}
    points = [message.from_contact_point for message in messages if message.from_contact_point]
    owners = await party_store.owners(work.connection, points)
    read = {message.message_id: _read(message, provider, answered, owners, currency) for message in messages}
    rows = [_row(one, provider, cipher, work.now) for one in read.values()]
    new = [read[message_id] for message_id in await store.add_messages(work.connection, rows)]
    new.sort(key=lambda one: (one.message.at, one.message.message_id))
    unmatched = sum(not _publish(one, contacts, work) for one in new)
    outcomes = [_outcome(one, provider) for one in new if one.contact is not None]
    await store.add_outcomes(work.connection, outcomes)
    await contacts.save()
    counts = {
        "applied": len(new) - unmatched,
        "unmatched": unmatched,
        "repeated": len(messages) - len(new),
    }
    for result, count in counts.items():
        metrics.inbound_total.labels(result).inc(count)
    return counts


def _read(
    message: InboundMessage,
    provider: str,
    answered: Mapping[str, Contact],
    owners: Mapping[str, PointOwner],
    currency: Currency,
) -> _Understood:
    contact = answered.get(message.in_reply_to or "")
    owed = arrears_of(contact.arrears) if contact else []
    meant = owed[0].currency if owed else currency
    meaning = understand(message.text, (message.at - _EARLIEST_OWN_DAY).date(), meant)
    outcome_id = derive_id("outcome", provider, message.message_id)
    return _Understood(message, outcome_id, meaning, contact, owners.get(message.from_contact_point or ""))


def _publish(one: _Understood, contacts: ContactSet, work: Work) -> bool:
    """Whether anybody is known whom the message is from."""
    meaning, at = one.meaning, one.message.at
    if one.contact is not None:
        reported = OutcomeReported(
            one.outcome_id,
            meaning.outcome,
            at,
            meaning.promised,
            meaning.promise_due,
            meaning.opted_out,
        )
        contacts.apply(one.contact.contact_id, reported)
        return True
    if one.owner is None:
        return False
    owner = one.owner
    sender = Sender(owner.person_id, owner.customer_id, _CHANNEL_OF[owner.kind], owner.contact_point_id)
    for event in without_contact(sender, one.outcome_id, meaning, at):
        work.emit(event, key=owner.person_id)
    return True


def _row(one: _Understood, provider: str, cipher: FieldCipher, now: datetime) -> InboundRow:
    message, contact, owner = one.message, one.contact, one.owner
    known = contact or owner
    return InboundRow(
        provider,
        message.message_id,
        contact.contact_id if contact else None,
        known.person_id if known else None,
        known.customer_id if known else None,
        message.from_contact_point,
        one.meaning.outcome,
        cipher.seal(message.text, one.outcome_id),
        message.at,
        now,
    )


def _outcome(one: _Understood, provider: str) -> OutcomeRow:
    assert one.contact is not None
    promised = one.meaning.promised
    return OutcomeRow(
        one.outcome_id,
        one.contact.contact_id,
        one.meaning.outcome,
        promised.amount if promised else None,
        promised.currency if promised else None,
        one.meaning.promise_due,
        provider,
        None,
        one.message.at,
    )
