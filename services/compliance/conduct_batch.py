"""What became of contacts: reservations used or freed, outcomes, opt-outs; and a leaf for each fact."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.compliance import hindsight, violation_register
from services.compliance.complaints import ReportedComplaints
from services.compliance.domain.conduct import (
    OptedOut,
    PlacedHold,
    first_communications,
    hold_from,
    opt_out,
    received,
    validations,
)
from services.compliance.domain.gate.facts import AttemptOutcome
from services.compliance.domain.inspection.violations import Found
from services.compliance.domain.keeping import MilestoneRow
from services.compliance.domain.outcomes import MET, NOT_REACHED, SPOKEN, of_answer, of_failure, of_record
from services.compliance.domain.permit import AttemptState, Permit, Refusal
from services.compliance.journal import Journal
from services.compliance.store import attempts, holds, keeping
from services.compliance.telling import placed
from shared.contracts import contacts
from shared.contracts.base import Event
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import HoldKind, OutcomeCode, Purpose
from shared.stream.work import Work

BY_ITSELF = "conduct"
"""Who finds a contact that left without its permit."""


@dataclass(slots=True)
class Conduct:
    """A batch of facts about contacts, and what they change."""

    work: Work
    journal: Journal
    complaints: ReportedComplaints
    asked_in: frozenset[str] = frozenset()
    """The countries whose rules ask when a debtor was first communicated with."""
    permits: dict[str, Permit] = field(default_factory=dict)
    made: dict[str, Permit] = field(default_factory=dict)
    """The attempt of each contact that an outcome is about."""
    changed: dict[str, Permit] = field(default_factory=dict)
    arrived: set[str] = field(default_factory=set)
    inbound: dict[str, Permit] = field(default_factory=dict)
    holds: list[PlacedHold] = field(default_factory=list)
    opt_outs: dict[tuple[str, str], OptedOut] = field(default_factory=dict)
    validated: list[MilestoneRow] = field(default_factory=list)
    communicated: list[MilestoneRow] = field(default_factory=list)
    spoken: list[hindsight.Spoken] = field(default_factory=list)
    """Conversations that the batch tells of."""
    violations: list[Found] = field(default_factory=list)

    async def load(self, events: Collection[Event]) -> None:
        """The permits that the facts are about, locked, and where complainants live."""
        connection = self.work.connection
        wanted = {
            event.permit_id for event in events if isinstance(event, _ABOUT_PERMITS) and event.permit_id
        }
        outcomes = [event for event in events if isinstance(event, contacts.OutcomeRecorded)]
        about = {event.contact_id for event in outcomes if event.contact_id is not None}
        wanted |= await attempts.of_contacts(connection, {event.person_id for event in outcomes}, about)
        self.permits = await attempts.locked(connection, wanted)
        self.made = latest_of(self.permits.values())
        reported = [event for event in outcomes if event.outcome == OutcomeCode.COMPLAINT]
        if reported:
            await self.complaints.load(reported)

    def take(self, fact: str, event: Any) -> None:
        """Apply one fact; others than those about contacts are not expected here."""
        _TAKES[type(event)](self, fact, event)

    async def save(self) -> None:
        """Write what changed, and have the open permits decided again whose person said something new."""
        connection, now = self.work.connection, self.work.now
        await attempts.save(connection, [self.changed[permit_id] for permit_id in sorted(self.changed)])
        await attempts.delivered(connection, self.arrived)
        await attempts.receive(connection, list(self.inbound.values()))
        await holds.place(connection, self.holds)
        await holds.opt_out_of(connection, list(self.opt_outs.values()))
        await keeping.add_milestones(connection, self.validated)
        await keeping.add_first(connection, self.communicated, self.asked_in)
        await self.complaints.save()
        if self.violations:
            await violation_register.register(self.violations, BY_ITSELF, self.work, self.journal)
        doubtful = {hold.person_id for hold in self.holds} | {person for person, _ in self.opt_outs}
        await attempts.doubt(connection, doubtful | {one.person_id for one in self.spoken}, now)

    def dispatched(self, fact: str, event: contacts.ContactDispatched) -> None:
        self._leaf(fact, "dispatched", event, event.dispatched_at)
        permit = self._left(fact, event, event.permit_id, event.dispatched_at)
        if permit is not None:
            self._communicated(permit)
            if permit.purpose is Purpose.VALIDATION:
                self.validated += validations(permit)

    def failed(self, fact: str, event: contacts.ContactFailed) -> None:
        self._leaf(fact, "failed", event, event.failed_at, payload={"reason": event.reason})
        if event.permit_id is None:
            return
        if not event.left_bank:
            self._free(event.permit_id)
            return
        permit = self._left(fact, event, event.permit_id, event.failed_at)
        self._reached(fact, permit, of_failure(event.channel, event.reason), event.failed_at)

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
        permit = self.permits.get(event.permit_id)
        if permit is None:
            # The commonest news of all need no look at the attempt.
            self.arrived.add(event.permit_id)
        else:
            self._reached(fact, permit, AttemptOutcome.DELIVERED, event.delivered_at)

    def answered(self, fact: str, event: contacts.ContactAnswered) -> None:
        self._leaf(fact, "answered", event, event.answered_at)
        permit = self.permits.get(event.permit_id or "")
        self._reached(fact, permit, of_answer(event.channel), event.answered_at)

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
        permit = self.made.get(event.contact_id or "")
        self._reached(fact, permit, of_record(event.channel, event.outcome), event.recorded_at)
        if event.outcome not in NOT_REACHED and (permit is None or event.channel not in SPOKEN):
            self._received(fact, event, permit)
        if event.outcome == OutcomeCode.COMPLAINT:
            hold = hold_from(event, HoldKind.COMPLAINT)
            self.complaints.take(event, hold.hold_id)
            self._hold(hold)
        elif event.outcome == OutcomeCode.OPTED_OUT:
            self._opt_out(opt_out(event.person_id, event.channel, event.recorded_at))
        elif event.outcome == OutcomeCode.WRONG_NUMBER and permit is not None:
            self._hold(hold_from(event, HoldKind.WRONG_NUMBER, permit.contact_point_id))

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

    def _left(self, fact: str, event: Any, permit_id: str, at: datetime) -> Permit | None:
        permit = self.permits.get(permit_id)
        if permit is None or permit.contact_id != event.contact_id:
            self._violated(fact, event, Refusal.UNKNOWN)
            return None
        violation = permit.dispatched(at)
        self.changed[permit_id] = permit
        if violation is not None:
            self._violated(fact, event, violation)
        return permit

    def _violated(self, fact: str, event: Any, rule_id: str) -> None:
        found = Found(
            parts=(rule_id, fact),
            rule_id=rule_id,
            severity=Severity.CRITICAL,
            person_id=event.person_id,
            customer_id=event.customer_id,
            contact_id=event.contact_id,
            channel=event.channel,
        )
        self.violations.append(found)

    def _reached(self, fact: str, permit: Permit | None, outcome: AttemptOutcome, at: datetime) -> None:
        if permit is None or not permit.reached(outcome, at):
            return
        self.changed[permit.permit_id] = permit
        if permit.channel in MET:
            self._communicated(permit)
        if outcome in hindsight.CONVERSED and permit.channel in SPOKEN:
            self.spoken.append(hindsight.Spoken(fact, permit.person_id, permit.outcome_at or at))

    def _received(self, fact: str, event: contacts.OutcomeRecorded, answered: Permit | None) -> None:
        made = received(event, answered)
        self.inbound[made.permit_id] = made
        self._communicated(made)
        if event.channel in SPOKEN:
            self.spoken.append(hindsight.Spoken(fact, event.person_id, event.recorded_at))

    def _communicated(self, permit: Permit) -> None:
        if self.asked_in:
            self.communicated += first_communications(permit)

    def _free(self, permit_id: str) -> None:
        permit = self.permits.get(permit_id)
        if permit is not None and permit.not_sent():
            self.changed[permit_id] = permit

    def _hold(self, hold: PlacedHold) -> None:
        self.holds.append(hold)
        placed(hold, self.work, self.journal)

    def _opt_out(self, made: OptedOut) -> None:
        self.opt_outs.setdefault((made.person_id, made.channel), made)


def latest_of(permits: Collection[Permit]) -> dict[str, Permit]:
    """The attempt that was made of each contact: the one that left, else the one asked for last."""
    found: dict[str, Permit] = {}
    for permit in permits:
        if permit.direction == "out" and permit.state is not AttemptState.FREE:
            known = found.get(permit.contact_id)
            if known is None or _made(permit) > _made(known):
                found[permit.contact_id] = permit
    return found


def _made(permit: Permit) -> tuple[bool, datetime]:
    return permit.state is AttemptState.LEFT, permit.reserved_at


_ABOUT_PERMITS = (
    contacts.ContactDispatched,
    contacts.ContactFailed,
    contacts.ContactWithdrawn,
    contacts.ContactAnswered,
)
_TAKES: dict[type[Event], Callable[[Conduct, str, Any], None]] = {
    contacts.ContactDispatched: Conduct.dispatched,
    contacts.ContactFailed: Conduct.failed,
    contacts.ContactWithdrawn: Conduct.withdrawn,
    contacts.ContactDelivered: Conduct.delivered,
    contacts.ContactAnswered: Conduct.answered,
    contacts.OutcomeRecorded: Conduct.outcome,
    contacts.OptedOut: Conduct.opted_out,
}
