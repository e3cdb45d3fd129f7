"""Promises are judged by the payments in their window, whatever the order in which facts came."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from services.strategy.domain.facts import TimePassed
from services.strategy.domain.records import PromiseStatus
from services.strategy.domain.suspension import deadlines
from shared.contracts.treatments import PromiseBroken, PromiseKept, SuspensionReason, TreatmentAssigned
from tests.unit.strategy.builders import (
    CURED,
    START,
    TODAY,
    Story,
    cured,
    detected,
    names,
    paid,
    position,
    promised,
    undone,
)

DUE = TODAY + timedelta(days=5)
DEADLINE = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
"""Two days of grace after the 7th end at midnight in Shanghai."""


def _promise(story: Story) -> PromiseStatus:
    (promise,) = story.file.promises.values()
    return promise.status


def _promising() -> Story:
    story = Story()
    story.on(detected())
    story.on(promised())
    return story


def test_a_promise_suspends_contact_until_its_grace_is_over() -> None:
    story = Story()
    story.on(detected())
    said = story.on(promised())
    assert names(said) == ["promise.made", "treatment.suspended"]
    assert said[0].due_date == DUE and said[1].reason is SuspensionReason.PROMISE
    assert said[1].until == DEADLINE
    assert deadlines(story.file).promise_due == DEADLINE
    assert deadlines(story.file).next_step == DEADLINE


def test_payments_add_up_and_keep_the_promise_within_the_tolerance() -> None:
    story = _promising()
    assert "promise.kept" not in names(story.on(paid("200.00"), days=1))
    said = story.on(paid("275.00"), days=1)
    assert [event.paid.amount for event in said if isinstance(event, PromiseKept)] == [Decimal("475.00")]
    assert _promise(story) is PromiseStatus.KEPT


def test_one_cent_below_the_tolerance_is_not_enough() -> None:
    story = _promising()
    story.on(paid("474.99"), days=1)
    assert _promise(story) is PromiseStatus.PENDING
    story.now = DEADLINE
    said = story.on(TimePassed())
    assert names(said) == ["promise.broken", "treatment.assigned"]
    assert isinstance(said[0], PromiseBroken) and said[0].paid.amount == Decimal("474.99")
    assert _promise(story) is PromiseStatus.PARTIAL


def test_an_unpaid_promise_is_broken_at_its_deadline_and_not_before() -> None:
    story = _promising()
    story.now = DEADLINE - timedelta(seconds=1)
    assert story.on(TimePassed()) == []
    assert names(story.on(TimePassed(), seconds=1)) == ["promise.broken", "treatment.assigned"]
    assert _promise(story) is PromiseStatus.BROKEN


def test_a_payment_before_the_promise_or_in_another_currency_does_not_count() -> None:
    story = _promising()
    story.on(paid("500.00", effective_at=START - timedelta(days=1)), days=1)
    story.on(paid("500.00", currency="USD"))
    assert _promise(story) is PromiseStatus.PENDING


def test_a_payment_heard_of_before_its_promise_counts() -> None:
    story = Story()
    story.on(detected())
    story.on(paid("500.00", effective_at=START + timedelta(hours=2)), hours=3)
    assert names(story.on(promised(recorded_at=START + timedelta(hours=1)))) == [
        "promise.made",
        "treatment.suspended",
        "promise.kept",
    ]


def test_a_payment_heard_of_after_the_deadline_counts_if_it_was_made_in_time() -> None:
    story = _promising()
    story.on(TimePassed(), days=20)
    assert _promise(story) is PromiseStatus.BROKEN
    said = story.on(paid("500.00", effective_at=START + timedelta(days=5)), hours=1)
    assert "promise.kept" in names(said)


def test_a_payment_made_after_the_deadline_keeps_no_promise() -> None:
    story = _promising()
    story.on(paid("500.00", effective_at=DEADLINE), days=20)
    assert _promise(story) is PromiseStatus.BROKEN


def test_a_missed_promise_is_said_to_be_broken_once_whatever_is_reversed_later() -> None:
    story = _promising()
    story.on(paid("100.00", payment="p"), days=1)
    story.on(TimePassed(), days=20)
    assert _promise(story) is PromiseStatus.PARTIAL
    story.on(undone("p", "100.00"), days=1)
    assert _promise(story) is PromiseStatus.BROKEN
    assert names(story.said).count("promise.broken") == 1


def test_a_reversal_in_the_window_reopens_a_kept_promise() -> None:
    story = _promising()
    story.on(paid("500.00", payment="p"), days=1)
    said = story.on(undone("p", "500.00"), days=1)
    assert _promise(story) is PromiseStatus.PENDING
    assert names(said) == ["treatment.suspended"] and said[0].reason is SuspensionReason.PROMISE
    assert deadlines(story.file).promise_due == DEADLINE


def test_a_reversal_after_the_deadline_breaks_a_kept_promise() -> None:
    story = _promising()
    story.on(paid("100.00", payment="a"), days=1)
    story.on(paid("400.00", payment="b"), days=1)
    said = story.on(undone("b", "400.00"), days=30)
    assert "promise.broken" in names(said)
    assert _promise(story) is PromiseStatus.PARTIAL


def test_a_reversal_heard_of_before_its_payment_makes_it_count_for_nothing() -> None:
    story = _promising()
    story.on(undone("p", "500.00"), days=1)
    story.on(paid("500.00", payment="p"), hours=1)
    assert _promise(story) is PromiseStatus.PENDING


def test_a_cure_without_the_money_cancels_the_promise() -> None:
    story = _promising()
    assert names(story.on(cured(), days=1)) == ["case.closed"]
    assert _promise(story) is PromiseStatus.CANCELLED
    assert deadlines(story.file).promise_due is None


def test_a_cure_by_the_promised_payment_keeps_the_promise_whichever_is_heard_first() -> None:
    together, late = _promising(), _promising()
    assert names(together.on(paid("500.00", CURED, payment="p"), days=1)) == ["promise.kept", "case.closed"]
    late.on(cured(), days=1)
    assert names(late.on(paid("500.00", CURED, payment="p"))) == ["promise.kept"]
    assert _promise(together) is _promise(late) is PromiseStatus.KEPT


def test_a_reversal_after_the_cure_leaves_a_pending_promise_that_suspends_the_new_case() -> None:
    story = _promising()
    story.on(paid("500.00", CURED, payment="p"), days=1)
    said = story.on(undone("p", "500.00"), days=1)
    assert "treatment.assigned" not in names(said)
    assert deadlines(story.file).next_step == DEADLINE


def test_parts_promised_for_two_days_are_filled_in_turn() -> None:
    story = Story()
    story.on(detected())
    story.on(promised("300.00", DUE, outcome="first"))
    story.on(promised("200.00", DUE + timedelta(days=7), outcome="second"))
    story.on(paid("300.00"), days=1)
    assert sorted(promise.status for promise in story.file.promises.values()) == ["kept", "pending"]
    story.on(paid("200.00"), days=1)
    assert {promise.status for promise in story.file.promises.values()} == {PromiseStatus.KEPT}


def test_the_same_outcome_twice_is_one_promise() -> None:
    story = Story()
    story.on(detected())
    story.on(promised(outcome="o"))
    assert story.on(promised(outcome="o")) == []
    assert len(story.file.promises) == 1 and story.file.customer.promises == 1


def test_promises_that_cannot_be_taken_are_told_in_the_timeline_with_the_reason() -> None:
    story = Story()
    story.on(detected())
    for due, reason in (
        (TODAY - timedelta(days=1), "due_in_the_past"),
        (date(9999, 12, 31), "due_too_late"),
    ):
        assert story.on(promised(due=due)) == []
        assert story.entries[-1].summary["not_taken"] == reason
    story.on(cured())
    story.on(promised())
    assert story.entries[-1].summary["not_taken"] == "case_closed"


def test_a_promise_made_about_an_earlier_case_suspends_the_open_one() -> None:
    story = Story()
    first = story.on(detected())[0].case_id
    story.on(cured(), days=1)
    second = story.on(detected(), days=1)[0].case_id
    said = story.on(promised(case_id=first))
    assert said[0].case_id == second
    assert story.entries[-1].case_id == second


def test_a_broken_promise_takes_the_last_step_of_a_ladder_that_holds_there_again() -> None:
    story = Story()
    story.on(detected())
    while (due := deadlines(story.file).next_step) is not None:
        story.now = due
        story.on(TimePassed())
    story.on(promised(recorded_at=story.now, due=story.now.date()))
    due = deadlines(story.file).promise_due
    assert due is not None
    story.now = due
    said = story.on(TimePassed())
    assert names(said) == ["promise.broken", "treatment.assigned"] and said[1].step == 5
    ids = [event.treatment_id for event in story.said if isinstance(event, TreatmentAssigned)]
    assert len(ids) == len(set(ids))


def test_the_tolerance_never_makes_a_cent_free() -> None:
    story = Story()
    story.on(detected(position()))
    story.on(promised("0.01"))
    assert _promise(story) is PromiseStatus.PENDING
