"""Which cases conditions take, as boxes in the space of everything they look at.

Every axis is cut where some condition has a bound, so a box is a set of cells an axis. Whether two conditions
take a common case, and whether earlier ones leave anything to a later one, is then counted and not guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.strategy.domain.inputs import BEST_SCORE, Cause, Flag, Level
from services.strategy.policy_document import ConditionText
from shared.contracts.lending import PartyType, SizeBand
from shared.contracts.vocabulary import PartyRole, Product, RiskClassification

Box = Mapping[str, int]
"""Axis to the cells it has of it, a bit each; an axis that is not named is whole."""

CHOICES: Mapping[str, Sequence[str]] = {
    "product": list(Product),
    "party": list(PartyType),
    "role": list(PartyRole),
    "industry": [chr(letter) for letter in range(ord("A"), ord("T") + 1)],
    "size": list(SizeBand),
    "cause": list(Cause),
    "willingness": list(Level),
    "ability": list(Level),
    "classification": list(RiskClassification),
}
"""The inputs that are one of several, and what they may be."""

NUMBERS = ("score", "times_overdue")
_UNKNOWN = "unknown"
_MOST_PIECES = 20_000


class Space:
    """The axes that some conditions span. `minimum_dpd`: where days past due begin."""

    def __init__(self, conditions: Iterable[ConditionText], minimum_dpd: int) -> None:
        cuts: dict[str, set[Any]] = {
            "dpd": {minimum_dpd},
            "accounts": {1},
            "score": {0},
            "times_overdue": {0},
        }
        for condition in conditions:
            reached = [(_arrears(name), least, None) for name, least in condition.minimum_arrears.items()]
            for axis, low, high in [*_intervals(condition), *reached]:
                axis_cuts = cuts.setdefault(axis, {Decimal(0)})
                lowest = min(axis_cuts)
                axis_cuts.update(cut for cut in (low, high) if cut is not None and cut > lowest)
        cuts["score"] = {cut for cut in cuts["score"] if cut <= BEST_SCORE}
        self._cells: dict[str, list[Any]] = {axis: sorted(found) for axis, found in cuts.items()}
        for axis in NUMBERS:
            self._cells[axis].append(_UNKNOWN)
        for axis, choices in CHOICES.items():
            self._cells[axis] = [*choices, _UNKNOWN]
        for flag in Flag:
            self._cells[flag] = [False, True]

    def boxes(self, condition: ConditionText) -> list[Box]:
        """Boxes that hold what the condition takes, and nothing else; none where it can never hold."""
        box: dict[str, int] = {}
        for axis, low, high in _intervals(condition):
            box[axis] = self._between(condition, axis, low, high)
        for axis in CHOICES:
            if chosen := set(getattr(condition, axis)):
                box[axis] = self._mask(axis, chosen | _unknown(condition, axis))
        for flags, stands in ((condition.flags, True), (condition.without_flags, False)):
            for flag in flags:
                box[flag] = box.get(flag, self._whole(flag)) & self._mask(flag, {stands})
        found: list[Box] = [box]
        if condition.minimum_arrears:
            # Of the currencies one suffices: each is a box of its own.
            found = []
            for currency, least in condition.minimum_arrears.items():
                axis = _arrears(currency)
                reached = self._between(condition, axis, least, None)
                found.append({**box, axis: box.get(axis, self._whole(axis)) & reached})
        return [each for each in found if all(each.values())]

    def left(self, boxes: Iterable[Box], taken: Iterable[Box]) -> list[Box]:
        """What of `boxes` none of `taken` has. Gives up, as if something were left, in very large spaces."""
        left = list(boxes)
        for other in taken:
            left = [piece for box in left for piece in self._minus(box, other)]
            if not left or len(left) > _MOST_PIECES:
                break
        return left

    def common(self, one: Box, other: Box) -> str | None:
        """A case that both take, in words; None where there is none."""
        both = {axis: self._of(one, axis) & self._of(other, axis) for axis in {**one, **other}}
        if not all(both.values()):
            return None
        return ", ".join(f"{axis} {self._first(axis, mask)}" for axis, mask in sorted(both.items()))

    def _minus(self, box: Box, other: Box) -> Iterator[Box]:
        if any(not self._of(box, axis) & mask for axis, mask in other.items()):
            yield box
            return
        rest = dict(box)
        for axis, mask in other.items():
            have = self._of(rest, axis)
            if have & ~mask:
                yield {**rest, axis: have & ~mask}
            rest[axis] = have & mask

    def _between(self, condition: ConditionText, axis: str, low: Any, high: Any) -> int:
        wanted = _unknown(condition, axis)
        for start in self._cells[axis]:
            if start != _UNKNOWN and (low is None or start >= low) and (high is None or start < high):
                wanted.add(start)
        return self._mask(axis, wanted)

    def _mask(self, axis: str, values: set[Any]) -> int:
        return sum(1 << place for place, value in enumerate(self._cells[axis]) if value in values)

    def _whole(self, axis: str) -> int:
        return (1 << len(self._cells[axis])) - 1

    def _of(self, box: Box, axis: str) -> int:
        mask = box.get(axis)
        return self._whole(axis) if mask is None else mask

    def _first(self, axis: str, mask: int) -> str:
        return str(self._cells[axis][(mask & -mask).bit_length() - 1])


def _intervals(condition: ConditionText) -> Iterator[tuple[str, Any, Any]]:
    """Axis, lowest value, and the first value above; None: no bound."""
    if condition.minimum_dpd is not None or condition.maximum_dpd is not None:
        yield "dpd", condition.minimum_dpd, _above(condition.maximum_dpd)
    if condition.minimum_accounts is not None:
        yield "accounts", condition.minimum_accounts, None
    for currency, most in condition.below_arrears.items():
        yield _arrears(currency), None, most
    for axis in NUMBERS:
        low, high = getattr(condition, f"minimum_{axis}"), getattr(condition, f"maximum_{axis}")
        if low is not None or high is not None:
            yield axis, low, _above(high)


def _above(most: int | None) -> int | None:
    return None if most is None else most + 1


def _arrears(currency: str) -> str:
    return f"arrears {currency}"


def _unknown(condition: ConditionText, axis: str) -> set[Any]:
    return {_UNKNOWN} if axis in condition.or_unknown else set()
