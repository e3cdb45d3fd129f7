"""What may be done to a complaint, by whom, and what follows from it."""

import msgspec
import pytest

from services.compliance.domain.complaints import commands as c
from services.compliance.domain.complaints.draft import Refused, Why
from services.compliance.domain.complaints.file import File
from services.compliance.domain.complaints.machine import RULES, apply
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.complaints.words import State
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintFinding,
    RootCause,
    SanctionMeasure,
    Severity,
)
from shared.contracts.conduct import CollectorSanctioned, ComplaintClosed, ComplaintDecided
from tests.unit.compliance.complaint_cases import (
    CLERK,
    COLLECTOR,
    DAY,
    DECIDER,
    INVESTIGATOR,
    LIBRARY,
    NOON,
    POLICY,
    SUPERVISOR,
    action,
    classify,
    done,
    in_state,
    one_of_each,
    opened,
    proposal,
)

UNDECIDED = {State.RECEIVED, State.ACKNOWLEDGED, State.INVESTIGATING, State.REOPENED}
OPEN = {*UNDECIDED, State.DECIDED, State.RECTIFYING}
PERMITTED: dict[type[c.Command], set[State]] = {
    c.Acknowledge: {State.RECEIVED},
    c.Classify: UNDECIDED,
    c.Assign: OPEN,
    c.StartInvestigation: {State.ACKNOWLEDGED, State.REOPENED},
    c.AddEvidence: OPEN,
    c.AskExtension: UNDECIDED,
    c.ApproveExtension: UNDECIDED,
    c.RefuseExtension: UNDECIDED,
    c.ProposeDecision: {State.INVESTIGATING},
    c.ProposeSummary: {State.RECEIVED, State.ACKNOWLEDGED, State.INVESTIGATING},
    c.ApproveDecision: {State.INVESTIGATING},
    c.RefuseDecision: {State.INVESTIGATING},
    c.AddAction: {State.DECIDED, State.RECTIFYING},
    c.FinishAction: {State.RECTIFYING},
    c.Close: {State.DECIDED, State.RECTIFYING},
    c.Withdraw: UNDECIDED,
    c.Reopen: {State.CLOSED, State.WITHDRAWN},
}


def refusal(file: File, command: c.Command, actor: str = CLERK, policy: ComplaintPolicy = POLICY) -> Refused:
    with pytest.raises(Refused) as caught:
        apply(file, command, actor, NOON, policy)
    return caught.value


def test_every_command_has_its_rule() -> None:
    assert set(RULES) == set(PERMITTED) == {type(command) for command in one_of_each()}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("command", one_of_each(), ids=lambda command: type(command).__name__)
def test_what_the_state_does_not_permit_is_refused_in_a_sentence(state: State, command: c.Command) -> None:
    file = in_state(state)
    if state in PERMITTED[type(command)]:
        try:
            apply(file, command, CLERK, NOON, POLICY)
        except Refused as other:
            # Refused for who does it or what is missing, not for the state of the complaint.
            assert "it has to be one of" not in other.sentence
        return
    refused = refusal(file, command)
    assert refused.why is Why.STATE
    assert refused.sentence.startswith(f"A complaint that is {state} cannot be ")
    assert refused.sentence.endswith(".")


@pytest.mark.parametrize("actor", [COLLECTOR, SUPERVISOR])
@pytest.mark.parametrize("command", one_of_each(), ids=lambda command: type(command).__name__)
def test_the_person_complained_about_and_their_supervisor_have_no_part(
    command: c.Command, actor: str
) -> None:
    state = min(PERMITTED[type(command)], key=list(State).index)
    assert refusal(in_state(state), command, actor).why is Why.RECUSED


@pytest.mark.parametrize("assignee", [COLLECTOR, SUPERVISOR])
def test_a_recused_person_cannot_be_assigned(assignee: str) -> None:
    assert refusal(in_state(State.RECEIVED), c.Assign(assignee_id=assignee)).why is Why.RECUSED


def test_even_the_person_complained_about_may_register_the_complaint() -> None:
    assert opened(collector_id=CLERK).complaint.registered_by == CLERK


def test_whoever_is_named_later_loses_their_part() -> None:
    file = done(in_state(State.INVESTIGATING), (c.AskExtension(), INVESTIGATOR), (proposal(), INVESTIGATOR))
    file = done(file, (classify(collector_id=INVESTIGATOR), CLERK))
    complaint = file.complaint
    assert (complaint.assignee_id, complaint.proposal, complaint.extension_asked_by) == (None, None, None)
    assert refusal(file, proposal(), INVESTIGATOR).why is Why.RECUSED
    assert refusal(file, c.ApproveDecision(), DECIDER).sentence == "No decision has been proposed."


