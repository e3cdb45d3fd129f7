"""Inspections: queue, leases, recusal, and results that leave nothing open."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.compliance.domain.inspection import inspecting
from services.compliance.domain.inspection.acts import Refused, Why
from services.compliance.domain.inspection.completing import Breach
from services.compliance.domain.inspection.inspecting import Inspection, claim, name_collector, queue
from services.compliance.domain.inspection.words import ActKind, Mark, State, Verdict
from shared.contracts.complaints import Severity
from shared.contracts.inspections import InspectionCompleted
from shared.contracts.vocabulary import Channel
from tests.unit.compliance.inspection_cases import (
    BY_FINDING,
    BY_HAND,
    COLLECTOR,
    DAY,
    FINDER,
    FORM,
    MET,
    NOON,
    NOT_LAWFUL,
    POLICY,
    SAMPLED,
    SECOND,
    claimed,
    completed,
    contact,
    finding,
    queued,
    result,
)


def refusal(act: Callable[[], Any]) -> Why:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.sentence.endswith(".")
    return caught.value.why


def test_a_contact_is_queued_once_for_the_same_reason() -> None:
    waiting = queued(SAMPLED)
    assert (waiting.state, waiting.round, waiting.sampled, waiting.acts) == (State.QUEUED, 1, True, 1)
    assert queue(contact(), waiting, [SAMPLED], 0, "sampler", NOON) is None


def test_a_finding_joins_a_contact_that_waits_and_lifts_it() -> None:
    added = queue(contact(), queued(SAMPLED), [BY_FINDING], 4, "recorder", NOON)
    assert added is not None
    assert added.act.act is ActKind.CAUSE_ADDED
    assert (added.record.round, added.record.priority, added.record.sampled) == (1, 4, True)
    assert added.record.reasons == (SAMPLED, BY_FINDING)


@pytest.mark.parametrize("reason", [BY_FINDING, BY_HAND])
def test_an_inspected_contact_is_inspected_again_for_a_finding_or_by_hand(reason: Any) -> None:
    done = completed(result()).inspection.record
    for last in (done, replace(done, reasons=(BY_HAND,))):
        again = queue(contact(), last, [reason], 4, "recorder", NOON)
        assert again is not None
        assert (again.record.round, again.record.state, again.record.acts) == (2, State.QUEUED, 1)
        assert again.record.inspection_id != done.inspection_id


def test_a_sample_is_content_with_an_inspection_that_was_done() -> None:
    done = replace(completed(result()).inspection.record, reasons=(BY_HAND,), sampled=False)
    noted = queue(contact(), done, [SAMPLED], 0, "sampler", NOON)
    assert noted is not None
    assert (noted.record.state, noted.record.round, noted.record.sampled) == (State.COMPLETED, 1, True)


def test_a_claim_is_a_lease() -> None:
    mine = claimed()
    assert mine.claimed_until == NOON + POLICY.lease
    assert (
        refusal(lambda: claim(mine, SECOND, NOON + POLICY.lease - timedelta(seconds=1), POLICY)) is Why.LEASE
    )
    theirs = claim(mine, SECOND, NOON + POLICY.lease, POLICY).record
    assert theirs.claimed_by == SECOND
    assert refusal(lambda: inspecting.release(theirs, "n", FINDER, NOON + POLICY.lease)) is Why.LEASE


def test_who_has_it_may_have_it_longer_but_not_hand_in_late() -> None:
    mine = claimed()
    late = NOON + POLICY.lease
    assert refusal(lambda: inspecting.set_aside(mine, "n", FINDER, late)) is Why.LEASE
    longer = claim(mine, FINDER, NOON + timedelta(minutes=30), POLICY).record
    assert inspecting.set_aside(longer, "n", FINDER, late).record.state is State.SET_ASIDE


def test_nobody_inspects_a_contact_that_they_made() -> None:
    assert refusal(lambda: claim(queued(), COLLECTOR, NOON, POLICY)) is Why.RECUSED


def test_who_turns_out_to_have_made_the_contact_loses_it() -> None:
    step = name_collector(claimed(), contact(collector_id=FINDER, branch_id="branch-1"), "recorder", NOON)
    assert step is not None
    assert (step.record.state, step.record.claimed_by, step.record.branch_id) == (
        State.QUEUED,
        None,
        "branch-1",
    )
    assert refusal(lambda: claim(step.record, FINDER, NOON, POLICY)) is Why.RECUSED
    assert name_collector(queued(), contact(), "recorder", NOON) is None


def test_a_released_inspection_waits_again() -> None:
    step = inspecting.release(claimed(), "sealed", FINDER, NOON)
    assert (step.record.state, step.note) == (State.QUEUED, "sealed")
    assert claim(step.record, SECOND, NOON, POLICY).record.claimed_by == SECOND


def test_what_ended_is_not_taken_up_again() -> None:
    ended: list[Inspection] = [
        completed(result()).inspection.record,
        inspecting.set_aside(claimed(), "n", FINDER, NOON).record,
    ]
    for one in ended:
        assert refusal(lambda one=one: claim(one, SECOND, NOON, POLICY)) is Why.STATE
        assert one.claimed_by is None


def test_a_result_ends_the_inspection_and_is_told() -> None:
    done = completed(result(note="sealed"))
    ended = done.inspection.record
    assert (ended.state, str(ended.score), ended.passed, ended.ended_by) == (
        State.COMPLETED,
        "100.00",
        True,
        FINDER,
    )
    (event,) = done.inspection.events
    assert isinstance(event, InspectionCompleted)
    assert (event.passed, event.sampled, event.violations) == (True, True, 0)
    assert done.inspection.note == "sealed"
    assert done.violations == []


def test_a_finding_becomes_a_violation_with_its_rule_turn_and_records() -> None:
    done = completed(result(Breach(finding_id="finding-1", item_id="lawful"), marks=NOT_LAWFUL), finding())
    (step,) = done.violations
    made = step.record
    assert (made.rule_id, made.citation, made.severity, made.turn) == (
        "CN-CONTENT",
        "a law",
        Severity.CRITICAL,
        2,
    )
    assert made.records == (done.inspection.act.leaf_id, "transcript-1")
    assert [one.verdict for one in done.judged] == [Verdict.VIOLATION]
    assert done.inspection.record.passed is False


def test_a_grave_violation_fails_the_contact_whatever_its_points() -> None:
    grave = Breach(rule_id="CN-PRIVACY", severity=Severity.HIGH)
    done = completed(result(grave))
    assert (str(done.inspection.record.score), done.inspection.record.passed) == ("100.00", False)
    slight = Breach(rule_id="CN-PRIVACY", severity=Severity.LOW)
    assert completed(result(slight)).inspection.record.passed is True


def test_a_finding_that_is_none_is_cleared_by_name() -> None:
    done = completed(result(cleared=frozenset({"finding-1"})), finding())
    assert [one.verdict for one in done.judged] == [Verdict.NO_VIOLATION]
    assert done.violations == []
    assert done.inspection.act.details["finding:finding-1"] == "no_violation"


def test_only_grave_findings_need_a_verdict() -> None:
    assert refusal(lambda: completed(result(), finding())) is Why.INCOMPLETE
    assert completed(result(), finding(severity=Severity.MEDIUM)).judged == []
    assert completed(result(), finding(verdict=Verdict.NO_VIOLATION)).judged == []


@pytest.mark.parametrize(
    "handed_in",
    [
        result(marks=NOT_LAWFUL),
        result(marks={"polite": Mark.MET}),
        result(Breach(rule_id="CN-CONTENT")),
        result(Breach(severity=Severity.LOW)),
        result(Breach(finding_id="finding-9")),
        result(Breach(rule_id="R", severity=Severity.LOW, item_id="no-such-item")),
        result(cleared=frozenset({"finding-9"})),
        result(Breach(finding_id="finding-1"), cleared=frozenset({"finding-1"})),
        result(Breach(finding_id="finding-1"), Breach(finding_id="finding-1")),
        result(form=replace(FORM, channels=(Channel.SMS,))),
    ],
)
def test_a_result_that_leaves_something_open_is_refused(handed_in: Any) -> None:
    assert refusal(lambda: completed(handed_in, finding(severity=Severity.LOW))) is Why.INCOMPLETE


def test_the_history_is_numbered_and_never_goes_back_in_time() -> None:
    first = queue(contact(), None, [SAMPLED], 0, "sampler", NOON)
    assert first is not None
    earlier = claim(first.record, FINDER, NOON - DAY, POLICY)
    assert (earlier.act.number, earlier.act.at) == (2, NOON)
    assert earlier.act.leaf_id == f"{first.record.inspection_id}:2"
    assert first.act.leaf_id == first.record.inspection_id
    assert MET.keys() == {"polite", "lawful"}
