"""What became of contacts: reservations used or freed, complaints, opt-outs, and a leaf for each fact."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.compliance.domain.conduct import (
    Complaint,
    OptedOut,
    PlacedHold,
    complaint_from,
    hold_from,
    opt_out,
)
from services.compliance.domain.permit import Permit, Refusal
from services.compliance.journal import Journal
from services.compliance.store import attempts, holds, log
from services.compliance.telling import complained, placed, violated
from shared.contracts import contacts
from shared.contracts.base import Event
from shared.contracts.vocabulary import HoldKind, OutcomeCode
from shared.stream.received import Received
from shared.stream.work import Work

HEEDED = frozenset({OutcomeCode.COMPLAINT, OutcomeCode.OPTED_OUT, OutcomeCode.WRONG_NUMBER})
"""Outcomes that change what the gate permits."""


def concerns_person(event: Event) -> bool:
    """Whether the event changes what is on file about its person, and so needs the person's lock."""
    return isinstance(event, contacts.OptedOut) or (
        isinstance(event, contacts.OutcomeRecorded) and event.outcome in HEEDED
    )


async def apply(
    received: Sequence[Received[Event]], work: Work, journal: Journal, complaint_term: timedelta
) -> None:
    """Apply facts about contacts, each once; the persons of those that concern one are locked."""
    facts: dict[str, Event] = {}
    for one in received:
        facts.setdefault(fact_id(one), one.event)
    for fact in await log.known(work.connection, facts):
        del facts[fact]
    if not facts:
        return
    conduct = Conduct(work, journal, complaint_term)
    await conduct.load(facts.values())
    for fact, event in facts.items():
        conduct.take(fact, event)
    await conduct.save()


def fact_id(received: Received[Event]) -> str:
    """The name of the fact for ever: an outcome has its own, others their topic and CloudEvents id."""
    event = received.event
    if isinstance(event, contacts.OutcomeRecorded):
        return f"outcome:{event.outcome_id}"
    return f"{received.topic}/{received.id}"


