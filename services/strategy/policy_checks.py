"""What a policy document must fulfil beyond the types of its fields."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from zoneinfo import available_timezones

from services.strategy.policy_document import ConditionText, LadderText, PolicyText, SegmentText, duration
from shared.contracts.base import check_amount
from shared.contracts.vocabulary import CaseStage

_MOST_TOLERANCE_PERCENT = 50


def problems(policy: PolicyText) -> list[str]:
    """Everything that is wrong, each as `field: sentence`; empty where the policy can be used."""
    return [*_frame(policy), *_segments(policy.segments)]


def _frame(policy: PolicyText) -> Iterator[str]:
    if policy.time_zone not in available_timezones():
        yield "time_zone: not the name of a time zone, such as Asia/Shanghai"
    tolerance = policy.promise.tolerance_percent
    if not (tolerance.is_finite() and 0 <= tolerance <= _MOST_TOLERANCE_PERCENT):
        yield f"promise.tolerance_percent: must be from 0 to {_MOST_TOLERANCE_PERCENT}"
    yield from _amounts("entry.minimum_arrears", policy.entry.minimum_arrears)


def _segments(segments: list[SegmentText]) -> Iterator[str]:
    if not segments:
        yield "segments: there must be at least one"
    names: set[str] = set()
    earlier: list[ConditionText] = []
    for place, segment in enumerate(segments):
        where = f"segments[{place}]"
        if segment.name in names:
            yield f"{where}.name: {segment.name} is the name of an earlier segment"
        names.add(segment.name)
        if segment.stage is CaseStage.CLOSED:
            yield f"{where}.stage: a segment holds open cases"
        yield from _when(where, segment, earlier, last=place == len(segments) - 1)
        yield from _ladder(f"{where}.ladder", segment.ladder)


def _when(where: str, segment: SegmentText, earlier: list[ConditionText], *, last: bool) -> Iterator[str]:
    if last and segment.when:
        yield f"{where}.when: the last segment takes what no other took and has no conditions"
    if not last and not segment.when:
        yield f"{where}.when: without conditions it takes every case, and the segments after it none"
    for number, condition in enumerate(segment.when):
        at = f"{where}.when[{number}]"
        if condition == ConditionText():
            yield f"{at}: a condition needs at least one bound"
        elif condition in earlier:
            yield f"{at}: never reached, an earlier condition is the same"
        earlier.append(condition)
        if (condition.maximum_dpd or 0) < (condition.minimum_dpd or 0) and condition.maximum_dpd is not None:
            yield f"{at}.maximum_dpd: must not be below minimum_dpd"
        yield from _amounts(f"{at}.minimum_arrears", condition.minimum_arrears)


def _amounts(where: str, amounts: dict[str, Decimal]) -> Iterator[str]:
    for currency, amount in amounts.items():
        try:
            check_amount(f"{where}.{currency}", amount)
        except ValueError as error:
            yield str(error).replace(" must", ": must", 1)


def _ladder(where: str, ladder: LadderText) -> Iterator[str]:
    if not ladder.steps:
        yield f"{where}.steps: there must be at least one"
    before: timedelta | None = None
    for place, step in enumerate(ladder.steps):
        at = f"{where}.steps[{place}]"
        if step.step != place + 1:
            yield f"{at}.step: must be {place + 1}, steps are numbered from 1 in order"
        after = duration(step.after)
        if before is not None and after <= before:
            yield f"{at}.after: must be later than the step before"
        before = after
    if (ladder.repeat_every is None) == (ladder.ladder_end is None):
        yield f"{where}: give either repeat_every or ladder_end, so that the ladder has one end"
    if ladder.repeat_every is not None and not duration(ladder.repeat_every):
        yield f"{where}.repeat_every: must be more than zero"
