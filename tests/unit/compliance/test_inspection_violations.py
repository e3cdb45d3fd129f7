"""Violations: whatever people do in whatever order, two persons decide and what is verified was put right."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.compliance.domain.inspection import remedying
from services.compliance.domain.inspection.acts import Refused, Step, Why
from services.compliance.domain.inspection.violations import CLOCK, Violation, run_out, running
from services.compliance.domain.inspection.words import ActKind, Appeal, ViolationState
from shared.contracts.inspections import ViolationDismissed, ViolationOverdue
from tests.unit.compliance.inspection_cases import (
    COLLECTOR,
    DAY,
    FINDER,
    NOON,
    POLICY,
    SECOND,
    THIRD,
    violation,
)

S = ViolationState
PATHS: dict[ViolationState, set[ViolationState]] = {
    S.FOUND: {S.CONFIRMED, S.DISMISSED},
    S.CONFIRMED: {S.RECTIFICATION_DUE, S.DISMISSED},
    S.RECTIFICATION_DUE: {S.RECTIFIED, S.DISMISSED},
    S.RECTIFIED: {S.VERIFIED, S.RECTIFICATION_DUE, S.DISMISSED},
    S.VERIFIED: {S.DISMISSED},
    S.DISMISSED: set(),
}
STAFF = st.sampled_from([FINDER, SECOND, THIRD, COLLECTOR])


class Violations(RuleBasedStateMachine):
    """People with every part, at any time, do anything to one violation."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.made = violation()
        self.steps: list[Step[Violation]] = []

    def take(self, step: Step[Violation] | None) -> None:
        if step is None:
            return
        before, after = self.made, step.record
        assert after.state == before.state or after.state in PATHS[before.state]
        assert step.act.number == before.acts + 1
        assert step.act.at >= before.changed_at
        assert step.act.actor != COLLECTOR or step.act.act is ActKind.APPEALED
        self.made = after
        self.steps.append(step)

    def do(self, act: str, actor: str, **values: object) -> None:
        try:
            self.take(getattr(remedying, act)(self.made, note="sealed", actor=actor, now=self.now, **values))
        except Refused as refused:
            assert refused.sentence.endswith(".")
            assert actor not in refused.sentence

    @rule(hours=st.integers(-2, 24 * 12))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.take(run_out(self.made, self.now))

    @rule(act=st.sampled_from(["confirm", "dismiss", "rectify", "verify", "send_back"]), actor=STAFF)
    def anything(self, act: str, actor: str) -> None:
        self.do(act, actor)

    @rule(actor=STAFF, owner=STAFF, days=st.integers(-1, 30))
    def set_rectification(self, actor: str, owner: str, days: int) -> None:
        self.do("set_rectification", actor, owner_id=owner, due_at=self.now + days * DAY)

    @rule(actor=STAFF)
    def appeal(self, actor: str) -> None:
        self.do("appeal", actor, policy=POLICY)

    @rule(actor=STAFF, upheld=st.booleans())
    def decide_appeal(self, actor: str, upheld: bool) -> None:
        self.do("decide_appeal", actor, upheld=upheld)

    @rule(actor=STAFF)
    def forward(self, actor: str) -> None:
        """One step on the usual way, so that long ways are walked too."""
        if self.made.state is S.CONFIRMED:
            self.do("set_rectification", actor, owner_id=actor, due_at=self.now + 5 * DAY)
            return
        usual = {S.FOUND: "confirm", S.RECTIFICATION_DUE: "rectify", S.RECTIFIED: "verify"}
        if self.made.state in usual:
            self.do(usual[self.made.state], actor)

    @invariant()
    def two_persons_decide(self) -> None:
        assert self.made.decided_by != self.made.found_by

    @invariant()
    def who_put_it_right_does_not_check_it(self) -> None:
        if self.made.state is S.VERIFIED:
            assert self.made.rectified_by is not None
            assert self.made.verified_by not in (self.made.rectified_by, self.made.owner_id, None)

    @invariant()
    def an_appeal_is_decided_by_somebody_without_a_part(self) -> None:
        if self.made.appeal_decided_by is not None:
            assert self.made.appeal_decided_by not in (self.made.found_by, self.made.decided_by, COLLECTOR)
        assert self.made.appeal is not Appeal.UPHELD or self.made.state is S.DISMISSED

    @invariant()
    def the_clock_runs_only_while_something_has_to_be_put_right(self) -> None:
        if running(self.made) is not None:
            assert self.made.state is S.RECTIFICATION_DUE

    @invariant()
    def each_day_that_was_set_is_late_once(self) -> None:
        since_set = 0
        for step in self.steps:
            if step.act.act is ActKind.RECTIFICATION_SET:
                since_set = 0
            since_set += step.act.actor == CLOCK
            assert since_set <= 1


