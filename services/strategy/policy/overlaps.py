"""Segments that no case reaches, and segments that both want the same case."""

from collections.abc import Iterator

from services.strategy.policy.space import Box, Space
from services.strategy.policy.wrong import Wrong
from services.strategy.policy_document import PolicyText

_BOUND_THEM = "Bound one of the two, or say `matching: first` where the earlier one is meant to win"
_REMOVE = "Remove it, or move it before them"


def taken_wrongly(policy: PolicyText) -> Iterator[Wrong]:
    """Conditions that take no case; and those that take a common one, unless the first is meant to win."""
    conditions = [condition for segment in policy.segments for condition in segment.when]
    space = Space(conditions, policy.entry.minimum_dpd)
    earlier: list[tuple[str, Box]] = []
    for place, segment in enumerate(policy.segments):
        own: list[Box] = []
        for number, condition in enumerate(segment.when):
            where = f"segments[{place}].when[{number}]"
            boxes = space.boxes(condition)
            taken = [box for _, box in earlier] + own
            if not boxes:
                what = "never holds: its bounds, or they and the entry threshold, leave no case"
                yield Wrong(where, what, "Correct the bounds")
            elif not space.left(boxes, taken):
                yield Wrong(where, "never reached, earlier conditions take all of its cases", _REMOVE)
            elif policy.matching == "only" and (both := _both(space, boxes, earlier)):
                yield Wrong(where, f"overlaps with the segment {both}", _BOUND_THEM)
            own += boxes
        earlier += [(segment.name, box) for box in own]
        if not segment.when and not space.left([{}], [box for _, box in earlier]):
            what = "never reached, the segments before it take every case"
            yield Wrong(f"segments[{place}]", what, "Bound them, or let the last of them have no `when`")


def _both(space: Space, boxes: list[Box], earlier: list[tuple[str, Box]]) -> str | None:
    for name, taken in earlier:
        for box in boxes:
            if (case := space.common(box, taken)) is not None:
                return f"{name}: both take {case}"
    return None
