"""Steps are taken when due, in order, and never while suspended."""

from dataclasses import replace
from datetime import timedelta

from services.strategy.domain.facts import TimePassed
from services.strategy.domain.policy import LadderEnd
from services.strategy.domain.suspension import deadlines
from shared.contracts.treatments import TreatmentAssigned
from shared.contracts.vocabulary import Channel
from tests.unit.strategy.builders import (
    POLICY,
    START,
    Story,
    detected,
    hold_placed,
    hold_released,
    names,
    opted_out,
    paid,
    position,
)


def _walk(story: Story, steps: int) -> list[TreatmentAssigned]:
    taken = []
    for _ in range(steps):
        due = deadlines(story.file).next_step
        if due is None:
            break
        story.now = due
        taken += [event for event in story.on(TimePassed()) if isinstance(event, TreatmentAssigned)]
    return taken


def test_steps_follow_each_other_after_their_intervals_and_the_last_repeats() -> None:
    story = Story()
    story.on(detected(position(40)))
    taken = _walk(story, 6)
    assert [treatment.step for treatment in taken] == [2, 3, 4, 5, 5, 5]
    days = [(treatment.assigned_at - START).days for treatment in taken]
    assert days == [3, 7, 14, 21, 31, 41]
    assert len({treatment.treatment_id for treatment in taken}) == 6


def test_a_ladder_that_holds_at_its_last_step_asks_for_no_more_timers() -> None:
    story = Story()
    story.on(detected())
    assert [treatment.step for treatment in _walk(story, 10)] == [2, 3, 4, 5]
    assert deadlines(story.file).next_step is None


def test_a_step_that_is_late_delays_those_after_it_instead_of_crowding_them() -> None:
    story = Story()
    story.on(detected(position(40)))
    assert names(story.on(TimePassed(), days=30)) == ["treatment.assigned"]
    assert deadlines(story.file).next_step == story.now + timedelta(days=4)


def test_a_hold_without_an_end_stops_the_ladder_until_it_is_released() -> None:
    story = Story()
    story.on(detected())
    said = story.on(hold_placed(), days=1)
    assert names(said) == ["treatment.suspended"] and said[0].until is None
    assert deadlines(story.file).next_step is None
    assert story.on(TimePassed(), days=50) == []
    assert names(story.on(hold_released(), days=1)) == ["treatment.assigned"]


def test_a_hold_with_an_end_lets_the_ladder_go_on_by_itself() -> None:
    story = Story()
    story.on(detected())
    until = START + timedelta(days=20)
    story.on(hold_placed(until=until), days=1)
    assert deadlines(story.file).next_step == until
    story.now = until
    assert names(story.on(TimePassed())) == ["treatment.assigned"]


def test_contact_resumes_only_when_the_last_of_several_holds_is_gone() -> None:
    story = Story()
    story.on(detected())
    story.on(hold_placed("a"), days=1)
    story.on(hold_placed("b"))
    story.on(hold_placed("b"))
    assert story.on(hold_released("a"), days=9) == []
    assert names(story.on(hold_released("b"))) == ["treatment.assigned"]


def test_a_hold_placed_before_the_case_suspends_it_from_the_start() -> None:
    story = Story()
    assert story.on(hold_placed()) == []
    assert names(story.on(detected(), days=1)) == ["case.opened", "segment.assigned", "treatment.suspended"]


def test_a_hold_heard_of_after_its_release_does_not_stand() -> None:
    story = Story()
    story.on(hold_released())
    story.on(hold_placed())
    assert names(story.on(detected())) == ["case.opened", "segment.assigned", "treatment.assigned"]


def test_steps_on_a_refused_channel_are_skipped_and_said_to_be() -> None:
    story = Story()
    story.on(detected())
    story.on(opted_out(Channel.SMS))
    taken = _walk(story, 10)
    assert [(treatment.step, treatment.channel) for treatment in taken] == [
        (3, Channel.EMAIL),
        (5, Channel.CALL_LIVE),
    ]
    assert [entry.summary["skipped"] for entry in story.entries if "skipped" in entry.summary] == [2, 4]


def test_a_repeating_step_on_a_refused_channel_ends_the_ladder() -> None:
    story = Story()
    story.on(detected(position(40)))
    story.on(opted_out(None))
    _walk(story, 20)
    assert deadlines(story.file).next_step is None


def test_a_guarantors_opt_out_leaves_the_debtors_steps() -> None:
    story = Story()
    story.on(detected())
    story.on(opted_out(Channel.SMS, person="guarantor-1"))
    assert story.file.customer.opted_out == ()
    assert story.entries[-1].summary == {"channel": Channel.SMS, "debtor": False}


def test_the_longest_suspension_counts() -> None:
    story = Story()
    story.on(detected())
    until = START + timedelta(days=20)
    story.on(hold_placed(until=until), days=1)
    story.on(paid(), days=1)
    assert deadlines(story.file).next_step == until


def test_a_case_of_a_segment_that_the_policy_lost_is_placed_anew() -> None:
    story = Story()
    story.on(detected(position(40)))
    kept = {name: segment for name, segment in POLICY.segments.items() if name != "mid"}
    story.policy = replace(POLICY, tag="standard-2", segments=kept)
    said = story.on(TimePassed(), days=1)
    assert names(said) == ["treatment.suspended", "segment.assigned", "treatment.assigned"]
    assert said[1].segment == "early_small" and said[1].policy == "standard-2"


def test_a_ladder_that_stops_takes_nothing_more() -> None:
    early = POLICY.segments["early_small"]
    ladder = replace(early.ladder, end=LadderEnd.STOP, steps=early.ladder.steps[:1])
    story = Story(replace(POLICY, segments={"early_small": replace(early, ladder=ladder)}))
    story.on(detected())
    assert deadlines(story.file).next_step is None