def test_a_new_investigator_makes_a_finding_of_their_own() -> None:
    file = done(in_state(State.INVESTIGATING), (proposal(), INVESTIGATOR))
    file = done(file, (c.Assign(assignee_id="another"), CLERK))
    assert file.complaint.proposal is None
    assert "assigned" in refusal(file, proposal(), INVESTIGATOR).sentence


def test_who_proposes_a_decision_does_not_decide_it() -> None:
    file = done(in_state(State.INVESTIGATING), (proposal(), INVESTIGATOR))
    assert refusal(file, c.ApproveDecision(), INVESTIGATOR).why is Why.FOUR_EYES
    assert refusal(file, c.RefuseDecision(), INVESTIGATOR).why is Why.FOUR_EYES
    sent_back = done(file, (c.RefuseDecision(), DECIDER)).complaint
    assert (sent_back.state, sent_back.proposal) == (State.INVESTIGATING, None)
    decided = done(file, (c.AskExtension(), CLERK), (c.ApproveDecision(), DECIDER)).complaint
    assert (decided.state, decided.decided_by) == (State.DECIDED, DECIDER)
    assert (decided.proposal, decided.extension_asked_by) == (None, None)


def test_who_asks_for_a_longer_term_does_not_grant_it() -> None:
    file = done(in_state(State.ACKNOWLEDGED), (c.AskExtension(), INVESTIGATOR))
    assert refusal(file, c.ApproveExtension(), INVESTIGATOR).why is Why.FOUR_EYES
    assert refusal(file, c.AskExtension(), CLERK).sentence.startswith("A longer term has been asked for")
    assert done(file, (c.RefuseExtension(), DECIDER)).complaint.due_at == file.complaint.due_at
    assert done(file, (c.ApproveExtension(), DECIDER)).complaint.extensions == 1


@pytest.mark.parametrize("finding", [ComplaintFinding.UPHELD, ComplaintFinding.PARTLY_UPHELD])
@pytest.mark.parametrize("missing", ["root_cause", "sealed_cause"])
def test_an_upheld_complaint_needs_its_root_cause(finding: ComplaintFinding, missing: str) -> None:
    refused = refusal(in_state(State.INVESTIGATING), proposal(finding, **{missing: None}), INVESTIGATOR)
    assert refused.why is Why.INCOMPLETE


def test_a_rejected_complaint_punishes_nobody() -> None:
    file = in_state(State.INVESTIGATING)
    rejected = proposal(ComplaintFinding.REJECTED, measure=SanctionMeasure.WARNING)
    assert refusal(file, rejected, INVESTIGATOR).why is Why.INCOMPLETE
    file = done(file, (proposal(ComplaintFinding.REJECTED), INVESTIGATOR))
    step = apply(file, c.ApproveDecision(), DECIDER, NOON, POLICY)
    assert step.sanctions == ()
    assert [(type(event), event.upheld) for event in step.events] == [(ComplaintDecided, False)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("severity", "finding", "measure", "points", "veto"),
    [
        (Severity.LOW, ComplaintFinding.UPHELD, SanctionMeasure.NONE, 1, False),
        (Severity.LOW, ComplaintFinding.PARTLY_UPHELD, SanctionMeasure.NONE, 1, False),
        (Severity.MEDIUM, ComplaintFinding.UPHELD, SanctionMeasure.WARNING, 3, False),
        (Severity.MEDIUM, ComplaintFinding.PARTLY_UPHELD, SanctionMeasure.SUSPENSION, 2, True),
        (Severity.HIGH, ComplaintFinding.UPHELD, SanctionMeasure.NONE, 6, True),
        (Severity.HIGH, ComplaintFinding.PARTLY_UPHELD, SanctionMeasure.COACHING, 3, False),
        (Severity.CRITICAL, ComplaintFinding.UPHELD, SanctionMeasure.REMOVAL, 12, True),
    ],
)
def test_an_upheld_complaint_costs_collector_and_agency_points(
    severity: Severity, finding: ComplaintFinding, measure: SanctionMeasure, points: int, veto: bool
) -> None:
    file = in_state(State.INVESTIGATING, severity=severity, agency_id="agency-1")
    file = done(file, (proposal(finding, measure=measure), INVESTIGATOR))
    step = apply(file, c.ApproveDecision(), DECIDER, NOON, POLICY)
    told = [event for event in step.events if isinstance(event, CollectorSanctioned)]
    assert [(one.collector_id, one.agency_id) for one in told] == [(COLLECTOR, None), (None, "agency-1")]
    assert {(one.points, one.vetoes_incentive, one.measure) for one in told} == {(points, veto, measure)}
    assert [one.sanction_id for one in step.sanctions] == [one.sanction_id for one in told]