@dataclass(slots=True)
class Conduct:
    """A batch of facts about contacts, and what they change."""

    work: Work
    journal: Journal
    complaint_term: timedelta
    permits: dict[str, Permit] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Permit] = field(default_factory=dict)
    holds: list[PlacedHold] = field(default_factory=list)
    opt_outs: dict[tuple[str, str], OptedOut] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    async def load(self, events: Collection[Event]) -> None:
        """The permits that the facts are about, locked, and the contact points of wrong numbers."""
        wanted = {
            event.permit_id for event in events if isinstance(event, _ABOUT_PERMITS) and event.permit_id
        }
        self.permits = await attempts.locked(self.work.connection, wanted)
        wrong = [event for event in events if isinstance(event, contacts.OutcomeRecorded)]
        wrong = [event for event in wrong if event.outcome == OutcomeCode.WRONG_NUMBER]
        self.points = await attempts.points_of(
            self.work.connection,
            {event.person_id for event in wrong},
            {event.contact_id for event in wrong if event.contact_id is not None},
        )

    def take(self, fact: str, event: Any) -> None:
        """Apply one fact; others than those about contacts are not expected here."""
        _TAKES[type(event)](self, fact, event)

    async def save(self) -> None:
        """Write what changed."""
        connection = self.work.connection
        await attempts.save(connection, [self.changed[permit_id] for permit_id in sorted(self.changed)])
        await holds.place(connection, self.holds)
        await holds.opt_out_of(connection, list(self.opt_outs.values()))
        await holds.open_complaints(connection, self.complaints)

    def dispatched(self, fact: str, event: contacts.ContactDispatched) -> None:
        self._leaf(fact, "dispatched", event, event.dispatched_at)
        self._left(fact, event, event.permit_id, event.dispatched_at)

    def failed(self, fact: str, event: contacts.ContactFailed) -> None:
        self._leaf(fact, "failed", event, event.failed_at, payload={"reason": event.reason})
        if event.permit_id is None:
            return
        if event.left_bank:
            self._left(fact, event, event.permit_id, event.failed_at)
        else:
            self._free(event.permit_id)

    def withdrawn(self, fact: str, event: contacts.ContactWithdrawn) -> None:
        # Without a permit nothing was reserved: the contact never got to the gate, or not past it.
        if event.permit_id is not None:
            self.journal.add(
                fact,
                "withdrawn",
                event.person_id,
                event.withdrawn_at,
                contact=event.contact_id,
                permit=event.permit_id,
            )
            self._free(event.permit_id)

    def delivered(self, fact: str, event: contacts.ContactDelivered) -> None:
        self._leaf(fact, "delivered", event, event.delivered_at)

    def answered(self, fact: str, event: contacts.ContactAnswered) -> None:
        self._leaf(fact, "answered", event, event.answered_at)

    def outcome(self, fact: str, event: contacts.OutcomeRecorded) -> None:
        said = {"outcome": event.outcome, "promised": event.promised, "promise_due": event.promise_due}
        self.journal.add(
            fact,
            "outcome",
            event.person_id,
            event.recorded_at,
            payload={name: value for name, value in said.items() if value is not None},
            channel=event.channel,
            contact=event.contact_id,
        )
        if event.outcome == OutcomeCode.COMPLAINT:
            self._complain(event)
        elif event.outcome == OutcomeCode.OPTED_OUT:
            self._opt_out(opt_out(event.person_id, event.channel, event.recorded_at))
        elif event.outcome == OutcomeCode.WRONG_NUMBER and event.contact_id in self.points:
            self._hold(hold_from(event, HoldKind.WRONG_NUMBER, self.points[event.contact_id]))

    def opted_out(self, fact: str, event: contacts.OptedOut) -> None:
        self.journal.add(fact, "opted_out", event.person_id, event.opted_out_at, channel=event.channel)
        self._opt_out(opt_out(event.person_id, event.channel, event.opted_out_at))

    def _leaf(self, fact: str, kind: str, event: Any, at: Any, payload: object | None = None) -> None:
        self.journal.add(
            fact,
            kind,
            event.person_id,
            at,
            payload,
            channel=event.channel,
            contact=event.contact_id,
            permit=event.permit_id,
        )

    def _left(self, fact: str, event: Any, permit_id: str, at: Any) -> None:
        permit = self.permits.get(permit_id)
        if permit is None or permit.contact_id != event.contact_id:
            violated(fact, event, Refusal.UNKNOWN, self.work, self.journal)
            return
        violation = permit.dispatched(at)
        self.changed[permit_id] = permit
        if violation is not None:
            violated(fact, event, violation, self.work, self.journal)

    def _free(self, permit_id: str) -> None:
        permit = self.permits.get(permit_id)
        if permit is not None and permit.not_sent():
            self.changed[permit_id] = permit

    def _complain(self, event: contacts.OutcomeRecorded) -> None:
        complaint = complaint_from(event, self.complaint_term)
        self.complaints.append(complaint)
        complained(complaint, self.work, self.journal)
        self._hold(hold_from(event, HoldKind.COMPLAINT))

    def _hold(self, hold: PlacedHold) -> None:
        self.holds.append(hold)
        placed(hold, self.work, self.journal)

    def _opt_out(self, made: OptedOut) -> None:
        self.opt_outs.setdefault((made.person_id, made.channel), made)


_ABOUT_PERMITS = (contacts.ContactDispatched, contacts.ContactFailed, contacts.ContactWithdrawn)
_TAKES: dict[type[Event], Callable[[Conduct, str, Any], None]] = {
    contacts.ContactDispatched: Conduct.dispatched,
    contacts.ContactFailed: Conduct.failed,
    contacts.ContactWithdrawn: Conduct.withdrawn,
    contacts.ContactDelivered: Conduct.delivered,
    contacts.ContactAnswered: Conduct.answered,
    contacts.OutcomeRecorded: Conduct.outcome,
    contacts.OptedOut: Conduct.opted_out,
}
