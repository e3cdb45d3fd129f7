"""What became of attempts, from what outreach says of contacts.

News come in any order and more than once: an outcome only ever gives way to one that says more.
"""

from services.compliance.domain.gate.facts import AttemptOutcome
from shared.contracts.vocabulary import Channel, OutcomeCode

SPOKEN = frozenset({Channel.CALL_LIVE, Channel.CALL_AI, Channel.CALL_PRERECORDED})
MET = SPOKEN | {Channel.VISIT}
"""Channels on which the moment of the outcome, not that of the dispatch, is when the attempt was made."""

NOT_REACHED = frozenset({OutcomeCode.NO_ANSWER, OutcomeCode.BUSY, OutcomeCode.WRONG_NUMBER})

_SAYS = {
    AttemptOutcome.PLACED: 0,
    AttemptOutcome.BUSY: 1,
    AttemptOutcome.NOT_IN_SERVICE: 1,
    AttemptOutcome.BOUNCED: 1,
    AttemptOutcome.NO_ANSWER: 2,
    AttemptOutcome.VOICEMAIL: 3,
    AttemptOutcome.DELIVERED: 3,
    AttemptOutcome.ANSWERED: 4,
    AttemptOutcome.VISITED: 5,
    AttemptOutcome.CONVERSATION: 5,
}
_OF_FAILED_CALL = {
    "busy": AttemptOutcome.BUSY,
    "no_answer": AttemptOutcome.NO_ANSWER,
    "not_in_service": AttemptOutcome.NOT_IN_SERVICE,
    "voicemail": AttemptOutcome.VOICEMAIL,
    # Somebody answered, but not the person.
    "wrong_number": AttemptOutcome.ANSWERED,
}


def says_more(new: AttemptOutcome, known: str | None) -> bool:
    """Whether an outcome tells more of an attempt than what is known of it."""
    return known is None or _SAYS[new] > _SAYS[AttemptOutcome(known)]


def of_failure(channel: Channel, reason: str) -> AttemptOutcome:
    """The outcome of an attempt that left the bank and did not reach the person."""
    if channel in SPOKEN:
        return _OF_FAILED_CALL.get(reason, AttemptOutcome.PLACED)
    return AttemptOutcome.VISITED if channel is Channel.VISIT else AttemptOutcome.BOUNCED


def of_answer(channel: Channel) -> AttemptOutcome:
    """The outcome of an attempt that a human answered: on paper and screen it arrived, no more."""
    if channel in SPOKEN:
        return AttemptOutcome.ANSWERED
    return AttemptOutcome.VISITED if channel is Channel.VISIT else AttemptOutcome.DELIVERED


def of_record(channel: Channel, code: OutcomeCode) -> AttemptOutcome:
    """The outcome of an attempt by what its record says. Whoever said anything was spoken to."""
    if code in NOT_REACHED:
        return of_failure(channel, code)
    return AttemptOutcome.CONVERSATION if channel in SPOKEN else of_answer(channel)
