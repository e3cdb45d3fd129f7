"""The plan of a case, and what a policy would do in the days to come."""

from collections import Counter
from datetime import timedelta

from services.strategy.domain.facts import TimePassed
from services.strategy.domain.forecast import ahead
from services.strategy.domain.plan import plan_of
from services.strategy.domain.policy import Owner, Policy
from shared.contracts.treatments import TreatmentAssigned
from shared.contracts.vocabulary import Channel
from tests.unit.strategy.builders import (
    POLICY,
    START,
    TODAY,
    Story,
    cured,
    detected,
    hold_placed,
    opted_out,
    position,
)
from tests.unit.strategy.policies import CARDS, LADDER, policy


def _opened(given: Policy = POLICY, dpd: int = 5, arrears: str = "800.00") -> Story:
    story = Story(given)
    story.on(detected(position(dpd, arrears)))
    return story


def test_c13_the_plan_says_what_is_to_be_done_by_whom_and_what_was_done() -> None:
    story = _opened(CARDS, 40)
    story.on(TimePassed(), days=3)
    case = story.file.case
    assert case is not None and case.segment == "cards_mid"
    taken = [(event.step, event.assigned_at) for event in story.said if isinstance(event, TreatmentAssigned)]
    plan = plan_of(case, CARDS, taken)
    assert [step.step for step in plan] == [1, 2, 3, 4, 5, 6]
    assert [step.taken_at is not None for step in plan] == [True, True, False, False, False, False]
    assert plan[0].planned_at == START and plan[1].owner is Owner.COLLECTOR
    assert plan[1].taken_at is not None and plan[1].due_by == plan[1].taken_at + timedelta(days=1)
    story.on(cured())
    assert story.file.case is not None and plan_of(story.file.case, CARDS, []) == []


def test_c7_a_daily_ladder_contacts_every_day() -> None:
    daily = policy()
    file = _opened(daily).file
    contacts = ahead(file, daily, START + timedelta(hours=1), 30).contacts
    assert Counter(day for day, _ in contacts) == {TODAY + timedelta(days=n): 1 for n in range(1, 30)}


def test_c10_the_longer_overdue_the_more_contact() -> None:
    def month(dpd: int) -> int:
        file = _opened(CARDS, dpd).file
        return len(ahead(file, CARDS, START + timedelta(hours=1), 30).contacts)

    assert month(1) < month(50) < month(100)


def test_a_forecast_is_what_the_case_then_does_if_nothing_but_time_happens() -> None:
    story = _opened(dpd=100)
    expected = ahead(story.file, POLICY, story.now, 30).contacts
    story.said.clear()
    for _ in range(24 * 29):
        story.on(TimePassed(), hours=1)
    done = [event for event in story.said if isinstance(event, TreatmentAssigned)]
    assert [(POLICY.business_day(event.assigned_at), event.channel) for event in done] == expected


def test_a_forecast_moves_the_case_when_its_days_do() -> None:
    story = _opened(dpd=25)
    contacts = ahead(story.file, POLICY, story.now, 30).contacts
    assert {day for day, channel in contacts if channel is Channel.CALL_LIVE} >= {TODAY + timedelta(days=9)}


def test_a_forecast_contacts_nobody_under_a_hold_and_skips_refused_channels() -> None:
    held = _opened()
    held.on(hold_placed())
    assert ahead(held.file, POLICY, held.now, 30).contacts == []
    refusing = _opened(dpd=40)
    refusing.on(opted_out(Channel.SMS))
    channels = {channel for _, channel in ahead(refusing.file, POLICY, refusing.now, 30).contacts}
    assert Channel.SMS not in channels and Channel.CALL_LIVE in channels


def test_a_case_below_another_policys_entry_is_none_there() -> None:
    story = _opened(dpd=5)
    strict = policy(entry={"minimum_dpd": 30})
    assert ahead(story.file, strict, story.now, 30).segment is None
    assert LADDER["repeat_every"] == "1d"
