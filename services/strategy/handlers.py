"""Events and timers in: one set of files a batch, decisions in the order of the records."""

from collections.abc import Sequence

from services.strategy.applying import lay_out
from services.strategy.domain.facts import TimePassed, case_of, customer_of
from services.strategy.domain.policy import Policy
from services.strategy.policies_in_force import Policies, as_policies
from services.strategy.store.files import Wanted
from shared.contracts.base import Event
from shared.contracts.contacts import OutcomeRecorded
from shared.contracts.delinquency import PaymentUndone
from shared.contracts.topics import CONDUCT, CONTACTS, DELINQUENCY
from shared.stream.received import Received
from shared.stream.timers import Timer
from shared.stream.work import Consumer, Work

NAME = "strategy"
_TIME_PASSED = TimePassed()


def consumer(policy: Policy | Policies) -> Consumer:
    """Strategy's consumer: the debt, the contacts and the conduct.

    Decided by the stored policy in force at the instant of the batch; by `policy` where there is none.
    """
    policies = as_policies(policy)

    async def handle(batch: Sequence[Received[Event]], work: Work) -> None:
        concerned = [
            (customer_id, received)
            for received in batch
            if (customer_id := customer_of(received.event)) is not None
        ]
        if not concerned:
            return
        desk = await lay_out(work, policies, _wanted(concerned))
        for customer_id, received in concerned:
            desk.decide(customer_id, received.event, received.correlation)
        await desk.save()

    async def on_timers(due: Sequence[Timer], work: Work) -> None:
        fired = [(timer.kind, timer.key) for timer in due]
        desk = await lay_out(work, policies, Wanted(customers={key for _, key in fired}))
        for customer_id in dict.fromkeys(key for _, key in fired):
            desk.decide(customer_id, _TIME_PASSED, None)
        await desk.save(fired)

    return Consumer(NAME, (DELINQUENCY, CONTACTS, CONDUCT), handle, on_timers)


def _wanted(concerned: Sequence[tuple[str, Received[Event]]]) -> Wanted:
    wanted = Wanted()
    for customer_id, received in concerned:
        event = received.event
        wanted.customers.add(customer_id)
        case_id = case_of(event)
        if case_id is not None:
            wanted.cases.add(case_id)
        if isinstance(event, OutcomeRecorded | PaymentUndone):
            # A promise counts payments that came before it was heard of; a reversal, what it reverses.
            wanted.with_payments.add(customer_id)
    return wanted
