"""Cases open, move between segments, and close."""

from datetime import timedelta

import pytest

from services.strategy.domain.facts import TimePassed
from services.strategy.domain.records import CaseStatus
from services.strategy.domain.suspension import NONE_DUE, deadlines
from shared.contracts.delinquency import BucketChanged
from shared.contracts.treatments import CaseOutcome, SuspensionReason, TreatmentAssigned
from shared.contracts.vocabulary import CaseStage
from tests.unit.strategy.builders import (
    CURED,
    CUSTOMER,
    START,
    Story,
    cured,
    detected,
    dispatched,
    names,
    paid,
    position,
    undone,
    updated,
)


def test_an_overdue_customer_gets_a_case_a_segment_and_the_first_step_at_once() -> None:
    story = Story()
    said = story.on(detected())
    assert names(said) == ["case.opened", "segment.assigned", "treatment.assigned"]
    case = story.file.case
    assert case is not None
    assert (case.number, case.status, case.stage, case.segment) == (
        1,
        CaseStatus.OPEN,
        CaseStage.EARLY,
        "early_small",
    )
    assert said[1].policy == "standard-1" and said[1].reasons == ["otherwise"]
    assert isinstance(said[2], TreatmentAssigned) and said[2].step == 1


def test_a_position_below_the_entry_threshold_opens_no_case() -> None:
    story = Story()
    assert story.on(detected(position(arrears="49.99"))) == []
    assert story.file.case is None and story.entries == []


def test_growing_older_moves_the_case_and_starts_the_next_ladder() -> None:
    story = Story()
    story.on(detected())
    said = story.on(updated(position(31)), days=26)
    assert names(said) == ["treatment.suspended", "segment.assigned", "treatment.assigned"]
    assert said[0].reason is SuspensionReason.RESEGMENTED
    assert said[1].segment == "mid" and said[1].reasons == ["dpd>=31"]
    assert said[2].template == "overdue_firm" and said[2].step == 1


def test_a_day_of_ageing_decides_nothing_and_fills_no_timeline() -> None:
    story = Story()
    story.on(detected())
    before = len(story.entries)
    assert story.on(updated(position(6)), hours=1) == []
    assert len(story.entries) == before
    assert story.file.case is not None and story.file.case.days_past_due == 6


def test_a_second_account_is_told_in_the_timeline() -> None:
    story = Story()
    story.on(detected())
    story.on(detected(position(accounts=2, arrears="900.00")), hours=1)
    assert [entry.sequence for entry in story.entries] == [1, 2]
    assert story.entries[1].type == "overdue.detected"


def test_a_cure_closes_the_case_and_leaves_no_timer() -> None:
    story = Story()
    story.on(detected())
    said = story.on(cured(), days=1)
    assert names(said) == ["case.closed"] and said[0].outcome is CaseOutcome.CURED
    assert deadlines(story.file) == NONE_DUE
    assert story.on(TimePassed(), days=30) == []


def test_arrears_that_fall_below_the_threshold_close_the_case() -> None:
    story = Story()
    story.on(detected())
    assert names(story.on(updated(position(arrears="20.00")), days=1)) == ["case.closed"]
    assert story.entries[-1].summary["why"] == "below_entry"


def test_falling_behind_again_opens_the_next_case() -> None:
    story = Story()
    first = story.on(detected())[0].case_id
    story.on(cured(), days=1)
    said = story.on(detected(), days=30)
    assert names(said)[0] == "case.opened" and said[0].case_id != first
    assert story.file.customer.cases == 2
    assert first in story.file.earlier


def test_a_payment_pauses_contact_for_three_days() -> None:
    story = Story()
    story.on(detected())
    said = story.on(paid(), days=1)
    assert names(said) == ["treatment.suspended"]
    assert said[0].reason is SuspensionReason.PAYMENT and (said[0].until - story.now).days == 3
    assert deadlines(story.file).next_step == said[0].until
    assert story.on(TimePassed(), days=2) == []
    assert names(story.on(TimePassed(), days=1)) == ["treatment.assigned"]


def test_a_payment_that_cures_closes_instead_of_pausing() -> None:
    story = Story()
    story.on(detected())
    assert names(story.on(paid("800.00", CURED), days=1)) == ["case.closed"]


def test_a_reversed_payment_ends_its_pause() -> None:
    story = Story()
    story.on(detected())
    story.on(paid(payment="p"), days=3)
    assert names(story.on(undone("p"), hours=1)) == ["treatment.assigned"]


def test_a_reversal_after_the_cure_opens_a_new_case() -> None:
    story = Story()
    story.on(detected())
    story.on(paid("800.00", CURED, payment="p"), days=1)
    assert names(story.on(undone("p", "800.00"), days=1))[:2] == ["case.opened", "segment.assigned"]


def test_a_contact_of_a_closed_case_is_still_counted() -> None:
    story = Story()
    case_id = story.on(detected())[0].case_id
    story.on(cured(), days=1)
    story.on(detected(), days=1)
    story.on(dispatched(case_id), days=1)
    assert story.file.earlier[case_id].contacts == 1
    assert story.entries[-1].case_id == case_id and story.entries[-1].type == "contact.dispatched"
    assert story.file.case is not None and story.file.case.contacts == 0


def test_the_last_contact_is_the_latest_made_not_the_last_heard_of() -> None:
    story = Story()
    case_id = story.on(detected())[0].case_id
    story.on(dispatched(case_id, at=START + timedelta(hours=2)))
    story.on(dispatched(case_id, at=START + timedelta(hours=1)))
    assert story.file.case is not None
    assert (story.file.case.contacts, story.file.case.last_contact_at) == (2, START + timedelta(hours=2))


def test_a_contact_of_an_unknown_case_is_refused_with_a_sentence() -> None:
    story = Story()
    story.on(detected())
    with pytest.raises(ValueError, match="names a case that this customer does not have"):
        story.on(dispatched("case-of-another"))


def test_a_bucket_change_is_told_in_the_timeline() -> None:
    story = Story()
    story.on(detected())
    fact = BucketChanged(
        customer_id=CUSTOMER,
        account_id="account-1",
        as_of=START,
        before="M1",
        after="M2",
        days_past_due=31,
        arrears=position().arrears[0].amount,
        currency="CNY",
    )
    assert story.on(fact) == []
    assert story.entries[-1].summary == {"account": "account-1", "before": "M1", "after": "M2"}


def test_an_impossible_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="days past due"):
        Story().on(detected(position(10**12)))
