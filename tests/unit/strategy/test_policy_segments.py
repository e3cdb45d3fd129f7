"""Exactly one segment for each case, and the check of overlaps sees what the decision does."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.strategy.domain.conditions import Condition
from services.strategy.domain.inputs import Cause, Flag, Level, Profile, SegmentInputs
from services.strategy.domain.policy import Policy
from services.strategy.policy.building import build
from services.strategy.policy.overlaps import taken_wrongly
from services.strategy.policy_document import ConditionText, PolicyText
from services.strategy.policy_file import SHIPPED, PolicyError, read_file, read_policy
from shared.contracts.delinquency import CustomerPosition
from shared.contracts.vocabulary import PartyRole, Product, RiskClassification
from tests.unit.strategy.builders import money
from tests.unit.strategy.policies import BANK, LADDER, source

PARTS = [path for path in sorted(SHIPPED.glob("*.yaml")) if path.stem != "standard"]

positions = st.builds(
    lambda dpd, accounts, cny, usd: CustomerPosition(
        days_past_due=dpd,
        bucket="M1",
        overdue_accounts=accounts,
        arrears=[money(cny), *([money(usd, "USD")] if usd else [])],
    ),
    st.sampled_from([1, 2, 7, 8, 15, 16, 30, 31, 60, 61, 90, 91, 400]),
    st.integers(1, 4),
    st.sampled_from([Decimal(each) for each in ("1000", "49999.99", "50000", "100000")]),
    st.sampled_from([None, Decimal(50), Decimal(9000)]),
)
inputs = st.builds(
    SegmentInputs,
    st.sampled_from([None, *Product]),
    st.builds(
        Profile,
        role=st.sampled_from([None, PartyRole.DEBTOR, PartyRole.GUARANTOR]),
        industry=st.sampled_from([None, "A", "C", "T"]),
        cause=st.sampled_from([None, *Cause]),
        willingness=st.sampled_from([None, *Level]),
        ability=st.sampled_from([None, *Level]),
        classification=st.sampled_from([None, *RiskClassification]),
        score=st.sampled_from([None, 0, 299, 300, 799, 800, 1000]),
        times_overdue=st.sampled_from([None, 0, 2, 3]),
        flags=st.lists(st.sampled_from(Flag), unique=True, max_size=2).map(tuple),
    ),
)


def fitting(policy: Policy, position: CustomerPosition, known: SegmentInputs) -> list[str]:
    """The segments with a condition that the case fulfils."""
    return [
        segment.name
        for segment in policy.segments.values()
        if any(condition.reasons(position, known) is not None for condition in segment.when)
    ]


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.stem)
def test_c2_the_shipped_policies_can_be_used(path: Path) -> None:
    assert read_file(path).policy.looks_beyond


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([read_file(path).policy for path in PARTS]), positions, inputs)
def test_c1_exactly_one_segment_takes_each_case(
    policy: Policy, position: CustomerPosition, known: SegmentInputs
) -> None:
    placement = policy.place(position, known)
    assert (placement is not None) == policy.enters(position)
    if placement is None:
        return
    fits = fitting(policy, position, known)
    if policy.tag != BANK.tag:
        assert len(fits) <= 1
    assert placement.segment.name == (fits[0] if fits else list(policy.segments)[-1])
    assert placement.reasons


conditions: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "minimum_dpd": st.sampled_from([1, 8, 31]),
        "maximum_dpd": st.sampled_from([31, 90]),
        "minimum_arrears": st.sampled_from([{"CNY": 50000}, {"CNY": 50000, "USD": 9000}]),
        "below_arrears": st.sampled_from([{"CNY": 50000}, {"USD": 9000}]),
        "ability": st.sampled_from([["low"], ["high"]]),
        "minimum_score": st.sampled_from([300, 800]),
        "flags": st.just(["bankrupt"]),
        "without_flags": st.just(["bankrupt"]),
    },
)


def _policy(*whens: list[dict[str, Any]]) -> PolicyText:
    segments: list[dict[str, Any]] = [
        {"name": f"s{place}", "stage": "mid", "when": when, "ladder": LADDER}
        for place, when in enumerate(whens)
    ]
    segments.append({"name": "rest", "stage": "early", "ladder": LADDER})
    frame = {
        "name": "trial",
        "version": 1,
        "time_zone": "UTC",
        "entry": {"minimum_dpd": 1},
        "pause_after_payment": "1d",
        "promise": {"grace_days": 1, "tolerance_percent": 1, "longest_days": 9},
    }
    return msgspec.convert({**frame, "segments": segments}, PolicyText)


@settings(max_examples=400, deadline=None)
@given(conditions, conditions, st.booleans(), positions, inputs)
def test_overlaps_and_unreachable_segments_are_found_and_none_is_invented(
    one: dict[str, Any],
    other: dict[str, Any],
    lenient: bool,
    position: CustomerPosition,
    known: SegmentInputs,
) -> None:
    assume(one and other)
    if lenient and "ability" in other:
        other = {**other, "or_unknown": ["ability"]}
    text = _policy([one], [other])
    wrong = " ".join(f"{each.path}: {each.what}" for each in taken_wrongly(text))
    first, second, _ = build(text, "").segments.values()
    fits = [_fits(each.when, position, known) for each in (first, second)]
    if all(fits):
        assert "overlaps" in wrong or "never reached" in wrong
    if fits[1] and not fits[0]:
        assert "segments[1].when[0]: never" not in wrong
    if fits[0]:
        assert "segments[0].when[0]: never" not in wrong
    if not any(fits):
        assert "segments[2]: never reached" not in wrong


def _fits(when: tuple[Condition, ...], position: CustomerPosition, known: SegmentInputs) -> bool:
    return any(condition.reasons(position, known) is not None for condition in when)


def test_several_earlier_segments_together_make_a_later_one_unreachable() -> None:
    text = _policy([{"maximum_dpd": 30}], [{"minimum_dpd": 31, "maximum_dpd": 90}], [{"maximum_dpd": 60}])
    (wrong,) = taken_wrongly(text)
    assert wrong.path == "segments[2].when[0]" and wrong.what.startswith("never reached")


def test_an_empty_condition_list_means_everything() -> None:
    assert ConditionText() == ConditionText(product=[])


def test_a_composed_policy_keeps_each_part_to_its_scope(tmp_path: Path) -> None:
    part: dict[str, Any] = {
        "segments": [
            {"name": "cards_old", "stage": "mid", "when": [{"minimum_dpd": 31}], "ladder": LADDER},
            {"name": "cards_rest", "stage": "early", "ladder": LADDER},
        ]
    }
    (tmp_path / "cards.yaml").write_text(source("cards", scope={"product": ["credit_card"]}, **part))
    whole = tmp_path / "whole.yaml"
    rest = [{"name": "rest", "stage": "early", "ladder": LADDER}]
    whole.write_text(source("whole", parts=["cards"], segments=rest))
    found = read_file(whole)
    assert list(found.policy.segments) == ["cards_old", "cards_rest", "rest"]
    old = found.policy.segments["cards_old"].when[0]
    assert old.tests and old.minimum_dpd == 31 and "parts" not in found.document
    (tmp_path / "cards.yaml").write_text(source("cards", scope={"product": ["mortgage"]}, **part))
    assert read_file(whole).policy.digest != found.policy.digest


def test_mistakes_in_a_composed_policy_are_told_where_they_were_written(tmp_path: Path) -> None:
    rest: list[dict[str, Any]] = [{"name": "rest", "stage": "closed", "ladder": LADDER}]
    whole = tmp_path / "whole.yaml"
    whole.write_text(source("whole", parts=["retail_cards"], segments=rest))
    with pytest.raises(PolicyError) as caught:
        read_file(whole)
    (problem,) = caught.value.problems
    assert problem.field == "segments[0].stage"
    assert "stage: closed" in whole.read_text().splitlines()[problem.line - 1]
    with pytest.raises(PolicyError, match="there is no part nowhere"):
        read_policy("x.yaml", source(parts=["nowhere"]).encode())
    with pytest.raises(PolicyError, match="standard has no scope"):
        read_policy("x.yaml", source(parts=["standard"]).encode())
