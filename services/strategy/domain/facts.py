"""What decisions are taken on: the events of three topics, and what does not come from a topic."""

from datetime import date

import msgspec

from shared.contracts import book, conduct, contacts, delinquency, staff
from shared.contracts.base import Event, Money


class PromiseNoted(msgspec.Struct, frozen=True):
    """A collector noted a promise by hand."""

    promise_id: str
    promised: Money
    due_date: date
    noted_by: str


class TimePassed(msgspec.Struct, frozen=True):
    """A deadline came; which one shows in what is due now."""


Fact = Event | PromiseNoted | TimePassed

CONSUMED: frozenset[type[Event]] = frozenset(
    {
        *(event for event in delinquency.EVENTS if event not in book.EVENTS),
        book.CustomerProfiled,
        *contacts.EVENTS,
        conduct.HoldPlaced,
        conduct.HoldReleased,
        conduct.ComplaintOpened,
        conduct.ComplaintDecided,
        conduct.ViolationFound,
        conduct.OptOutTakenBack,
        staff.RotationDue,
    }
)
"""The events that a decision is taken on. Of compliance's, those that stop collection or a channel, end that,
or say who has to hand a person over."""


def customer_of(event: Event) -> str | None:
    """The customer whom an event concerns; None where it concerns none."""
    return getattr(event, "customer_id", None) if type(event) in CONSUMED else None


def case_of(event: Event) -> str | None:
    """The case that an event names, if it names one."""
    return getattr(event, "case_id", None)
