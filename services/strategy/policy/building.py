"""The policy that decides, from the document that was read."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from services.strategy.domain.conditions import Between, Condition, Flagged, OneOf, Test
from services.strategy.domain.easing import Easing
from services.strategy.domain.policy import Ladder, LadderEnd, Policy, Segment, ServiceLevels, Step
from services.strategy.policy.space import CHOICES, NUMBERS
from services.strategy.policy_document import (
    ConditionText,
    EasingText,
    LadderText,
    PolicyText,
    SegmentText,
    SlaText,
    duration,
)
from shared.calendar.days import calendar


def build(text: PolicyText, digest: str) -> Policy:
    """The policy; the text has no problems."""
    zone = ZoneInfo(text.time_zone)
    segments = {segment.name: _segment(segment) for segment in text.segments}
    return Policy(
        tag=tag_of(text),
        digest=digest,
        zone=zone,
        minimum_dpd=text.entry.minimum_dpd,
        minimum_arrears=text.entry.minimum_arrears,
        pause_after_payment=duration(text.pause_after_payment),
        grace_days=text.promise.grace_days,
        tolerance=text.promise.tolerance_percent / 100,
        longest_promise_days=text.promise.longest_days,
        segments=segments,
        easing=_easing(text.easing, zone),
        looks_beyond=any(condition.tests for segment in segments.values() for condition in segment.when),
    )


def tag_of(text: PolicyText) -> str:
    """The name that decisions carry: policy and version."""
    return f"{text.name}-{text.version}"


def _easing(text: EasingText | None, zone: ZoneInfo) -> Easing | None:
    if text is None:
        return None
    return Easing(
        calendar(text.calendar), zone, {"holiday": float(text.holiday), "weekend": float(text.weekend)}
    )


def _segment(text: SegmentText) -> Segment:
    return Segment(
        text.name,
        text.stage,
        tuple(_condition(condition) for condition in text.when),
        _ladder(text.ladder),
        text.owner,
        text.priority,
        _levels(text.sla),
    )


def _levels(text: SlaText) -> ServiceLevels:
    return ServiceLevels(_time(text.first_contact), _time(text.review_every), _time(text.longest))


def _condition(text: ConditionText) -> Condition:
    codes = []
    if text.minimum_dpd is not None:
        codes.append(f"dpd>={text.minimum_dpd}")
    if text.maximum_dpd is not None:
        codes.append(f"dpd<={text.maximum_dpd}")
    if text.minimum_accounts is not None:
        codes.append(f"accounts>={text.minimum_accounts}")
    return Condition(
        minimum_dpd=text.minimum_dpd or 0,
        maximum_dpd=text.maximum_dpd,
        minimum_accounts=text.minimum_accounts or 0,
        minimum_arrears=text.minimum_arrears,
        codes=tuple(codes),
        below_arrears=text.below_arrears or None,
        tests=tuple(_tests(text)),
    )


def _tests(text: ConditionText) -> Iterator[Test]:
    for name in CHOICES:
        if allowed := getattr(text, name):
            yield OneOf(name, frozenset(allowed), name in text.or_unknown)
    for name in NUMBERS:
        low, high = getattr(text, f"minimum_{name}"), getattr(text, f"maximum_{name}")
        if low is not None or high is not None:
            yield Between(name, low, high, name in text.or_unknown)
    if text.flags or text.without_flags:
        yield Flagged(tuple(text.flags), tuple(text.without_flags))


def _ladder(text: LadderText) -> Ladder:
    steps = []
    before = timedelta()
    for step in text.steps:
        after = duration(step.after)
        interval = after - before
        steps.append(
            Step(
                step.step,
                interval,
                step.channel,
                step.purpose,
                step.template,
                step.owner,
                _time(step.within),
            )
        )
        before = after
    if text.repeat_every is not None:
        return Ladder(tuple(steps), LadderEnd.REPEAT, duration(text.repeat_every))
    return Ladder(tuple(steps), LadderEnd(text.ladder_end or LadderEnd.STOP))


def _time(text: str | None) -> timedelta | None:
    return None if text is None else duration(text)
