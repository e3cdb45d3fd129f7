"""Events in: parties and conduct come on file first, then requests are decided."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.compliance import complaints, conduct, holding, moving, violation_register
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.gate.request import Collector
from services.compliance.domain.record import DecisionRecord
from services.compliance.gate import PERMIT_EXPIRY, Ask, Gate
from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.store import attempts, people
from services.compliance.telling import announcement
from shared.contracts.base import Event
from shared.contracts.requests import ContactRequested
from shared.contracts.topics import CONTACTS, PARTIES, REQUESTS
from shared.stream.received import Received
from shared.stream.timers import Timer
from shared.stream.work import Consumer, Work

_MINUTE = timedelta(minutes=1)


def consumer(gate: Gate, pseudonyms: Pseudonyms, policy: ComplaintPolicy) -> Consumer:
    """What compliance consumes."""

    async def handle(batch: Sequence[Received[Event]], work: Work) -> None:
        await apply(batch, work, gate, Journal(pseudonyms), policy)

    async def on_timers(due: Sequence[Timer], work: Work) -> None:
        await fire(due, work, Journal(pseudonyms), policy)

    return Consumer("compliance", (REQUESTS, CONTACTS, PARTIES), handle, on_timers)


async def apply(
    batch: Sequence[Received[Event]],
    work: Work,
    gate: Gate,
    journal: Journal,
    policy: ComplaintPolicy,
) -> None:
    """Apply a batch. What forbids contact is on file before the batch's requests are decided."""
    parties, facts, requests = [], [], []
    correlations: dict[tuple[str, int], str | None] = {}
    persons = set()
    for received in batch:
        event = received.event
        if isinstance(event, ContactRequested):
            requests.append(Ask(event))
            correlations.setdefault((event.contact_id, event.ask), received.correlation)
            persons.add(event.person_id)
        elif received.topic == PARTIES.name:
            parties.append(event)
            persons.add(_person_of(event))
        else:
            facts.append(received)
            if conduct.concerns_person(event):
                persons.add(_person_of(event))
    await people.lock(work.connection, persons)
    if parties:
        await moving.meet(parties, gate.overlap, work)
    if facts:
        await conduct.apply(facts, work, gate, journal, policy)
    decided = await gate.permit(requests, work, journal) if requests else []
    await tell(decided, correlations, work, journal)


async def decide_now(
    request: ContactRequested, making: Collector | None, work: Work, gate: Gate, journal: Journal
) -> DecisionRecord | None:
    """The synchronous door: decide and publish one request; None where it was decided before.

    Raises ValueError for a request that cannot be kept.
    """
    await people.lock(work.connection, [request.person_id])
    decided = await gate.permit([Ask(request, making)], work, journal)
    await tell(decided, {}, work, journal)
    return decided[0] if decided else None


async def tell(
    decided: Sequence[DecisionRecord],
    correlations: dict[tuple[str, int], str | None],
    work: Work,
    journal: Journal,
) -> None:
    """Write the leaves, then publish the decisions, which name them."""
    leaves = await journal.write(work)
    for made in decided:
        work.emit(
            announcement(made, leaves[made.decision_id]),
            key=made.person_id,
            correlation=correlations.get((made.contact_id, made.ask)),
        )


async def fire(due: Sequence[Timer], work: Work, journal: Journal, policy: ComplaintPolicy) -> None:
    """Free what expired permits had reserved; end holds whose time is over; tell of clocks that ran out."""
    ended = [timer.key for timer in due if timer.kind == holding.HOLD_EXPIRY]
    if ended:
        await holding.end(ended, work, journal)
    for timer in due:
        if timer.kind == PERMIT_EXPIRY:
            await _expire(datetime.fromisoformat(timer.key), work, journal)
    await complaints.on_timers(due, work, journal, policy)
    await violation_register.on_timers(due, work, journal)
    await journal.write(work)


async def _expire(minute: datetime, work: Work, journal: Journal) -> None:
    freed = await attempts.expire(work.connection, minute, minute + _MINUTE)
    for permit_id, person_id, contact_id, channel in freed:
        journal.add(
            f"expired:{permit_id}",
            "permit_expired",
            person_id,
            work.now,
            channel=channel,
            contact=contact_id,
            permit=permit_id,
        )


def _person_of(event: Any) -> str:
    person_id: str = event.person_id
    return person_id
