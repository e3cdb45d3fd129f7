"""The terms of complaints, and clocks that run out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.complaints import commands as c
from services.compliance.domain.complaints.clocks import run_out, running
from services.compliance.domain.complaints.draft import Refused, Why, file_after
from services.compliance.domain.complaints.machine import apply
from services.compliance.domain.complaints.terms import Place, ends_of, local_date
from services.compliance.domain.complaints.words import State
from services.compliance.domain.gate import facts as gate
from services.compliance.domain.packs.choosing import InForce, PackSet
from services.compliance.domain.packs.duties import Deadline
from shared.contracts.complaints import ComplaintClock
from shared.contracts.conduct import ComplaintExtended
from tests.unit.compliance.complaint_cases import (
    CLERK,
    DAY,
    DECIDER,
    HOUR,
    LIBRARY,
    NOON,
    POLICY,
    action,
    done,
    in_state,
    opened,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def last_days(jurisdiction: str, at: datetime, zone: str = "") -> list[date]:
    """The last local date of each term."""
    ends = POLICY.ends(Place(jurisdiction, zone), at)
    return [local_date(end - timedelta(microseconds=1), ends.zone) for end in ends.instants]


def test_case_s14_fifteen_thirty_and_sixty_days_in_china() -> None:
    assert last_days("CN", NOON) == [date(2026, 3, 17), date(2026, 4, 1), date(2026, 5, 1)]
    complaint = opened().complaint
    assert (complaint.received_on, complaint.due_on) == (date(2026, 3, 2), date(2026, 3, 17))
    assert "cn-mainland@" in complaint.term_cite


def test_the_date_of_receipt_is_the_one_in_china() -> None:
    late_evening = datetime(2026, 3, 2, 23, 30, tzinfo=SHANGHAI)
    assert last_days("CN", late_evening)[0] == date(2026, 3, 17)
    after_midnight_there = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert last_days("CN", after_midnight_there)[0] == date(2026, 3, 18)


def test_eight_weeks_in_britain_to_the_end_of_the_day_in_london() -> None:
    received = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert last_days("GB", received) == [date(2026, 4, 27)]
    (end,) = POLICY.ends(Place("GB"), received).instants
    assert end == datetime(2026, 4, 27, 23, 0, tzinfo=UTC)  # midnight by the summer clock of London


@pytest.mark.parametrize("jurisdiction", ["FR", "FR-75", ""])
def test_where_no_pack_sets_a_term_the_banks_policy_holds_by_the_persons_clock(jurisdiction: str) -> None:
    evening = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # still March 2nd in New York
    assert last_days(jurisdiction, evening, "America/New_York") == [date(2026, 3, 17)]
    assert last_days(jurisdiction, evening, "Not/A_Zone") == [date(2026, 3, 18)]
    assert POLICY.ends(Place(jurisdiction), evening).cite.startswith("Bank policy")


def test_a_state_has_the_term_of_its_country() -> None:
    assert last_days("US-MA", NOON) == last_days("US", NOON)


class Packs:
    """A library in which just these packs are in force."""

    def __init__(self, *sets: PackSet) -> None:
        self.sets = sets

    def in_force(self, _places: object, _at: object) -> InForce:
        return InForce(self.sets, (), (), None)


def packs_of(country: str, **deadline: Any) -> PackSet:
    """The packs of a country, with another deadline for complaints if one is given."""
    (packs,) = LIBRARY.in_force((gate.Place(country=country),), NOON).sets
    if not deadline:
        return packs
    other = Deadline(event="complaint_received", cite="", **deadline)
    return replace(packs, base=msgspec.structs.replace(packs.base, deadlines=(other,)))


def test_of_several_deadlines_the_earliest_counts() -> None:
    for sets in ((packs_of("CN"), packs_of("GB")), (packs_of("GB"), packs_of("CN"))):
        ends = ends_of(Place("CN"), NOON, Packs(*sets), 15)  # type: ignore[arg-type]
        assert ends.instants == POLICY.ends(Place("CN"), NOON).instants


def test_an_extension_that_gives_no_more_time_is_none() -> None:
    packs = Packs(packs_of("CN", due="P30D", extend=("P20D", "P30D", "P60D")))
    ends = ends_of(Place("CN"), NOON, packs, 15)  # type: ignore[arg-type]
    assert [local_date(end - HOUR, ends.zone) for end in ends.instants] == [
        date(2026, 4, 1),
        date(2026, 5, 1),
    ]


@given(
    jurisdiction=st.sampled_from(["CN", "GB", "US", "IN", "FR"]),
    at=st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
)
def test_every_longer_term_is_longer_and_every_term_lies_ahead(jurisdiction: str, at: datetime) -> None:
    ends = POLICY.ends(Place(jurisdiction), at)
    assert list(ends.instants) == sorted(set(ends.instants))
    assert at + 8 * DAY < ends.instants[0]
    assert ends.received_on == local_date(at, ends.zone)


def test_each_extension_needs_asking_and_granting_and_the_rule_ends_them() -> None:
    file = in_state(State.INVESTIGATING)
    for extension, on in ((1, date(2026, 4, 1)), (2, date(2026, 5, 1))):
        with pytest.raises(Refused):
            apply(file, c.ApproveExtension(), DECIDER, NOON, POLICY)
        file = done(file, (c.AskExtension(), CLERK))
        step = apply(file, c.ApproveExtension(), DECIDER, NOON, POLICY)
        (told,) = step.events
        assert isinstance(told, ComplaintExtended)
        assert (told.extension, step.complaint.due_on) == (extension, on)
        assert told.due_at == step.complaint.due_at
        file = file_after(file, step)
    with pytest.raises(Refused, match="no further extension") as refused:
        apply(file, c.AskExtension(), CLERK, NOON, POLICY)
    assert refused.value.why is Why.TERM


def test_a_term_that_has_run_out_is_not_extended() -> None:
    file = done(in_state(State.INVESTIGATING), (c.AskExtension(), CLERK))
    due_at = file.complaint.due_at
    with pytest.raises(Refused, match="run out"):
        apply(file, c.ApproveExtension(), DECIDER, due_at, POLICY)
    assert apply(file, c.ApproveExtension(), DECIDER, due_at - HOUR, POLICY).complaint.extensions == 1


def test_a_clock_says_once_that_it_ran_out() -> None:
    file = in_state(State.INVESTIGATING)
    due_at, name = file.complaint.due_at, file.complaint.complaint_id
    assert run_out(file, ComplaintClock.DECISION, name, due_at - HOUR, POLICY) is None
    step = run_out(file, ComplaintClock.DECISION, name, due_at, POLICY)
    assert step is not None
    assert step.complaint.late_to_decide
    assert (step.act.actor, step.act.after) == ("clock", State.INVESTIGATING)
    file = file_after(file, step)
    assert run_out(file, ComplaintClock.DECISION, name, due_at + DAY, POLICY) is None
    assert running(file) == []


def test_a_clock_is_found_late_no_earlier_than_what_was_done_last() -> None:
    file = in_state(State.INVESTIGATING)
    due_at = file.complaint.due_at
    file = done(file, (c.Assign(assignee_id="another"), CLERK), at=due_at + DAY)
    step = run_out(file, ComplaintClock.DECISION, "complaint-1", due_at, POLICY)
    assert step is not None
    assert step.act.at == due_at + DAY


def test_what_was_done_in_time_does_not_run_out() -> None:
    file = in_state(State.ACKNOWLEDGED)
    later = NOON + 365 * DAY
    name = file.complaint.complaint_id
    assert run_out(file, ComplaintClock.ACKNOWLEDGEMENT, name, later, POLICY) is None
    assert run_out(in_state(State.CLOSED), ComplaintClock.DECISION, name, later, POLICY) is None
    assert run_out(in_state(State.WITHDRAWN), ComplaintClock.DECISION, name, later, POLICY) is None


def test_an_extended_clock_runs_to_its_new_end() -> None:
    file = done(in_state(State.ACKNOWLEDGED), (c.AskExtension(), CLERK), (c.ApproveExtension(), DECIDER))
    name, first_end, longer = file.complaint.complaint_id, *file.complaint.ends[:2]
    assert run_out(file, ComplaintClock.DECISION, name, first_end, POLICY) is None
    assert [(one.clock, one.due_at) for one in running(file)] == [(ComplaintClock.DECISION, longer)]


def test_the_acknowledgement_has_a_clock_of_its_own() -> None:
    file = file_after(None, opened())
    by = file.complaint.acknowledge_by
    assert by == NOON + 2 * DAY
    step = run_out(file, ComplaintClock.ACKNOWLEDGEMENT, file.complaint.complaint_id, by, POLICY)
    assert step is not None
    assert [one.clock for one in running(file_after(file, step))] == [ComplaintClock.DECISION]


def test_a_reopened_complaint_can_be_late_again() -> None:
    file = in_state(State.INVESTIGATING)
    for _ in range(2):
        step = run_out(file, ComplaintClock.DECISION, "complaint-1", file.complaint.due_at, POLICY)
        assert step is not None
        file = done(file_after(file, step), (c.Withdraw(), DECIDER), (c.Reopen(), CLERK))
        assert not file.complaint.late_to_decide


def test_an_action_that_is_late_is_told_and_can_still_be_done() -> None:
    file = done(in_state(State.DECIDED), (action("a", NOON + DAY), CLERK), (action("b", NOON + DAY), CLERK))
    step = run_out(file, ComplaintClock.RECTIFICATION, "a", NOON + DAY, POLICY)
    assert step is not None
    assert step.events[0].action_id == "a"  # type: ignore[attr-defined]
    file = file_after(file, step)
    assert [one.key for one in running(file)] == ["b"]
    file = done(file, (c.FinishAction(action_id="a"), CLERK), at=NOON + 2 * DAY)
    assert file.actions[0].late
    assert run_out(file, ComplaintClock.RECTIFICATION, "a", NOON + 9 * DAY, POLICY) is None
