"""What became of an attempt does not depend on the order in which the news come."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.gate.facts import AttemptOutcome
from services.compliance.domain.outcomes import of_answer, of_failure, of_record, says_more
from services.compliance.domain.permit import AttemptState, Permit
from shared.contracts.vocabulary import Channel, OutcomeCode, Purpose
from tests.unit.compliance.gate_cases import NOON

KNOWN = [one for one in AttemptOutcome if one not in ("reserved", "dispatched", "free")]
MINUTE = timedelta(minutes=1)


def attempt(channel: Channel = Channel.CALL_LIVE) -> Permit:
    end = NOON + 5 * MINUTE
    return Permit("p", "person", "c", "point", channel, Purpose.COLLECT, AttemptState.LEFT, NOON, end)


@given(st.permutations(KNOWN))
def test_the_outcome_that_says_most_stays(order: list[AttemptOutcome]) -> None:
    one = attempt()
    for outcome in order:
        one.reached(outcome, NOON)
    assert one.outcome in (AttemptOutcome.CONVERSATION, AttemptOutcome.VISITED)


@given(st.lists(st.sampled_from(KNOWN), min_size=1))
def test_hearing_it_again_changes_nothing(order: list[AttemptOutcome]) -> None:
    one = attempt()
    for outcome in order:
        one.reached(outcome, NOON)
    assert not any(one.reached(outcome, NOON + MINUTE) for outcome in order)


def test_a_conversation_began_when_the_call_was_answered() -> None:
    one = attempt()
    one.reached(AttemptOutcome.ANSWERED, NOON + MINUTE)
    one.reached(AttemptOutcome.CONVERSATION, NOON + 9 * MINUTE)
    assert one.outcome_at == NOON + MINUTE


def test_a_call_first_noted_as_unanswered_was_made_when_it_was_answered() -> None:
    one = attempt()
    one.reached(AttemptOutcome.NO_ANSWER, NOON + MINUTE)
    one.reached(AttemptOutcome.CONVERSATION, NOON + 9 * MINUTE)
    assert one.outcome_at == NOON + 9 * MINUTE


def test_a_message_was_made_when_it_was_sent_whenever_it_arrived() -> None:
    for order in permutations([AttemptOutcome.DELIVERED, AttemptOutcome.BOUNCED]):
        one = attempt(Channel.SMS)
        for outcome in order:
            one.reached(outcome, NOON + MINUTE)
        assert (one.outcome, one.outcome_at) == (AttemptOutcome.DELIVERED, None)


@pytest.mark.parametrize("code", list(OutcomeCode))
@pytest.mark.parametrize("channel", list(Channel))
def test_every_record_of_every_channel_is_some_outcome(channel: Channel, code: OutcomeCode) -> None:
    assert says_more(of_record(channel, code), None)
    assert says_more(of_answer(channel), None)
    assert says_more(of_failure(channel, "whatever"), None)


def test_who_says_anything_on_the_phone_was_spoken_to() -> None:
    spoken = set(OutcomeCode) - {OutcomeCode.NO_ANSWER, OutcomeCode.BUSY, OutcomeCode.WRONG_NUMBER}
    for code in spoken:
        assert of_record(Channel.CALL_LIVE, code) is AttemptOutcome.CONVERSATION
    assert of_record(Channel.CALL_LIVE, OutcomeCode.BUSY) is AttemptOutcome.BUSY
    assert of_record(Channel.CALL_LIVE, OutcomeCode.WRONG_NUMBER) is AttemptOutcome.ANSWERED
    assert of_record(Channel.VISIT, OutcomeCode.NO_ANSWER) is AttemptOutcome.VISITED
