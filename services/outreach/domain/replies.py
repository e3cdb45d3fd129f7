"""What a reply means: keywords in English and Chinese, and what to publish about its sender."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from shared.contracts.base import Currency, Day, Event, Money, check_amount
from shared.contracts.contacts import OptedOut, OutcomeRecorded
from shared.contracts.vocabulary import Channel, OutcomeCode

_STOP = re.compile(r"^\W*(?:stop|stopall|unsubscribe|td|t)\b|退订|取消订阅", re.IGNORECASE)
_COMPLAINT = re.compile(r"\bcomplain(?:t|ts|ing)?\b|投诉", re.IGNORECASE)
_DISPUTE = re.compile(r"\bdisput(?:e|ed)\b|异议", re.IGNORECASE)
_PAID = re.compile(r"^\W*(?:already\s+)?paid\b|已还|已经还", re.IGNORECASE)
_PROMISE = re.compile(
    r"(?:\bpromise\b|承诺)\s*(?P<day>\d{4}-\d{1,2}-\d{1,2})\s+(?P<amount>\d[\d,]*(?:\.\d{1,2})?)(?!\d)"
    r"\s*(?P<currency>[A-Za-z]{3}\b)?",
    re.IGNORECASE,
)


class Meaning(NamedTuple):
    """What a reply says; `opted_out` may come with any outcome."""

    outcome: OutcomeCode
    opted_out: bool = False
    promised: Money | None = None
    promise_due: Day | None = None


class Sender(NamedTuple):
    """Whom a reply came from, where it does not belong to a contact."""

    person_id: str
    customer_id: str
    channel: Channel
    contact_point_id: str


def understand(text: str, today: date, currency: Currency) -> Meaning:
    """The meaning of a reply received on `today`; `currency` is meant where the person names none.

    A promise for a day that is past, or of nothing, is no promise.
    """
    opted_out = bool(_STOP.search(text))
    if _COMPLAINT.search(text):
        return Meaning(OutcomeCode.COMPLAINT, opted_out)
    if _DISPUTE.search(text):
        return Meaning(OutcomeCode.DISPUTE, opted_out)
    promise = _promise(text, today, currency)
    if promise is not None:
        return Meaning(OutcomeCode.PROMISE, opted_out, *promise)
    if _PAID.search(text):
        return Meaning(OutcomeCode.ALREADY_PAID, opted_out)
    return Meaning(OutcomeCode.OPTED_OUT if opted_out else OutcomeCode.OTHER, opted_out)


def _promise(text: str, today: date, currency: Currency) -> tuple[Money, Day] | None:
    found = _PROMISE.search(text)
    if found is None:
        return None
    try:
        due = date(*map(int, found["day"].split("-")))
        amount = Decimal(found["amount"].replace(",", ""))
        check_amount("amount", amount)
    except (ValueError, InvalidOperation):
        return None
    if due < today or amount == 0:
        return None
    return Money(amount=amount, currency=(found["currency"] or currency).upper()), due


def without_contact(sender: Sender, outcome_id: str, meaning: Meaning, at: datetime) -> list[Event]:
    """What to publish about a reply that answers no contact of ours."""
    said: list[Event] = [
        OutcomeRecorded(
            outcome_id=outcome_id,
            contact_id=None,
            person_id=sender.person_id,
            customer_id=sender.customer_id,
            case_id=None,
            channel=sender.channel,
            outcome=meaning.outcome,
            promised=meaning.promised,
            promise_due=meaning.promise_due,
            recorded_at=at,
        )
    ]
    if meaning.opted_out:
        said.append(
            OptedOut(
                person_id=sender.person_id,
                customer_id=sender.customer_id,
                channel=sender.channel,
                contact_point_id=sender.contact_point_id,
                opted_out_at=at,
            )
        )
    return said
