"""A small random portfolio: what the services say of a few customers, in the order of each topic and key."""

from collections.abc import Sequence
from random import Random

from shared.contracts.base import Event
from shared.contracts.decisions import Effect
from shared.contracts.topics import TOPIC_OF
from shared.contracts.treatments import CaseOutcome
from shared.contracts.vocabulary import Channel, OutcomeCode
from shared.stream.received import Received
from tests.integration.reporting import events as say

Said = tuple[str, float, Event]
"""(key, minute at which it was said, event)."""

_RULES = ("cn.quiet", "cn.cap", "bank.hold")


def history(random: Random, customers: int) -> list[Said]:
    """Everything that is said, in the order of time."""
    said: list[Said] = []
    for number in range(customers):
        said += _customer(random, f"customer-{number}")
    return sorted(said, key=lambda item: item[1])


def _customer(random: Random, customer: str) -> list[Said]:
    account, case, minute = f"account-of-{customer}", f"case-of-{customer}", random.randint(0, 3000)
    currency = random.choice(("CNY", "CNY", "USD"))
    days = random.choice((5, 40, 70))
    bucket = f"M{1 + days // 30}"
    arrears = f"{random.randint(1, 99999)}.{random.randint(10, 99)}"
    owed = (say.money(arrears, currency),)
    said: list[Said] = [
        (customer, minute, say.overdue(customer, account, minute, days=days, bucket=bucket,
                                       arrears=arrears, currency=currency)),
        (customer, minute + 1, say.opened(customer, case, minute + 1, arrears=owed)),
        (customer, minute + 2, say.segmented(customer, case, random.choice(("early", "late")))),
    ]  # fmt: skip
    for number in range(random.randint(0, 3)):
        said += _contact(random, customer, case, f"contact-{number}-of-{customer}", minute + 3 + 10 * number)
    said += _debt(random, customer, account, minute + 50)
    if random.random() < 0.5:
        said += _conduct(random, customer, minute + 70)
    if random.random() < 0.5:
        outcome = random.choice(list(CaseOutcome))
        said.append((customer, minute + 100, say.closed(customer, case, minute + 100, outcome)))
    if random.random() < 0.4:
        said += _promise(random, customer, case, minute + 60)
    return said


def _contact(random: Random, customer: str, case: str, contact: str, minute: float) -> list[Said]:
    channel = random.choice((Channel.SMS, Channel.LETTER))
    said: list[Event] = [
        say.treated(customer, case, f"treatment-of-{contact}", minute),
        say.requested(customer, case, contact, minute, channel=channel),
    ]
    for ask in range(random.randint(0, 2)):
        said.append(say.decided(customer, contact, minute + 1, Effect.DEFER, random.sample(_RULES, 1)))  # type: ignore[arg-type]
        said.append(say.requested(customer, case, contact, minute + 1, ask=ask + 2, channel=channel))
    effect = random.choice((Effect.ALLOW, Effect.ALLOW, Effect.ALLOW, Effect.DENY, Effect.REVIEW))
    rules = () if effect is Effect.ALLOW else tuple(random.sample(_RULES, 2))
    said.append(say.decided(customer, contact, minute + 2, effect, rules))
    if effect is not Effect.ALLOW:
        said.append(say.failed(customer, case, contact, minute + 3, left_bank=False, channel=channel))
    elif random.random() < 0.2:
        said.append(say.withdrawn(customer, case, contact, minute + 3))
    else:
        said.append(say.dispatched(customer, case, contact, minute + 3, "0.05", channel))
        if random.random() < 0.8:
            said.append(say.delivered(customer, case, contact, minute + 4, channel))
            said.append(say.answered(customer, case, contact, minute + 5, channel))
            said.append(say.outcome(customer, case, contact, minute + 5, random.choice(list(OutcomeCode))))
        else:
            said.append(say.failed(customer, case, contact, minute + 4, channel=channel))
    return [(customer, minute + number / 100, event) for number, event in enumerate(said)]


def _debt(random: Random, customer: str, account: str, minute: float) -> list[Said]:
    payment = f"payment-of-{account}"
    said: list[Event] = []
    if random.random() < 0.5:
        said.append(say.moved(customer, account, minute))
        said.append(say.overdue(customer, account, minute, first=False, days=35, bucket="M2"))
    if random.random() < 0.7:
        said.append(say.paid(customer, account, payment, "250.25", minute))
        if random.random() < 0.3:
            said.append(say.payment_undone(customer, account, payment, "250.25", minute + 3))
    if random.random() < 0.4:
        said.append(say.cured(customer, account, minute + 4))
        if random.random() < 0.3:
            said.append(say.overdue(customer, account, minute + 8, arrears="77.00"))
    return [(customer, minute + number / 100, event) for number, event in enumerate(said)]


def _promise(random: Random, customer: str, case: str, minute: float) -> list[Said]:
    promise = f"promise-of-{case}"
    said: list[Said] = [(customer, minute, say.promised(customer, case, promise, minute))]
    ending = random.choice((None, say.promise_kept, say.promise_broken))
    if ending is not None:
        said.append((customer, minute + 5, ending(customer, case, promise, minute + 5)))
    return said


def _conduct(random: Random, customer: str, minute: float) -> list[Said]:
    said: list[Event] = [
        say.held(customer, f"hold-of-{customer}", minute, until=random.choice((None, minute + 10))),
        say.complained(customer, f"complaint-of-{customer}", minute),
    ]
    if random.random() < 0.5:
        said.append(say.released(customer, f"hold-of-{customer}", minute + 1))
        said.append(
            say.complaint_decided(
                customer, f"complaint-of-{customer}", minute + 2, upheld=random.random() < 0.5
            )
        )
    if random.random() < 0.3:
        said.append(say.violated(customer, f"violation-of-{customer}", minute + 3))
    return [(customer, minute + number / 100, event) for number, event in enumerate(said)]


def shuffled(random: Random, said: Sequence[Said]) -> list[Received[Event]]:
    """The same in another order: only the order of each topic and key is kept, as Kafka keeps it."""
    queues: dict[tuple[str, str], list[Received[Event]]] = {}
    for number, (key, minute, event) in enumerate(said):
        topic = TOPIC_OF[type(event)].name
        queues.setdefault((topic, key), []).append(say.received(event, key, minute, number))
    waiting = [list(reversed(queue)) for queue in queues.values()]
    order: list[Received[Event]] = []
    while waiting:
        queue = random.choice(waiting)
        order.append(queue.pop())
        if not queue:
            waiting.remove(queue)
    return order


def batches(random: Random, records: Sequence[Received[Event]]) -> list[list[Received[Event]]]:
    """The records cut into batches of any size."""
    cut: list[list[Received[Event]]] = []
    start = 0
    while start < len(records):
        size = random.choice((1, 3, 10, 50))
        cut.append(list(records[start : start + size]))
        start += size
    return cut
