"""What a policy document must fulfil beyond the types of its fields."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import available_timezones

from services.strategy.policy.overlaps import taken_wrongly
from services.strategy.policy.space import CHOICES
from services.strategy.policy.wrong import Wrong
from services.strategy.policy_document import ConditionText, LadderText, PolicyText, SegmentText, duration
from shared.calendar.days import calendar_ids
from shared.contracts.base import check_amount
from shared.contracts.vocabulary import CaseStage

_MOST_TOLERANCE_PERCENT = 50


def problems(policy: PolicyText) -> list[Wrong]:
    """Everything that is wrong; empty where the policy can be used."""
    wrong = [*_frame(policy), *_scope(policy), *_segments(policy.segments)]
    # Which segment takes what is only worth saying of conditions that are right in themselves.
    return wrong or list(taken_wrongly(policy))


def _frame(policy: PolicyText) -> Iterator[Wrong]:
    if policy.time_zone not in available_timezones():
        yield Wrong("time_zone", "not the name of a time zone", "Write one such as Asia/Shanghai")
    tolerance = policy.promise.tolerance_percent
    if not (tolerance.is_finite() and 0 <= tolerance <= _MOST_TOLERANCE_PERCENT):
        what = f"must be from 0 to {_MOST_TOLERANCE_PERCENT}"
        yield Wrong("promise.tolerance_percent", what, "Write the share of the promise that may be missing")
    yield from _amounts("entry.minimum_arrears", policy.entry.minimum_arrears)
    easing = policy.easing
    if easing is not None:
        if easing.calendar not in calendar_ids():
            yield Wrong(
                "easing.calendar", "no such calendar", f"Use one of {', '.join(sorted(calendar_ids()))}"
            )
        for name, share in (("holiday", easing.holiday), ("weekend", easing.weekend)):
            if not (share.is_finite() and 0 <= share <= 1):
                yield Wrong(f"easing.{name}", "must be from 0 to 1", "1 is as always, 0 is no contact")


def _scope(policy: PolicyText) -> Iterator[Wrong]:
    given = {
        name for name in ConditionText.__struct_fields__ if getattr(policy.scope, name) not in (None, [], {})
    }
    for name in sorted(given - {*CHOICES, "flags", "without_flags", "or_unknown"}):
        yield Wrong(f"scope.{name}", "a scope says whose cases a part is for", "Move the bound to segments")
    for place, segment in enumerate(policy.segments):
        for number, condition in enumerate(segment.when):
            for name in sorted(given & CHOICES.keys()):
                if getattr(condition, name):
                    where = f"segments[{place}].when[{number}].{name}"
                    yield Wrong(where, f"the scope says {name} already", "Leave it to the scope")


def _segments(segments: list[SegmentText]) -> Iterator[Wrong]:
    if not segments:
        yield Wrong("segments", "there must be at least one", "Add the one that takes every case")
    names: set[str] = set()
    for place, segment in enumerate(segments):
        where = f"segments[{place}]"
        if segment.name in names:
            what = f"{segment.name} is the name of an earlier segment"
            yield Wrong(f"{where}.name", what, "Give it a name of its own")
        names.add(segment.name)
        if segment.stage is CaseStage.CLOSED:
            yield Wrong(f"{where}.stage", "a segment holds open cases", "Use another stage")
        yield from _when(where, segment, last=place == len(segments) - 1)
        yield from _ladder(f"{where}.ladder", segment.ladder)


def _when(where: str, segment: SegmentText, *, last: bool) -> Iterator[Wrong]:
    if last and segment.when:
        what = "the last segment takes what no other took and has no conditions"
        yield Wrong(f"{where}.when", what, "Remove its `when`, or add a segment without one after it")
    if not last and not segment.when:
        what = "without conditions it takes every case, and the segments after it none"
        yield Wrong(f"{where}.when", what, "Add conditions, or make it the last segment")
    for number, condition in enumerate(segment.when):
        yield from _condition(f"{where}.when[{number}]", condition)


def _condition(where: str, condition: ConditionText) -> Iterator[Wrong]:
    if condition == ConditionText():
        yield Wrong(where, "a condition needs at least one bound", "Add a bound, or remove the condition")
    for lowest, highest in _RANGES:
        low, high = getattr(condition, lowest), getattr(condition, highest)
        if low is not None and high is not None and high < low:
            yield Wrong(f"{where}.{highest}", f"must not be below {lowest}", "Exchange the two")
    for name in condition.or_unknown:
        if not (getattr(condition, name, None) or _has_bound(condition, name)):
            what = f"the condition does not look at {name}"
            yield Wrong(f"{where}.or_unknown", what, f"Remove {name} here, or add a test of it")
    yield from _amounts(f"{where}.minimum_arrears", condition.minimum_arrears)
    yield from _amounts(f"{where}.below_arrears", condition.below_arrears)


class _Range(NamedTuple):
    lowest: str
    highest: str


_RANGES = tuple(_Range(f"minimum_{name}", f"maximum_{name}") for name in ("dpd", "score", "times_overdue"))


def _has_bound(condition: ConditionText, name: str) -> bool:
    bounds = (getattr(condition, f"{end}_{name}", None) for end in ("minimum", "maximum"))
    return any(bound is not None for bound in bounds)


def _amounts(where: str, amounts: dict[str, Decimal]) -> Iterator[Wrong]:
    for currency, amount in amounts.items():
        try:
            check_amount("it", amount)
        except ValueError as error:
            what = str(error).removeprefix("it ")
            yield Wrong(f"{where}.{currency}", what, "Write an amount of zero or more, such as 50.00")


def _ladder(where: str, ladder: LadderText) -> Iterator[Wrong]:
    if not ladder.steps:
        yield Wrong(f"{where}.steps", "there must be at least one", "Add a step")
    before: timedelta | None = None
    for place, step in enumerate(ladder.steps):
        at = f"{where}.steps[{place}]"
        if step.step != place + 1:
            what = f"must be {place + 1}, steps are numbered from 1 in order"
            yield Wrong(f"{at}.step", what, "Number the steps anew, or put them in order")
        after = duration(step.after)
        if before is not None and after <= before:
            what = "must be later than the step before"
            yield Wrong(f"{at}.after", what, "Count from the entry into the segment")
        before = after
    if (ladder.repeat_every is None) == (ladder.ladder_end is None):
        what = "give either repeat_every or ladder_end, so that the ladder has one end"
        yield Wrong(where, what, "Add `ladder_end: hold_at_last` or `repeat_every: 14d`, not both")
    if ladder.repeat_every is not None and not duration(ladder.repeat_every):
        yield Wrong(f"{where}.repeat_every", "must be more than zero", "Write a duration such as 14d")
