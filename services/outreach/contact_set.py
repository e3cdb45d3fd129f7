"""The contacts that one transaction works on: loaded and locked once, decided one by one, saved once."""

from collections.abc import Iterable
from typing import Any

from services.outreach.domain.contact import Contact, HistoryEntry, history_of
from services.outreach.domain.facts import Step
from services.outreach.domain.machine import changing, decide
from services.outreach.store import contacts as store
from shared.contracts.base import Event
from shared.stream.work import Work


class ContactSet:
    """What is decided here is written, and its events emitted in the order of the decisions, by `save`."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.contacts: dict[str, Contact] = {}
        self._new: set[str] = set()
        self._changed: set[str] = set()
        self._kinds: set[type[Any]] = set()
        self._history: list[HistoryEntry] = []

    async def load(self, contact_ids: Iterable[str]) -> None:
        """Load and lock contacts; one query, so call it once a transaction."""
        self.contacts |= await store.locked(self._work.connection, contact_ids)

    def open(self, contact: Contact, fact: object) -> bool:
        """Put a new contact into the set, decided by its first fact; False where it is on file already."""
        if contact.contact_id in self.contacts:
            return False
        self._new.add(contact.contact_id)
        self._take(decide(contact, fact, self._work.now), contact)
        return True

    def apply(self, contact_id: str, fact: object) -> Contact | None:
        """The contact after `fact`; None where there is no such contact in the set."""
        contact = self.contacts.get(contact_id)
        if contact is None:
            return None
        step = decide(contact, fact, self._work.now)
        if step.contact is not contact:
            self._changed.add(contact_id)
            self._kinds.add(type(fact))
        self._take(step, contact)
        return step.contact

    async def save(self) -> None:
        """Write new and changed contacts and their histories."""
        connection = self._work.connection
        await store.add(connection, [self.contacts[name] for name in sorted(self._new)])
        changed = [self.contacts[name] for name in sorted(self._changed)]
        await store.save(connection, changed, changing(self._kinds))
        await store.add_history(connection, self._history)

    def _take(self, step: Step, before: Contact) -> None:
        after = step.contact
        self.contacts[after.contact_id] = after
        if after.version != before.version:
            self._history.append(history_of(after))
        for event in step.events:
            self._emit(event, after)
        if step.wake is not None:
            self._wake(step, after)

    def _emit(self, event: Event, contact: Contact) -> None:
        self._work.emit(event, key=contact.person_id, correlation=contact.correlation)

    def _wake(self, step: Step, contact: Contact) -> None:
        assert step.wake is not None
        kind, due_at = step.wake
        if due_at is None:
            self._work.cancel_timer(kind, contact.contact_id)
        else:
            self._work.set_timer(kind, contact.contact_id, due_at, aggregate=contact.person_id)
