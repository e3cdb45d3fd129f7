"""What can happen to a contact, besides the gate's decisions, which are facts as they come."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.outreach.domain.contact import Contact
from services.outreach.domain.party import Party
from services.outreach.domain.words import NO_WORDS, Words
from shared.contracts.base import Day, Event, Money
from shared.contracts.vocabulary import OutcomeCode


class TimerKind(StrEnum):
    """The deadlines of a contact; their key is the contact id."""

    ASK_AGAIN = "ask_again"
    AWAIT_PARTY = "await_party"


class Wake(NamedTuple):
    """Set the contact's timer of this kind; None cancels it."""

    kind: TimerKind
    due_at: datetime | None


class Step(NamedTuple):
    """What a fact made of a contact: its new state, what to publish, what to wait for."""

    contact: Contact
    events: tuple[Event, ...] = ()
    wake: Wake | None = None


class Treated(NamedTuple):
    """Strategy wants the contact; `party` is the debtor on file, if any."""

    party: Party | None
    give_up_at: datetime
    words: Words = NO_WORDS


class PartyArrived(NamedTuple):
    """The debtor came on file."""

    party: Party
    words: Words = NO_WORDS


class PartyMissing(NamedTuple):
    """The debtor did not come on file in time."""


class AskAgain(NamedTuple):
    """The time that the gate had named for asking again is here."""

    party: Party | None
    max_asks: int
    words: Words = NO_WORDS


class PermitExpired(NamedTuple):
    """The permit ended before the contact was made, or was given for words that are not in use any more."""

    permit_id: str
    party: Party | None
    max_asks: int
    words: Words = NO_WORDS


class Stopped(NamedTuple):
    """Strategy suspended the treatment or closed the case."""

    reason: str


class Refused(NamedTuple):
    """The gate did not redeem the permit."""

    permit_id: str
    reason: str


class Released(NamedTuple):
    """The dispatcher gives the contact back: certainly nothing was sent."""

    permit_id: str


class Undeliverable(NamedTuple):
    """There is no way to make the message or to address it."""

    permit_id: str
    reason: str


class Sent(NamedTuple):
    """The provider took the message, or the task was recorded."""

    permit_id: str
    provider: str
    provider_reference: str | None
    cost: Money
    exact_cost: Decimal
    text_digest: str | None


class Unknown(NamedTuple):
    """It may have gone out, and nobody can tell: it counts, and is never sent again."""

    permit_id: str
    provider: str
    cost: Money
    exact_cost: Decimal
    text_digest: str | None


class Rejected(NamedTuple):
    """The provider did not take the message."""

    permit_id: str
    provider: str
    reason: str


class ReceiptStatus(StrEnum):
    """What a provider says became of a message or a call."""

    DELIVERED = "delivered"
    FAILED = "failed"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"


class ReceiptCame(NamedTuple):
    """The provider's delivery receipt."""

    status: ReceiptStatus
    at: datetime
    reason: str | None


class OutcomeReported(NamedTuple):
    """What the person said or did, by a reply or by a collector's record."""

    outcome_id: str
    outcome: OutcomeCode
    at: datetime
    promised: Money | None = None
    promise_due: Day | None = None
    opted_out: bool = False
