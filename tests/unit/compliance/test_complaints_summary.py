"""The short procedure of Britain: three business days, the complainant's agreement, and two persons still."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.compliance.domain.complaints import commands as c
from services.compliance.domain.complaints.draft import Refused, Why, file_after
from services.compliance.domain.complaints.file import File
from services.compliance.domain.complaints.machine import apply
from services.compliance.domain.complaints.words import State
from shared.contracts.complaints import Severity
from tests.unit.compliance.complaint_cases import (
    CLERK,
    COLLECTOR,
    DECIDER,
    INVESTIGATOR,
    NOON,
    POLICY,
    done,
    in_state,
    opened,
    proposal,
    summary,
)

SUMMARY = summary()
THURSDAY = NOON + timedelta(days=3)


def refusal(file: File, command: c.Command, actor: str, at: datetime = NOON) -> Refused:
    with pytest.raises(Refused) as caught:
        apply(file, command, actor, at, POLICY)
    return caught.value


def british(**changes: Any) -> File:
    """A complaint received on a Monday noon by Shanghai's clock, four in the morning in Britain."""
    return file_after(None, opened(jurisdiction="GB", severity=Severity.HIGH, **changes))


def test_in_britain_a_complaint_is_settled_within_three_business_days_by_two_persons() -> None:
    proposed = done(british(), (SUMMARY, INVESTIGATOR), at=THURSDAY)
    assert proposed.complaint.state is State.INVESTIGATING
    assert refusal(proposed, c.ApproveDecision(), INVESTIGATOR).why is Why.FOUR_EYES
    step = apply(proposed, c.ApproveDecision(), DECIDER, THURSDAY, POLICY)
    assert step.complaint.state is State.DECIDED
    assert step.act.details["summary"] == "True"
    (sanction,) = step.sanctions
    assert sanction.points == 6


def test_after_the_third_business_day_it_takes_the_usual_way() -> None:
    friday = THURSDAY + timedelta(days=1)
    assert refusal(british(), SUMMARY, INVESTIGATOR, at=friday).why is Why.TERM
    proposed = done(british(), (SUMMARY, INVESTIGATOR), at=THURSDAY)
    late = refusal(proposed, c.ApproveDecision(), DECIDER, at=friday)
    assert late.why is Why.TERM
    # Sent back and proposed as usual, it is decided under the term of eight weeks.
    again = done(proposed, (c.RefuseDecision(), DECIDER), (proposal(), INVESTIGATOR), at=friday)
    usual = done(again, (c.ApproveDecision(), DECIDER), at=friday)
    assert usual.complaint.state is State.DECIDED


def test_a_weekend_does_not_count_in_the_short_procedure() -> None:
    friday = NOON + timedelta(days=4)
    file = file_after(None, opened(jurisdiction="GB", received_at=friday))
    wednesday = friday + timedelta(days=5)
    assert done(file, (SUMMARY, INVESTIGATOR), at=wednesday).complaint.proposal is not None
    assert refusal(file, SUMMARY, INVESTIGATOR, at=wednesday + timedelta(days=1)).why is Why.TERM


def test_where_no_pack_knows_it_there_is_no_short_procedure_nor_after_a_reopening() -> None:
    assert refusal(in_state(State.RECEIVED), SUMMARY, INVESTIGATOR).why is Why.TERM
    again = done(british(), (c.Withdraw(), DECIDER), (c.Reopen(), CLERK))
    assert refusal(again, SUMMARY, INVESTIGATOR).why is Why.STATE


def test_a_summary_that_upholds_needs_its_root_cause_and_none_of_those_concerned() -> None:
    bare = msgspec.structs.replace(SUMMARY, root_cause=None)
    assert refusal(british(), bare, INVESTIGATOR).why is Why.INCOMPLETE
    assert refusal(british(), SUMMARY, COLLECTOR).why is Why.RECUSED
    assigned = done(british(), (c.Assign(assignee_id="somebody"), CLERK))
    assert "assigned" in refusal(assigned, SUMMARY, INVESTIGATOR).sentence


def test_the_version_of_the_policy_stands_in_the_history() -> None:
    assert opened().act.details["policy"] == POLICY.rules.tag
