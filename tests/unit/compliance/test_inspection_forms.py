"""Scoring: weights, critical items, marks that leave something open."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.inspection.forms import Form, FormError, Item, check, score
from services.compliance.domain.inspection.words import Mark

FORM = Form(
    form_id="telephone",
    version=1,
    title="Telephone",
    items=(
        Item(item_id="a", title="a", weight=2),
        Item(item_id="b", title="b", weight=3),
        Item(item_id="c", title="c", weight=5, critical=True),
    ),
)
MARKS = st.fixed_dictionaries({name: st.sampled_from(Mark) for name in "abc"})


def marked(**marks: Mark) -> dict[str, Mark]:
    return {"a": Mark.MET, "b": Mark.MET, "c": Mark.MET} | marks


def test_met_weight_counts_by_what_applies() -> None:
    assert score(FORM, marked()).points == 100
    assert score(FORM, marked(a=Mark.NOT_MET)).points == 80
    assert score(FORM, marked(b=Mark.PARTLY_MET)).points == 85
    assert score(FORM, marked(c=Mark.NOT_APPLICABLE, a=Mark.NOT_MET)).points == 60
    assert score(FORM, marked(c=Mark.NOT_APPLICABLE, b=Mark.NOT_MET)).points == 40


def test_passing_takes_the_mark() -> None:
    assert score(FORM, marked(a=Mark.NOT_MET)).passed
    assert not score(FORM, marked(b=Mark.NOT_MET)).passed


def test_points_have_two_decimals_and_what_is_shown_decides() -> None:
    thirds = Form(
        form_id="f",
        version=1,
        title="f",
        items=tuple(Item(item_id=name, title=name, weight=1) for name in "abc"),
        pass_mark=67,
    )
    found = score(thirds, {"a": Mark.MET, "b": Mark.MET, "c": Mark.NOT_MET})
    assert (str(found.points), found.passed) == ("66.67", False)


def test_a_critical_item_that_is_not_met_fails_the_whole() -> None:
    found = score(FORM, marked(c=Mark.NOT_MET))
    assert (str(found.points), found.passed, found.failed) == ("0.00", False, ("c",))
    assert score(FORM, marked(c=Mark.PARTLY_MET)).failed == ()
    assert score(FORM, marked(c=Mark.NOT_APPLICABLE)).failed == ()


@given(MARKS)
def test_points_are_between_0_and_100_and_better_marks_never_cost_any(marks: dict[str, Mark]) -> None:
    if set(marks.values()) == {Mark.NOT_APPLICABLE}:
        with pytest.raises(FormError, match="applies"):
            score(FORM, marks)
        return
    found = score(FORM, marks)
    assert Decimal(0) <= found.points <= 100
    assert found.passed == (not found.failed and found.points >= FORM.pass_mark)
    for name, mark in marks.items():
        if mark in (Mark.NOT_MET, Mark.PARTLY_MET):
            assert score(FORM, marks | {name: Mark.MET}).points >= found.points


@pytest.mark.parametrize("marks", [{}, {"a": Mark.MET}, marked(d=Mark.MET)])
def test_each_item_is_marked_and_nothing_else(marks: dict[str, Mark]) -> None:
    with pytest.raises(FormError, match="Each item"):
        score(FORM, marks)


@pytest.mark.parametrize(
    "changes",
    [
        {"items": ()},
        {"items": (FORM.items[0], FORM.items[0])},
        {"items": (Item(item_id="a", title="a", weight=0),)},
        {"pass_mark": 0},
        {"pass_mark": 101},
    ],
)
def test_a_form_that_scores_nothing_is_refused(changes: dict[str, Any]) -> None:
    values: dict[str, Any] = {"form_id": "f", "version": 1, "title": "f", "items": FORM.items}
    with pytest.raises(FormError, match=r"\.$"):
        check(Form(**(values | changes)))


def test_a_sound_form_is_taken() -> None:
    check(FORM)