TestViolations = Violations.TestCase
TestViolations.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def confirmed() -> Violation:
    return remedying.confirm(violation(), "n", SECOND, NOON).record


def why(caught: pytest.ExceptionInfo[Refused]) -> Why:
    return caught.value.why


def test_a_violation_is_late_at_the_instant_that_was_set_and_told_once() -> None:
    due_at = NOON + 3 * DAY
    due = remedying.set_rectification(confirmed(), THIRD, due_at, "n", SECOND, NOON).record
    assert run_out(due, due_at - timedelta(microseconds=1)) is None
    late = run_out(due, due_at)
    assert late is not None
    (event,) = late.events
    assert isinstance(event, ViolationOverdue)
    assert (event.owner_id, event.due_at) == (THIRD, due_at)
    assert run_out(late.record, due_at + DAY) is None
    again = remedying.set_rectification(late.record, THIRD, due_at + 9 * DAY, "n", SECOND, due_at)
    assert running(again.record) == due_at + 9 * DAY


def test_what_was_not_put_right_goes_back_to_its_owner_with_its_day() -> None:
    due = remedying.set_rectification(confirmed(), THIRD, NOON + DAY, "n", SECOND, NOON).record
    done = remedying.rectify(due, "n", THIRD, NOON).record
    back = remedying.send_back(done, "n", FINDER, NOON).record
    assert (back.state, back.rectified_by, running(back)) == (S.RECTIFICATION_DUE, None, NOON + DAY)


def test_only_the_collector_appeals_in_time_and_once() -> None:
    made = confirmed()
    term = NOON + timedelta(days=POLICY.appeal_days)
    with pytest.raises(Refused) as other:
        remedying.appeal(made, "n", THIRD, NOON, POLICY)
    assert why(other) is Why.RECUSED
    with pytest.raises(Refused) as late:
        remedying.appeal(made, "n", COLLECTOR, term, POLICY)
    assert why(late) is Why.TERM
    lodged = remedying.appeal(made, "n", COLLECTOR, term - timedelta(seconds=1), POLICY).record
    with pytest.raises(Refused) as twice:
        remedying.appeal(lodged, "n", COLLECTOR, NOON, POLICY)
    assert why(twice) is Why.STATE
    with pytest.raises(Refused) as early:
        remedying.appeal(violation(), "n", COLLECTOR, NOON, POLICY)
    assert why(early) is Why.STATE


def test_an_appeal_that_is_upheld_dismisses_even_what_was_verified() -> None:
    due = remedying.set_rectification(confirmed(), THIRD, NOON + DAY, "n", SECOND, NOON).record
    verified = remedying.verify(remedying.rectify(due, "n", THIRD, NOON).record, "n", FINDER, NOON).record
    lodged = remedying.appeal(verified, "n", COLLECTOR, NOON, POLICY).record
    for involved in (FINDER, SECOND):
        with pytest.raises(Refused) as refused:
            remedying.decide_appeal(lodged, True, "n", involved, NOON)
        assert why(refused) is Why.FOUR_EYES
    decided = remedying.decide_appeal(lodged, True, "n", THIRD, NOON)
    assert decided.record.state is S.DISMISSED
    (event,) = decided.events
    assert isinstance(event, ViolationDismissed)
    assert event.on_appeal


def test_an_appeal_that_is_rejected_changes_nothing_else() -> None:
    lodged = remedying.appeal(confirmed(), "n", COLLECTOR, NOON, POLICY).record
    decided = remedying.decide_appeal(lodged, False, "n", THIRD, NOON)
    assert (decided.record.state, decided.record.appeal, decided.events) == (
        S.CONFIRMED,
        Appeal.REJECTED,
        (),
    )


def test_a_violation_without_a_person_is_keyed_by_itself() -> None:
    alone = violation(person_id=None, customer_id=None)
    assert alone.key == alone.violation_id
    assert violation().key == "person-1"