def test_what_was_upheld_is_closed_when_it_was_put_right() -> None:
    file = in_state(State.DECIDED)
    assert refusal(file, c.Close(), DECIDER).why is Why.INCOMPLETE
    file = done(file, (action("action-1"), CLERK), (action("action-2"), CLERK))
    file = done(file, (c.FinishAction(action_id="action-1"), CLERK))
    assert refusal(file, c.Close(), DECIDER).why is Why.INCOMPLETE
    assert "before" in refusal(file, c.FinishAction(action_id="action-1")).sentence
    assert refusal(file, c.FinishAction(action_id="none")).why is Why.INCOMPLETE
    file = done(file, (c.FinishAction(action_id="action-2"), CLERK))
    step = apply(file, c.Close(), DECIDER, NOON, POLICY)
    assert [(type(event), event.withdrawn) for event in step.events] == [(ComplaintClosed, False)]  # type: ignore[attr-defined]


def test_a_rejected_complaint_is_closed_at_once() -> None:
    file = done(in_state(State.INVESTIGATING), (proposal(ComplaintFinding.REJECTED), INVESTIGATOR))
    file = done(file, (c.ApproveDecision(), DECIDER), (c.Close(), DECIDER))
    assert file.complaint.state is State.CLOSED


def test_an_action_is_due_in_the_future_within_ten_years() -> None:
    for due_at in (NOON, NOON + 3654 * DAY):
        assert refusal(in_state(State.DECIDED), action(due_at=due_at)).why is Why.INCOMPLETE


def test_only_the_one_to_whom_it_is_assigned_investigates() -> None:
    file = in_state(State.ACKNOWLEDGED)
    assert "nobody" in refusal(file, c.StartInvestigation(), INVESTIGATOR).sentence
    file = done(file, (c.Assign(assignee_id=INVESTIGATOR), CLERK))
    assert "assigned" in refusal(file, c.StartInvestigation(), CLERK).sentence


def test_the_hold_stands_while_the_complaint_is_open_and_each_round_has_its_own() -> None:
    first = opened()
    assert first.places_hold == first.complaint.hold_id is not None
    file = in_state(State.RECTIFYING)
    assert file.complaint.hold_id == first.places_hold
    file = done(file, (c.FinishAction(action_id="action-1"), CLERK))
    closed = apply(file, c.Close(), DECIDER, NOON, POLICY)
    assert (closed.releases_hold, closed.complaint.hold_id) == (first.places_hold, None)
    again = in_state(State.REOPENED).complaint
    assert again.round == 2
    assert again.hold_id not in (None, first.places_hold)
    withdrawn = apply(in_state(State.RECEIVED), c.Withdraw(), DECIDER, NOON, POLICY)
    assert withdrawn.releases_hold == first.places_hold


def test_the_policy_may_let_collection_go_on_for_a_category() -> None:
    rules = msgspec.structs.replace(POLICY.rules, without_hold=frozenset({ComplaintCategory.SERVICE}))
    policy = ComplaintPolicy(library=LIBRARY, rules=rules)
    assert opened(policy, category=ComplaintCategory.SERVICE).places_hold is None
    assert opened(policy, category=ComplaintCategory.PRIVACY).places_hold is not None


def test_a_reopened_complaint_keeps_its_history_and_starts_anew() -> None:
    file = done(in_state(State.RECEIVED), (c.AskExtension(), CLERK), (c.ApproveExtension(), DECIDER))
    again = done(file, (c.Withdraw(), DECIDER), (c.Reopen(), CLERK)).complaint
    assert (again.extensions, again.due_at) == (0, again.ends[0])
    complaint = in_state(State.REOPENED).complaint
    assert (complaint.finding, complaint.root_cause, complaint.decided_at) == (None, None, None)
    assert (complaint.assignee_id, complaint.extensions, complaint.closed_at) == (None, 0, None)
    assert complaint.acts == 10


def test_a_finding_in_the_second_round_is_a_sanction_of_its_own() -> None:
    def sanction_ids(file: File) -> list[str]:
        file = done(file, (c.Assign(assignee_id=INVESTIGATOR), CLERK), (c.StartInvestigation(), INVESTIGATOR))
        file = done(file, (proposal(root_cause=RootCause.PROCESS), INVESTIGATOR))
        return [one.sanction_id for one in apply(file, c.ApproveDecision(), DECIDER, NOON, POLICY).sanctions]

    assert set(sanction_ids(in_state(State.ACKNOWLEDGED))).isdisjoint(sanction_ids(in_state(State.REOPENED)))


def test_an_act_never_stands_before_the_one_that_it_follows() -> None:
    file = done(in_state(State.RECEIVED), (c.Acknowledge(), CLERK), at=NOON + DAY)
    step = apply(file, c.Assign(assignee_id=INVESTIGATOR), CLERK, NOON, POLICY)
    assert step.act.at == NOON + DAY
