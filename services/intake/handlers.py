"""Events of core banking in, what became of the debt out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import border
from services.intake.booking import book
from services.intake.classifying import upgrade_observed
from services.intake.desk import Desk, lay_out, open_accounts
from services.intake.domain import parties
from services.intake.domain.delinquency import AccountEvent, age, decide, trigger
from services.intake.domain.parties import Seal
from services.intake.domain.rules import Moment, Rules
from services.intake.domain.validation import check, check_name
from services.intake.finishing import AGEING, finish, tell
from services.intake.grouping import GROUP, add_up
from services.intake.store import accounts, customers, groups, source
from shared.contracts.base import Event
from shared.contracts.control import ANY_SOURCE, ReplayRequested
from shared.contracts.corebank import (
    CoreBankEvent,
    CovenantBreached,
    CustomerChanged,
    PaymentPosted,
    PaymentReversed,
    RiskSignalled,
)
from shared.contracts.corebank_book import AccountTermsGiven, CustomerProfileGiven, GroupGiven
from shared.contracts.topics import CORE_BANK
from shared.stream.received import Received
from shared.stream.timers import Timer
from shared.stream.work import Consumer, Work

CustomerEvent = (
    AccountEvent
    | CustomerChanged
    | CovenantBreached
    | RiskSignalled
    | CustomerProfileGiven
    | AccountTermsGiven
)


def consumer(rules: Rules, seal: Seal) -> Consumer:
    """Intake's consumer: nothing waits behind a dead letter, for any order ends in the same state."""
    handlers = Handlers(rules, seal)
    return Consumer(
        name="intake",
        topics=(CORE_BANK,),
        handle=handlers.handle,
        on_timers=handlers.on_timers,
        park=False,
        sources=_sources,
    )


async def _sources(
    connection: AsyncConnection, topic: str, partitions: Sequence[int]
) -> list[ReplayRequested]:
    """The last event applied of each source in these partitions; of any source where none is known."""
    known = [
        ReplayRequested(
            source=each.source, topic=topic, partition=each.partition, last_event_id=each.last_event_id
        )
        for each in await source.progress(connection)
        if each.topic == topic and each.partition in partitions
    ]
    heard = {request.partition for request in known}
    unheard = [partition for partition in partitions if partition not in heard]
    return known + [
        ReplayRequested(source=ANY_SOURCE, topic=topic, partition=partition, last_event_id=None)
        for partition in unheard
    ]


@dataclass(frozen=True, slots=True)
class Handlers:
    """The handlers with the bank's rules and the cipher of contact data."""

    rules: Rules
    seal: Seal

    async def handle(self, batch: Sequence[Received[Event]], work: Work) -> None:
        """Apply a batch. ValueError names what is wrong with an event that cannot be accepted."""
        events = cast("Sequence[Received[CoreBankEvent]]", batch)
        moment = self.rules.moment(work.now)
        for received in events:
            check_name(received.source, received.id)
            check(received.event, moment, self.rules)
        locked = await customers.lock(work.connection, _concerned(events))
        # Only behind the lock is a repeat seen that another worker is applying just now.
        fresh = await border.admit(work.connection, events, work.now)
        if not fresh:
            return
        desk = await lay_out(work.connection, locked, (received.event for received in fresh))
        for received in fresh:
            if isinstance(received.event, GroupGiven):
                await groups.keep(work.connection, received.event, received.id)
                work.set_timer(GROUP, received.event.group_id, work.now)
            else:
                self._apply(received.event, received, desk, work, moment)
        await finish(desk, work, moment, self.rules)

    async def on_timers(self, timers: Sequence[Timer], work: Work) -> None:
        """Assess accounts again that time has changed, and add up groups."""
        moment = self.rules.moment(work.now)
        named = [timer.key for timer in timers if timer.kind == GROUP]
        if named:
            await add_up(named, work, moment)
        await self._age([timer for timer in timers if timer.kind == AGEING], work, moment)

    async def _age(self, timers: Sequence[Timer], work: Work, moment: Moment) -> None:
        if not timers:
            return
        owners = await accounts.owners(work.connection, {timer.key for timer in timers})
        locked = await customers.lock(work.connection, owners.values())
        desk = await open_accounts(work.connection, locked, set(owners))
        for timer in timers:
            if timer.key not in owners:
                continue
            account = desk.account(timer.key, owners[timer.key])
            customer = desk.customers[account.customer_id]
            upgrade_observed(desk, timer.key, moment, self.rules)
            tell(age(customer, account, moment, self.rules), account.customer_id, None, desk, work)
        await finish(desk, work, moment, self.rules, fired=True)

    def _apply(
        self,
        event: CustomerEvent,
        received: Received[CoreBankEvent],
        desk: Desk,
        work: Work,
        moment: Moment,
    ) -> None:
        customer = desk.customers[event.customer_id]
        correlation = received.correlation or received.id
        desk.correlations[event.customer_id] = correlation
        if isinstance(event, CustomerChanged):
            for told in parties.decide(customer, event, self.seal):
                work.emit(told, key=told.person_id, aggregate=customer.customer_id, correlation=correlation)
            return
        if isinstance(event, CovenantBreached | RiskSignalled):
            if event.account_id is not None:
                desk.check_owner(event.account_id, event.customer_id)
            work.emit(trigger(event), key=event.customer_id, correlation=correlation)
            return
        if isinstance(event, CustomerProfileGiven | AccountTermsGiven):
            book(event, received.id, desk, work, correlation)
            return
        account = desk.account(event.account_id, event.customer_id)
        outcome = decide(customer, account, event, received.id, moment, self.rules)
        if isinstance(event, PaymentPosted | PaymentReversed):
            desk.note_payment(account, event.payment_id)
        tell(outcome, event.customer_id, correlation, desk, work)


def _concerned(events: Sequence[Received[CoreBankEvent]]) -> set[str]:
    """The customers of the events; of a group, its members."""
    found: set[str] = set()
    for received in events:
        if isinstance(received.event, GroupGiven):
            found.update(received.event.members)
        else:
            found.add(received.event.customer_id)
    return found
