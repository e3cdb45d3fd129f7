"""Scoring forms: items with weights, of which critical ones fail the whole. Data, and pure arithmetic."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import msgspec

from services.compliance.domain.inspection.words import Mark
from shared.contracts.vocabulary import Channel

_FULL = Decimal(100)
_CENT = Decimal("0.01")
_SHARE = {Mark.MET: Decimal(1), Mark.PARTLY_MET: Decimal("0.5"), Mark.NOT_MET: Decimal(0)}


class FormError(ValueError):
    """A form, or marks, that cannot be scored; the message is a sentence."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the collector has to do. A `critical` one that is not met fails the whole.

    `rule_id` is the rule that stands behind it, if there is one.
    """

    item_id: str
    title: str
    weight: int
    critical: bool = False
    rule_id: str | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a form; without channels it is for all. Passing takes `pass_mark` points of 100."""

    form_id: str
    version: int
    title: str
    items: tuple[Item, ...]
    pass_mark: int = 80
    channels: tuple[Channel, ...] = ()


class Score(NamedTuple):
    """Points 0 to 100 with two decimals; `failed` are the critical items that were not met."""

    points: Decimal
    passed: bool
    failed: tuple[str, ...]


def check(form: Form) -> None:
    """Raises FormError for a form that nothing can be scored by."""
    names = [item.item_id for item in form.items]
    if not names or len(set(names)) < len(names):
        raise FormError("A form has items, each with a name of its own.")
    if any(item.weight <= 0 for item in form.items):
        raise FormError("The weight of an item is above 0.")
    if not 0 < form.pass_mark <= _FULL:
        raise FormError("The mark to pass is between 1 and 100.")


def score(form: Form, marks: Mapping[str, Mark]) -> Score:
    """Met weight by applicable weight; 0 points where a critical item is not met. Raises FormError."""
    if marks.keys() != {item.item_id for item in form.items}:
        raise FormError("Each item of the form is marked, and nothing else.")
    applicable = [item for item in form.items if marks[item.item_id] is not Mark.NOT_APPLICABLE]
    if not applicable:
        raise FormError("At least one item applies.")
    failed = tuple(
        item.item_id for item in applicable if item.critical and marks[item.item_id] is Mark.NOT_MET
    )
    met = sum(item.weight * _SHARE[marks[item.item_id]] for item in applicable)
    whole = sum(item.weight for item in applicable)
    points = (Decimal(0) if failed else _FULL * met / whole).quantize(_CENT, ROUND_HALF_UP)
    return Score(points, points >= form.pass_mark, failed)
