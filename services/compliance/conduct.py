"""Facts about contacts as they come in: each is applied once."""

from collections.abc import Sequence

from services.compliance import hindsight
from services.compliance.complaints import ReportedComplaints
from services.compliance.conduct_batch import Conduct
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.conduct import asked_in
from services.compliance.domain.outcomes import SPOKEN
from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.store import log
from shared.contracts import contacts
from shared.contracts.base import Event
from shared.stream.received import Received
from shared.stream.work import Work


def concerns_person(event: Event) -> bool:
    """Whether the event changes what is on file about its person, and so needs the person's lock."""
    if isinstance(event, contacts.ContactAnswered):
        return event.channel in SPOKEN
    return isinstance(event, contacts.OptedOut | contacts.OutcomeRecorded)


async def apply(
    received_: Sequence[Received[Event]], work: Work, gate: Gate, journal: Journal, policy: ComplaintPolicy
) -> None:
    """Apply facts about contacts, each once; the persons of those that concern one are locked."""
    facts: dict[str, Event] = {}
    for one in received_:
        facts.setdefault(fact_id(one), one.event)
    for fact in await log.known(work.connection, facts):
        del facts[fact]
    if not facts:
        return
    complaints = ReportedComplaints(work, journal, policy)
    conduct = Conduct(work, journal, complaints, asked_in(gate.library))
    await conduct.load(facts.values())
    for fact, event in facts.items():
        conduct.take(fact, event)
    await conduct.save()
    await hindsight.review(conduct.spoken, gate, work, journal)


def fact_id(received_: Received[Event]) -> str:
    """The name of the fact for ever: an outcome has its own, others their topic and CloudEvents id."""
    event = received_.event
    if isinstance(event, contacts.OutcomeRecorded):
        return f"outcome:{event.outcome_id}"
    return f"{received_.topic}/{received_.id}"
