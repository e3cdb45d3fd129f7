"""The decision: one fact, one customer, one instant."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.strategy.domain import conduct, contacting, debt, knowledge
from services.strategy.domain.customer_file import CustomerFile, Decided, decided, draft_of
from services.strategy.domain.facts import Fact, PromiseNoted, TimePassed
from services.strategy.domain.ladder import advance
from services.strategy.domain.policy import Policy
from services.strategy.domain.positions import realign
from services.strategy.domain.promises import settle
from shared.contracts import book as book_events
from shared.contracts import conduct as conduct_events
from shared.contracts import contacts as contact_events
from shared.contracts import delinquency as debt_events
from shared.contracts import staff as staff_events
from shared.contracts.base import Event

_ON: dict[type[Any], Callable[..., None]] = {
    debt_events.OverdueDetected: debt.overdue_detected,
    debt_events.OverdueUpdated: debt.overdue_updated,
    debt_events.OverdueCured: debt.overdue_cured,
    debt_events.BucketChanged: debt.bucket_changed,
    debt_events.PaymentReceived: debt.payment_received,
    debt_events.PaymentUndone: debt.payment_undone,
    debt_events.ClassificationChanged: debt.classification_changed,
    debt_events.TriggerRaised: debt.trigger_raised,
    book_events.CustomerProfiled: knowledge.customer_profiled,
    contact_events.ContactDispatched: contacting.dispatched,
    contact_events.ContactDelivered: contacting.delivered,
    contact_events.ContactFailed: contacting.failed,
    contact_events.ContactAnswered: contacting.answered,
    contact_events.ContactWithdrawn: contacting.withdrawn,
    contact_events.OutcomeRecorded: contacting.outcome_recorded,
    contact_events.OptedOut: contacting.opted_out,
    conduct_events.HoldPlaced: conduct.hold_placed,
    conduct_events.HoldReleased: conduct.hold_released,
    conduct_events.ComplaintOpened: conduct.complaint_opened,
    conduct_events.ComplaintDecided: conduct.complaint_decided,
    conduct_events.ViolationFound: conduct.violation_found,
    conduct_events.OptOutTakenBack: contacting.opt_out_taken_back,
    staff_events.RotationDue: conduct.rotation_due,
    PromiseNoted: contacting.promise_noted,
}


def decide(file: CustomerFile, fact: Fact, policy: Policy, now: datetime) -> Decided:
    """The file after `fact`, the events to publish in order, the timeline entry.

    After every fact promises are judged and a step that is due is taken, so a deadline needs no fact of
    its own (`TimePassed` says nothing else). The timers that the result needs are `deadlines(file)`.
    Raises ValueError with a sentence for a fact that cannot be accepted.
    """
    draft = draft_of(file, policy, now)
    if file.case is not None:
        realign(draft)
    if type(fact) is not TimePassed:
        _ON[type(fact)](draft, fact)
    if draft.promises:
        settle(draft)
    advance(draft)
    return decided(draft, _entry_type(fact, draft.events))


def _entry_type(fact: Fact, events: list[Event]) -> str:
    if isinstance(fact, Event):
        named = fact.type_
    elif isinstance(fact, PromiseNoted):
        named = "promise.noted"
    else:
        named = events[0].type_ if events else "step.skipped"
    return named.removesuffix(".v1")
