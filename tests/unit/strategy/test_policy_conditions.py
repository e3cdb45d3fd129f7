"""Segments look at more than the position: what is unknown fulfils nothing unless the policy says so."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.strategy.domain.inputs import Cause, Flag, Level, Profile, SegmentInputs, leading
from services.strategy.domain.policy import Policy
from shared.contracts.book import CustomerProfiled
from shared.contracts.delinquency import ClassificationChanged, Trigger, TriggerRaised
from shared.contracts.lending import CustomerProfile, PartyType, SizeBand
from shared.contracts.treatments import SegmentAssigned
from shared.contracts.vocabulary import OutcomeCode, PartyRole, Product, RiskClassification
from tests.unit.strategy.builders import (
    CUSTOMER,
    START,
    Story,
    cured,
    detected,
    position,
    promised,
    updated,
)
from tests.unit.strategy.policies import BANK, CARDS, known, policy


def segment(given: Policy, inputs: SegmentInputs, dpd: int = 5, arrears: str = "800") -> str:
    placement = given.place(position(dpd, arrears), inputs)
    assert placement is not None
    return placement.segment.name


@pytest.mark.parametrize(
    ("condition", "fits", "fits_not", "code"),
    [
        (
            {"product": ["credit_card"]},
            known(Product.CREDIT_CARD),
            known(Product.MORTGAGE),
            "product=credit_card",
        ),
        ({"industry": ["A", "E"]}, known(industry="E"), known(industry="C"), "industry=E"),
        (
            {"role": ["guarantor"]},
            known(role=PartyRole.GUARANTOR),
            known(role=PartyRole.DEBTOR),
            "role=guarantor",
        ),
        (
            {"willingness": ["low"]},
            known(willingness=Level.LOW),
            known(willingness=Level.HIGH),
            "willingness=low",
        ),
        ({"ability": ["high"]}, known(ability=Level.HIGH), known(ability=Level.LOW), "ability=high"),
        ({"cause": ["forgot"]}, known(cause=Cause.FORGOT), known(cause=Cause.EVASION), "cause=forgot"),
        (
            {"classification": ["doubtful"]},
            known(classification=RiskClassification.DOUBTFUL),
            known(classification=RiskClassification.NORMAL),
            "classification=doubtful",
        ),
        ({"minimum_score": 700}, known(score=700), known(score=699), "score>=700"),
        ({"maximum_score": 300}, known(score=300), known(score=301), "score<=300"),
        ({"minimum_times_overdue": 3}, known(times_overdue=3), known(times_overdue=2), "times_overdue>=3"),
    ],
)
def test_c1_every_input_places_a_case_and_an_unknown_one_does_not(
    condition: dict[str, Any], fits: SegmentInputs, fits_not: SegmentInputs, code: str
) -> None:
    given = policy({"name": "wanted", "when": [condition]})
    assert given.looks_beyond
    placement = given.place(position(), fits)
    assert placement is not None and placement.segment.name == "wanted" and placement.reasons == (code,)
    assert segment(given, fits_not) == segment(given, known()) == "rest"
    (name,) = [name.removeprefix("minimum_").removeprefix("maximum_") for name in condition]
    lenient = policy({"name": "wanted", "when": [{**condition, "or_unknown": [name]}]})
    placement = lenient.place(position(), known())
    assert placement is not None and placement.reasons == (f"{name}=unknown",)
    assert segment(lenient, fits_not) == "rest"


def test_c1_flags_stand_only_where_somebody_raised_them() -> None:
    given = policy({"name": "wanted", "when": [{"flags": ["multi_lender"], "without_flags": ["bankrupt"]}]})
    assert segment(given, known(flags=(Flag.MULTI_LENDER,))) == "wanted"
    assert segment(given, known(flags=(Flag.MULTI_LENDER, Flag.BANKRUPT))) == "rest"
    assert segment(given, known()) == "rest"


def test_c1_amounts_bound_a_segment_from_above_and_below() -> None:
    given = policy(
        {"name": "large", "when": [{"minimum_arrears": {"CNY": 50000}}]},
        {"name": "small", "when": [{"below_arrears": {"CNY": 1000}}]},
        matching="only",
    )
    assert segment(given, known(), arrears="50000") == "large"
    assert segment(given, known(), arrears="999.99") == "small"
    assert segment(given, known(), arrears="1000") == "rest"


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (Product.CREDIT_CARD, "cards_early"),
        (Product.PERSONAL_LOAN, "loans_early"),
        (Product.MORTGAGE, "loans_early"),
        (Product.SMALL_BUSINESS_LOAN, "sme_early"),
        (Product.CORPORATE_LOAN, "corporate_early"),
        (Product.STUDENT_LOAN, "student_early"),
        (None, "unknown_product"),
    ],
)
def test_c2_each_product_has_its_own_strategy(product: Product | None, expected: str) -> None:
    assert segment(BANK, known(product)) == expected


def test_a3_a_guarantor_is_treated_as_one_whatever_the_product() -> None:
    for product in Product:
        assert segment(BANK, known(product, role=PartyRole.GUARANTOR)) == "guarantor_early"


def test_a16_who_forgot_or_always_paid_gets_the_cheapest_reminder() -> None:
    for inputs in (known(cause=Cause.FORGOT), known(score=900)):
        placement = CARDS.place(position(3), inputs)
        assert placement is not None
        ladder = placement.segment.ladder
        assert placement.segment.name == "cards_self_cure"
        assert {step.channel for step in ladder.steps} == {"sms"}


def test_a17_who_is_short_of_cash_but_willing_is_asked_for_a_plan() -> None:
    willing = known(cause=Cause.SHORT_OF_CASH, willingness=Level.HIGH)
    assert segment(CARDS, willing, 10) == "cards_willing"
    assert segment(CARDS, known(cause=Cause.SHORT_OF_CASH), 10) == "cards_early"


def test_a18_who_cannot_pay_is_not_pressed() -> None:
    for dpd in (5, 40, 200):
        placement = CARDS.place(position(dpd), known(ability=Level.LOW))
        assert placement is not None and placement.segment.name == "cards_hardship"
        assert "demand_letter" not in {step.template for step in placement.segment.ladder.steps}


def test_a21_willingness_and_ability_are_two_dimensions() -> None:
    quadrants = policy(
        *(
            {"name": f"{willing}_{able}", "when": [{"willingness": [willing], "ability": [able]}]}
            for willing in Level
            for able in Level
        ),
        matching="only",
    )
    for willing in Level:
        for able in Level:
            assert segment(quadrants, known(willingness=willing, ability=able)) == f"{willing}_{able}"
    assert segment(quadrants, known(willingness=Level.HIGH)) == "rest"


def test_c3_large_old_and_risky_cases_have_the_higher_priority() -> None:
    def priority(dpd: int, arrears: str = "800", **profile: Any) -> int:
        placement = CARDS.place(position(dpd, arrears), known(**profile))
        assert placement is not None
        return placement.segment.priority

    assert priority(3) < priority(40) < priority(100)
    assert priority(10) < priority(10, "60000")
    assert priority(3) < priority(3, flags=(Flag.WILFUL_DEFAULT,))


def test_c14_what_is_learned_moves_the_case_at_once() -> None:
    story = Story(BANK)
    story.on(detected(position(3)))
    assert story.file.case is not None and story.file.case.segment == "cards_early"
    told = replace(promised(), outcome=OutcomeCode.HARDSHIP, promised=None, promise_due=None)
    said = [event for event in story.on(told) if isinstance(event, SegmentAssigned)]
    assert [(event.segment, event.policy) for event in said] == [("cards_hardship", "bank-1")]
    assert said[0].reasons[:2] == ["product=credit_card", "ability=low"]


def test_c14_a_covenant_breach_moves_a_corporate_case() -> None:
    story = Story(BANK)
    breach = TriggerRaised(
        customer_id=CUSTOMER, trigger=Trigger.COVENANT_BREACH, kind="purpose", effective_at=START
    )
    story.on(breach)
    assert story.file.customer.profile == Profile(flags=(Flag.COVENANT_BREACH,))
    fact = detected(position(3, "5000"))
    story.on(replace(fact, product=Product.CORPORATE_LOAN))
    assert story.file.case is not None and story.file.case.segment == "corporate_breach"


def test_the_case_knows_the_products_of_its_overdue_accounts() -> None:
    story = Story()
    story.on(detected())
    assert story.file.case is not None
    assert story.file.case.products == {"account-1": Product.CREDIT_CARD}
    before = story.file.case.products
    story.on(updated(position(6)))
    assert story.file.case.products is before
    story.on(cured())
    assert story.file.case.products == {}


def test_the_leading_product_is_the_weightiest() -> None:
    assert leading([Product.CREDIT_CARD, Product.CORPORATE_LOAN]) is Product.CORPORATE_LOAN
    assert leading([]) is None
    assert all(leading([each]) is each for each in Product)


def test_a_policy_that_looks_at_the_position_alone_needs_no_inputs() -> None:
    given = policy({"name": "large", "when": [{"minimum_arrears": {"CNY": 50000}}]})
    assert not given.looks_beyond


def test_a2_a12_the_banks_profile_is_what_segments_look_at() -> None:
    story = Story(BANK)
    story.on(detected(position(3)))
    given = CustomerProfile(
        party_type=PartyType.CORPORATE, size_band=SizeBand.SMALL, industry="E47", multi_lender=True
    )
    story.on(CustomerProfiled(customer_id=CUSTOMER, version=1, profile=given))
    profile = story.file.customer.profile
    assert profile == Profile(
        party=PartyType.CORPORATE, size=SizeBand.SMALL, industry="E", flags=(Flag.MULTI_LENDER,)
    )
    story.on(CustomerProfiled(customer_id=CUSTOMER, version=2, profile=CustomerProfile()))
    assert story.file.customer.profile == Profile(party=PartyType.INDIVIDUAL)


def test_c1_the_worst_tier_of_the_accounts_is_the_customers() -> None:
    tiers = RiskClassification
    story = Story(BANK)
    for account, tier, worst in (
        ("a", tiers.DOUBTFUL, tiers.DOUBTFUL),
        ("b", tiers.SUBSTANDARD, tiers.DOUBTFUL),
        ("a", tiers.SPECIAL_MENTION, tiers.SUBSTANDARD),
        ("b", tiers.NORMAL, None),
    ):
        story.on(
            ClassificationChanged(
                customer_id=CUSTOMER,
                account_id=account,
                as_of=START,
                before=tiers.NORMAL,
                after=tier,
                reason="days",
            )
        )
        assert story.file.customer.profile is not None
        assert story.file.customer.profile.classification is worst
