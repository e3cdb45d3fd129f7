"""What reading the words costs a message: processor time at asking the gate and at dispatch.

`python -m benchmarks.content [--messages N]`

Messages are of all shipped templates, in both languages, two channels and two currencies, with amounts of
their own; each round begins with a checker that knows nothing, so the first reading of each kind is counted.
"""

import argparse
import time
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from services.outreach.content import Messages
from services.outreach.domain.contact import Contact, planned
from services.outreach.domain.party import Party
from services.outreach.domain.shelf import Shelf
from services.outreach.domain.template import Template
from services.outreach.domain.wording import senders
from services.outreach.texts import proposals
from shared.contracts.base import Money
from shared.contracts.treatments import TreatmentAssigned
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.lint.phrase_files import shipped

APPROVED = datetime(2026, 3, 1, tzinfo=UTC)
SHELF = Shelf(
    Template(**msgspec.structs.asdict(one), version=1, digest=one.digest, approved_at=APPROVED, revision=1)
    for one in proposals()
)
NAMES = sorted({one.template_id for one in proposals()})
ROUNDS = 7


def messages() -> Messages:
    """The shipped texts, as if approved, none of them read yet."""
    return Messages(SHELF, senders("示范银行", "Model Bank"), shipped())


def contact(number: int) -> Contact:
    """A contact with an amount of its own."""
    now = datetime.now(UTC)
    treatment = TreatmentAssigned(
        treatment_id=f"treatment-{number}",
        case_id=f"case-{number}",
        customer_id=f"customer-{number}",
        segment="early",
        policy="standard@1",
        step=1,
        channel=(Channel.SMS, Channel.EMAIL)[number % 2],
        purpose=Purpose.COLLECT,
        template=NAMES[number % len(NAMES)],
        assigned_at=now,
        days_past_due=number % 90,
        arrears=[Money(amount=Decimal(number) + Decimal("0.5"), currency=("CNY", "USD")[number % 3 == 0])],
    )
    return planned(treatment, None, now)


def person(language: str) -> Party:
    """A debtor with this language."""
    return Party("person", "customer", PartyRole.DEBTOR, language, None, "CN", 1, False, [])


def asking(contacts: list[Contact], people: list[Party]) -> float:
    """Microseconds a message for the tags of a request."""
    check = messages()
    started = time.process_time()
    for number, one in enumerate(contacts):
        check.words_of(one, people[number % 4 // 2])
    return (time.process_time() - started) / len(contacts) * 1e6


def dispatch(contacts: list[Contact], people: list[Party]) -> float:
    """Microseconds a message for reading it over before it leaves."""
    check = messages()
    currencies = [(("CNY", "USD")[number % 3 == 0],) for number in range(len(contacts))]
    started = time.process_time()
    for number, one in enumerate(contacts):
        language = people[number % 4 // 2].language
        check.of(one.template, one.channel, one.purpose, language, PartyRole.DEBTOR, "CN", currencies[number])
    return (time.process_time() - started) / len(contacts) * 1e6


def main() -> None:
    """Print the best of some rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    contacts = [contact(number) for number in range(parser.parse_args().messages)]
    people = [person("zh-CN"), person("en")]
    asked = min(asking(contacts, people) for _ in range(ROUNDS))
    sent = min(dispatch(contacts, people) for _ in range(ROUNDS))
    print(f"asking {asked:.2f} us, dispatch {sent:.2f} us, together {asked + sent:.2f} us a message")


if __name__ == "__main__":
    main()
