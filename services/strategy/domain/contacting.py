"""Facts about contacts: what was sent, what came of it, what the person said."""

from collections.abc import Mapping

import msgspec

from services.strategy.domain import promises
from services.strategy.domain.customer_file import Draft
from services.strategy.domain.facts import PromiseNoted
from services.strategy.domain.inputs import Cause, Level
from services.strategy.domain.knowledge import learn
from services.strategy.domain.records import Case
from shared.contracts.conduct import OptOutTakenBack
from shared.contracts.contacts import (
    ContactAnswered,
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactWithdrawn,
    OptedOut,
    OutcomeRecorded,
)
from shared.contracts.vocabulary import Channel, OutcomeCode
from shared.ids import derive_id

MESSAGES = (Channel.SMS, Channel.EMAIL, Channel.APP_PUSH, Channel.CALL_AI, Channel.CALL_PRERECORDED)
"""What an opt-out from every channel means here: messages without a human. The gate has its own rules."""

_LONGEST_TEXT = 200

_SHOWS: Mapping[OutcomeCode, dict[str, object]] = {
    OutcomeCode.PROMISE: {"willingness": Level.HIGH},
    OutcomeCode.REFUSED: {"willingness": Level.LOW},
    OutcomeCode.HARDSHIP: {"ability": Level.LOW, "cause": Cause.UNABLE_TO_PAY},
    OutcomeCode.DISPUTE: {"cause": Cause.DISPUTE},
}
"""What an outcome tells of willingness, ability and cause (register rows A18, A20, A21)."""


def dispatched(draft: Draft, fact: ContactDispatched) -> None:
    """A contact was made."""
    case = _tell_of(draft, fact.case_id, contact=fact.contact_id, channel=fact.channel)
    last = case.last_contact_at
    draft.put(
        msgspec.structs.replace(
            case,
            contacts=case.contacts + 1,
            last_contact_at=fact.dispatched_at if last is None else max(last, fact.dispatched_at),
        )
    )


def delivered(draft: Draft, fact: ContactDelivered) -> None:
    """It arrived."""
    _tell_of(draft, fact.case_id, contact=fact.contact_id, channel=fact.channel)


def answered(draft: Draft, fact: ContactAnswered) -> None:
    """A human answered."""
    _tell_of(draft, fact.case_id, contact=fact.contact_id, channel=fact.channel)


def failed(draft: Draft, fact: ContactFailed) -> None:
    """It did not arrive, or was not permitted. The ladder goes on."""
    _tell_of(
        draft,
        fact.case_id,
        contact=fact.contact_id,
        channel=fact.channel,
        why=_text(fact.reason),
        left_bank=fact.left_bank,
    )


def withdrawn(draft: Draft, fact: ContactWithdrawn) -> None:
    """It will not be made."""
    _tell_of(draft, fact.case_id, contact=fact.contact_id, why=_text(fact.reason))


def outcome_recorded(draft: Draft, fact: OutcomeRecorded) -> None:
    """What the person said; a promise suspends the open case, whichever the contact was for."""
    case = draft.case_named(fact.case_id)
    if case is None:
        return
    draft.told_in = case.case_id
    draft.put(msgspec.structs.replace(case, last_outcome=fact.outcome))
    draft.tell(contact=fact.contact_id, outcome=fact.outcome, channel=fact.channel)
    learn(draft, **_SHOWS.get(fact.outcome, {}))
    if fact.outcome is OutcomeCode.PROMISE:
        _take_promise(draft, fact)


def promise_noted(draft: Draft, fact: PromiseNoted) -> None:
    """A collector noted a promise; the caller has asked `promises.refusal` before."""
    case = draft.open_case
    if case is None:
        raise ValueError("the case is closed")
    draft.tell(noted_by=fact.noted_by)
    promises.make(draft, case, fact.promise_id, fact.promised, fact.due_date, draft.now)


def opted_out(draft: Draft, fact: OptedOut) -> None:
    """The debtor wants no more messages on a channel: later steps on it are skipped.

    For another person of the customer the gate refuses the contact; the ladder stays as it is.
    """
    if fact.person_id == fact.customer_id:
        customer = draft.customer
        channels = MESSAGES if fact.channel is None else (fact.channel,)
        refused = tuple(sorted({*customer.opted_out, *channels}))
        if refused != customer.opted_out:
            draft.customer = msgspec.structs.replace(customer, opted_out=refused)
    draft.tell(channel=fact.channel, debtor=fact.person_id == fact.customer_id)


def opt_out_taken_back(draft: Draft, fact: OptOutTakenBack) -> None:
    """The debtor consented anew: steps on the channel are taken again. What else bars it the gate knows."""
    if fact.person_id == fact.customer_id:
        customer = draft.customer
        channels = MESSAGES if fact.channel is None else (fact.channel,)
        refused = tuple(channel for channel in customer.opted_out if channel not in channels)
        if refused != customer.opted_out:
            draft.customer = msgspec.structs.replace(customer, opted_out=refused)
    draft.tell(channel=fact.channel, debtor=fact.person_id == fact.customer_id)


def _take_promise(draft: Draft, fact: OutcomeRecorded) -> None:
    case = draft.open_case
    if case is None:
        draft.tell(not_taken="case_closed")
        return
    if fact.promised is None or fact.promise_due is None:
        draft.tell(not_taken="no_amount" if fact.promised is None else "no_due_date")
        return
    today = draft.policy.business_day(fact.recorded_at)
    refusal = promises.refusal(fact.promised, fact.promise_due, draft.policy, today)
    if refusal is not None:
        draft.tell(not_taken=refusal)
        return
    draft.told_in = case.case_id
    promise_id = derive_id("promise", fact.outcome_id)
    promises.make(draft, case, promise_id, fact.promised, fact.promise_due, fact.recorded_at)


def _tell_of(draft: Draft, case_id: str, **facts: object) -> Case:
    case = draft.case_named(case_id)
    if case is None:
        raise ValueError("the event names a case that this customer does not have")
    draft.told_in = case.case_id
    draft.tell(**facts)
    return case


def _text(reason: str) -> str:
    # PostgreSQL's jsonb has no NUL, and a provider may say anything.
    return reason[:_LONGEST_TEXT].replace("\0", "")
