"""Whatever people do in whatever order: no illegal path, recusal unbroken, clocks that only move on."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.compliance.domain.complaints import commands as c
from services.compliance.domain.complaints.clocks import CLOCK, run_out, running
from services.compliance.domain.complaints.draft import Refused, Step, file_after
from services.compliance.domain.complaints.file import File
from services.compliance.domain.complaints.machine import apply
from services.compliance.domain.complaints.words import UNDECIDED, ActKind, State
from shared.contracts.complaints import ComplaintFinding
from tests.unit.compliance.complaint_cases import (
    COLLECTOR,
    NOON,
    POLICY,
    SUPERVISOR,
    action,
    classify,
    one_of_each,
    opened,
    proposal,
)

PATHS: dict[State | None, set[State]] = {
    None: {State.RECEIVED},
    State.RECEIVED: {State.ACKNOWLEDGED, State.WITHDRAWN},
    State.ACKNOWLEDGED: {State.INVESTIGATING, State.WITHDRAWN},
    State.INVESTIGATING: {State.DECIDED, State.WITHDRAWN},
    State.DECIDED: {State.RECTIFYING, State.CLOSED},
    State.RECTIFYING: {State.CLOSED},
    State.CLOSED: {State.REOPENED},
    State.WITHDRAWN: {State.REOPENED},
    State.REOPENED: {State.INVESTIGATING, State.WITHDRAWN},
}
"""The ways that the register knows; an act may also leave the state as it is."""

STAFF = st.sampled_from(["anna", "ben", "cora", COLLECTOR, SUPERVISOR])
NAMED = st.none() | STAFF


class Complaints(RuleBasedStateMachine):
    """People with every part, at any time, do anything to one complaint."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.steps: list[Step] = [opened()]
        self.files: list[File] = [file_after(None, self.steps[0])]

    @property
    def file(self) -> File:
        return self.files[-1]

    def take(self, step: Step | None) -> None:
        if step is not None:
            self.steps.append(step)
            self.files.append(file_after(self.file, step))

    def do(self, command: c.Command, actor: str) -> None:
        before = self.file
        try:
            step = apply(before, command, actor, self.now, POLICY)
        except Refused as refused:
            assert self.file is before
            assert refused.sentence.endswith(".")
            assert actor not in refused.sentence
            return
        # Who handles it is never recused, at the moment of the act.
        assert actor not in before.complaint.recused
        self.take(step)

    @rule(hours=st.integers(-2, 24 * 20))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for clock in running(self.file):
            self.take(run_out(self.file, clock.clock, clock.key, self.now, POLICY))

    @rule(command=st.sampled_from(one_of_each()), actor=STAFF)
    def anything(self, command: c.Command, actor: str) -> None:
        self.do(command, actor)

    @rule(assignee=STAFF, actor=STAFF)
    def assign(self, assignee: str, actor: str) -> None:
        self.do(c.Assign(assignee_id=assignee), actor)

    @rule(collector=NAMED, supervisor=NAMED, actor=STAFF)
    def name(self, collector: str | None, supervisor: str | None, actor: str) -> None:
        self.do(classify(collector_id=collector, supervisor_id=supervisor), actor)

    @rule(finding=st.sampled_from(ComplaintFinding), actor=STAFF)
    def propose(self, finding: ComplaintFinding, actor: str) -> None:
        self.do(proposal(finding), self.file.complaint.assignee_id or actor)

    @rule(actor=STAFF)
    def decide(self, actor: str) -> None:
        self.do(c.ApproveDecision(), actor)

    @rule(actor=STAFF)
    def forward(self, actor: str) -> None:
        """One step on the usual way, so that long ways are walked too."""
        complaint = self.file.complaint
        assignee = complaint.assignee_id
        begin = c.Assign(assignee_id=actor) if assignee is None else c.StartInvestigation()
        find = proposal() if complaint.proposal is None else c.ApproveDecision()
        undone = [one.action_id for one in self.file.actions if one.done_at is None]
        usual: dict[State, c.Command] = {
            State.RECEIVED: c.Acknowledge(),
            State.ACKNOWLEDGED: begin,
            State.REOPENED: begin,
            State.INVESTIGATING: c.Assign(assignee_id=actor) if assignee is None else find,
            State.DECIDED: action(f"action-{len(self.steps)}", self.now + timedelta(days=9)),
            State.RECTIFYING: c.FinishAction(action_id=undone[0]) if undone else c.Close(),
            State.CLOSED: c.Reopen(),
            State.WITHDRAWN: c.Reopen(),
        }
        command = usual[complaint.state]
        for_the_assignee = isinstance(command, c.StartInvestigation | c.ProposeDecision)
        self.do(command, assignee if for_the_assignee and assignee else actor)

    @rule(number=st.integers(0, 3), actor=STAFF)
    def finish(self, number: int, actor: str) -> None:
        if self.file.actions:
            chosen = self.file.actions[number % len(self.file.actions)]
            self.do(c.FinishAction(action_id=chosen.action_id), actor)

    @invariant()
    def only_known_paths_are_walked(self) -> None:
        act = self.steps[-1].act
        assert act.before == act.after or act.after in PATHS[act.before]
        assert act.before is None or act.before == self.files[-2].complaint.state

    @invariant()
    def the_recused_have_no_part(self) -> None:
        complaint = self.file.complaint
        holders: list[Any] = [complaint.assignee_id, complaint.extension_asked_by]
        holders += [complaint.proposal.by] if complaint.proposal else []
        assert complaint.recused.isdisjoint(holders)

    @invariant()
    def nothing_waits_for_a_second_person_beyond_its_time(self) -> None:
        complaint = self.file.complaint
        assert complaint.proposal is None or complaint.state is State.INVESTIGATING
        assert complaint.extension_asked_by is None or complaint.state in UNDECIDED

    @invariant()
    def two_persons_decide(self) -> None:
        if self.steps[-1].act.act is ActKind.DECIDED:
            waiting = self.files[-2].complaint.proposal
            assert waiting is not None
            assert self.file.complaint.decided_by != waiting.by
            assert self.file.complaint.finding is waiting.finding

    @invariant()
    def instants_and_numbers_only_grow(self) -> None:
        acts = [step.act for step in self.steps[-2:]]
        assert self.steps[-1].act.number == len(self.steps)
        assert acts[0].at <= acts[-1].at

    @invariant()
    def a_term_only_gets_longer_and_never_beyond_the_rule(self) -> None:
        now = self.file.complaint
        assert now.due_at == now.ends[now.extensions]
        if len(self.files) > 1:
            before = self.files[-2].complaint
            if before.round == now.round:
                assert now.due_at >= before.due_at
                assert now.extensions - before.extensions in (0, 1)
            else:
                assert self.steps[-1].act.act is ActKind.REOPENED

    @invariant()
    def collection_is_stopped_just_while_it_is_open(self) -> None:
        ended = self.file.complaint.state in (State.CLOSED, State.WITHDRAWN)
        assert (self.file.complaint.hold_id is None) == ended
        step = self.steps[-1]
        if step.act.act in (ActKind.CLOSED, ActKind.WITHDRAWN):
            assert step.releases_hold == self.files[-2].complaint.hold_id is not None
        else:
            assert step.releases_hold is None

    @invariant()
    def what_is_closed_was_put_right(self) -> None:
        complaint = self.file.complaint
        if complaint.state is State.CLOSED:
            assert all(one.done_at is not None for one in self.file.actions)
            assert complaint.finding is ComplaintFinding.REJECTED or self.file.actions

    @invariant()
    def each_clock_is_late_once(self) -> None:
        late = [
            (step.complaint.round, *sorted(step.act.details.items()))
            for step in self.steps
            if step.act.actor == CLOCK
        ]
        assert len(late) == len(set(late))


TestComplaints = Complaints.TestCase
TestComplaints.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
