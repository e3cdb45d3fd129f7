"""A collector's record of what a contact came to."""

from dataclasses import dataclass

from services.outreach.contact_set import ContactSet
from services.outreach.domain.contact import MADE, Contact
from services.outreach.domain.facts import OutcomeReported
from services.outreach.store import replies as store
from services.outreach.store import tasks as task_store
from services.outreach.store.replies import OutcomeRow
from shared.security.fields import FieldCipher
from shared.stream.work import Work


class NoSuchContactError(LookupError):
    """There is no contact of this id."""


class NotMadeError(Exception):
    """The contact has not been made, or came to its end: there is nothing to record."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the collector enters; `by` is the collector's subject, `note` is sealed before it is kept."""

    contact_id: str
    reported: OutcomeReported
    by: str
    note: str | None


async def record(work: Work, entry: Record, cipher: FieldCipher) -> Contact:
    """The contact after the outcome. Raises NoSuchContactError, NotMadeError."""
    contacts = ContactSet(work)
    await contacts.load([entry.contact_id])
    contact = contacts.contacts.get(entry.contact_id)
    if contact is None:
        raise NoSuchContactError(entry.contact_id)
    if contact.state not in MADE:
        raise NotMadeError(contact.state)
    after = contacts.apply(entry.contact_id, entry.reported)
    assert after is not None
    reported, promised = entry.reported, entry.reported.promised
    row = OutcomeRow(
        reported.outcome_id,
        entry.contact_id,
        reported.outcome,
        promised.amount if promised else None,
        promised.currency if promised else None,
        reported.promise_due,
        entry.by,
        cipher.seal(entry.note, reported.outcome_id) if entry.note else None,
        reported.at,
    )
    await store.add_outcomes(work.connection, [row])
    await task_store.done(work.connection, entry.contact_id, reported.outcome, reported.at)
    await contacts.save()
    return after
