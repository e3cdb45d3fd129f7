"""Events in: treatments become contacts, debtors wake them, the gate's answers move them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.outreach.approved import ApprovedTexts
from services.outreach.batch import Batch, Stop, by_subject
from services.outreach.contact_set import ContactSet
from services.outreach.domain import facts
from services.outreach.domain.contact import ContactState
from services.outreach.domain.facts import TimerKind
from services.outreach.domain.words import WordsOf
from services.outreach.people import People, debtor_of, debtors_of, people_of
from services.outreach.store import contacts as contact_store
from services.outreach.store import parties as party_store
from shared.contracts.base import Event
from shared.contracts.topics import CONDUCT, DECISIONS, PARTIES, TREATMENTS
from shared.stream.received import Received
from shared.stream.timers import Timer
from shared.stream.work import Consumer, Work


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be said, and what an operator may set."""

    texts: ApprovedTexts
    max_asks: int = 12
    await_party: timedelta = timedelta(days=1)


def consumer(rules: Rules, permitted: Callable[[], None]) -> Consumer:
    """What outreach consumes; `permitted` is called where a batch brought answers of the gate."""

    async def handle(records: Sequence[Received[Event]], work: Work) -> None:
        batch = by_subject(records, work.now)
        await apply(batch, work, rules)
        if batch.decisions:
            permitted()

    async def on_timers(due: Sequence[Timer], work: Work) -> None:
        await wake(due, work, rules)

    return Consumer("outreach", (TREATMENTS, DECISIONS, PARTIES, CONDUCT), handle, on_timers)


async def apply(batch: Batch, work: Work, rules: Rules) -> None:
    """Load what the batch is about, decide, save."""
    words_of = await _words(batch, work, rules)
    people = await people_of(batch, work.connection)
    contacts = ContactSet(work)
    await contacts.load(await _concerned(batch, work))
    _welcome(batch, people, contacts, words_of)
    _treat(batch, people, contacts, words_of, work.now + rules.await_party)
    for decision in batch.decisions:
        # Contacts that are not on file are those of other callers of the gate.
        contacts.apply(decision.contact_id, decision)
    await contacts.save()


async def wake(due: Sequence[Timer], work: Work, rules: Rules) -> None:
    """Ask again where the gate named a time; give up where no debtor came on file."""
    contacts = ContactSet(work)
    await contacts.load(timer.key for timer in due)
    customers = {contact.customer_id for contact in contacts.contacts.values()}
    people = await party_store.of_customers(work.connection, customers)
    words_of = (await rules.texts.now(work.connection)).words_of
    for timer in due:
        contact = contacts.contacts.get(timer.key)
        if contact is None:
            continue
        if timer.kind == TimerKind.AWAIT_PARTY:
            contacts.apply(timer.key, facts.PartyMissing())
        else:
            debtor = debtor_of(people, contact.customer_id)
            words = words_of(contact, debtor)
            contacts.apply(timer.key, facts.AskAgain(debtor, rules.max_asks, words))
    await contacts.save()


async def _words(batch: Batch, work: Work, rules: Rules) -> WordsOf:
    """What can be said, the batch's own approvals and retirements included. Comes before all other locks."""
    if batch.templates:
        return (await rules.texts.take(batch.templates, work.connection)).words_of
    return (await rules.texts.now(work.connection)).words_of


async def _concerned(batch: Batch, work: Work) -> set[str]:
    """The ids of the contacts that the batch may change."""
    concerned = {decision.contact_id for decision in batch.decisions}
    concerned |= {plan.contact_id for plan in batch.plans}
    if cases := batch.stopped_cases:
        concerned |= set(await contact_store.open_of_cases(work.connection, cases))
    if batch.parties:
        customers = {event.customer_id for event in batch.parties}
        concerned |= set(await contact_store.awaiting(work.connection, customers))
    return concerned


def _welcome(batch: Batch, people: People, contacts: ContactSet, words_of: WordsOf) -> None:
    if not batch.parties:
        return
    debtors = debtors_of(people, (event.customer_id for event in batch.parties))
    for contact in list(contacts.contacts.values()):
        debtor = debtors.get(contact.customer_id)
        if debtor is not None and contact.state is ContactState.AWAITING_PARTY:
            words = words_of(contact, debtor)
            contacts.apply(contact.contact_id, facts.PartyArrived(debtor, words))


def _treat(
    batch: Batch, people: People, contacts: ContactSet, words_of: WordsOf, give_up_at: datetime
) -> None:
    of_case: dict[str, list[str]] = {}
    for contact in contacts.contacts.values():
        of_case.setdefault(contact.case_id, []).append(contact.contact_id)
    for item in batch.treatments:
        if isinstance(item, Stop):
            for contact_id in of_case.get(item.case_id, ()):
                contacts.apply(contact_id, facts.Stopped(item.reason))
            continue
        debtor = debtor_of(people, item.customer_id)
        words = words_of(item, debtor)
        if contacts.open(item, facts.Treated(debtor, give_up_at, words)):
            of_case.setdefault(item.case_id, []).append(item.contact_id)
