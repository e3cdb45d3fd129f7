"""In what a rule asks for less than another of its kind: the measures of each kind.

Channels are resolved in both. What cannot be compared counts as looser.
"""

from collections.abc import Iterator

from services.compliance.domain.packs.durations import Step, parse_period
from services.compliance.domain.packs.schema import (
    ActorRule,
    AnyRule,
    ConsentRule,
    ContentRule,
    CooldownRule,
    Count,
    CounterRule,
    CountWindow,
    EarlierEvent,
    HoldRule,
    PartyRule,
    PreferenceRule,
    SequenceRule,
    WindowRule,
)
from services.compliance.domain.packs.tightening_holds import looser_holds, looser_parties
from services.compliance.domain.packs.tightening_sets import fewer

_DAY_KINDS = ("workday", "weekend", "makeup_workday", "holiday")


def looser_measure(rule: AnyRule, original: AnyRule) -> Iterator[str]:
    """In what `rule` asks for less than `original`, a phrase each."""
    match rule, original:
        case WindowRule(), WindowRule():
            yield from _longer_hours(rule, original)
        case CounterRule(), CounterRule():
            yield from _counts_less(rule.count, original.count, rule.per, original.per)
            yield from _shorter_window(rule.window, original.window)
            if rule.max > original.max:
                yield f"its max is {rule.max}, above {original.max}"
        case CooldownRule(), CooldownRule():
            yield from _counts_less(rule.after, original.after, rule.per, original.per)
            if rule.days < original.days:
                yield f"it lasts {rule.days} days, fewer than {original.days}"
        case HoldRule(), HoldRule():
            yield from looser_holds(rule, original, tuple(original.holds))
        case PartyRule(), PartyRule():
            yield from looser_parties(rule, original)
        case PreferenceRule(), PreferenceRule():
            yield from _more_exceptions(rule, original)
        case ConsentRule(), ConsentRule():
            if more := fewer(original.require.any_fact, rule.require.any_fact):
                yield f"it is content with {more}"
        case ContentRule(), ContentRule():
            yield from _asks_for_fewer_tags(rule, original)
        case SequenceRule(), SequenceRule():
            yield from _later(rule.require, original.require)
        case ActorRule(), ActorRule():
            yield from _asks_less_of_actor(rule, original)
        case _:
            yield "it is of another kind"


def same_subject(rule: AnyRule, original: AnyRule) -> bool:
    """Whether two rules about the same contacts count or ask for the same thing, but for how much of it."""
    match rule, original:
        case WindowRule(), WindowRule():
            return True
        case CounterRule(), CounterRule():
            return rule.window == original.window and _counted(rule.count, rule.per) == _counted(
                original.count, original.per
            )
        case CooldownRule(), CooldownRule():
            return _counted(rule.after, rule.per) == _counted(original.after, original.per)
        case PartyRule(), PartyRule():
            return True
        case PreferenceRule(), PreferenceRule():
            return rule.deny_if_pref == original.deny_if_pref
        case ConsentRule(), ConsentRule():
            return set(rule.require.any_fact) >= set(original.require.any_fact)
        case SequenceRule(), SequenceRule():
            return (rule.require.event, rule.require.of) == (original.require.event, original.require.of)
        case _:
            # What is asked of texts and actors adds up, whichever rule asks; holds are compared one by one.
            return False


def _counted(count: Count, per: tuple[str, ...]) -> tuple[object, ...]:
    channels = count.channels if isinstance(count.channels, str) else frozenset(count.channels)
    return count.event, count.direction, channels, frozenset(per)


def _longer_hours(rule: WindowRule, original: WindowRule) -> Iterator[str]:
    for kind in _DAY_KINDS:
        allowed = _ranges(original, kind)
        for start, end in _ranges(rule, kind):
            if not any(opens <= start and end <= closes for opens, closes in allowed):
                yield f"on a {kind} it allows {start} to {end}, and the base does not"


def _ranges(rule: WindowRule, kind: str) -> list[tuple[str, str]]:
    """The hours of a kind of day, with ranges that touch joined."""
    given = sorted((hours.from_, hours.to) for hours in rule.allow if {"any", kind} & set(hours.days))
    joined: list[tuple[str, str]] = []
    for start, end in given:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _counts_less(
    count: Count, original: Count, per: tuple[str, ...], original_per: tuple[str, ...]
) -> Iterator[str]:
    if count.event != original.event:
        yield f"it counts {count.event}, not {original.event}"
    if count.direction not in ("any", original.direction):
        yield f"it counts the direction {count.direction} only"
    if less := fewer(count.channels, original.channels):
        yield f"it does not count {less}"
    if more := fewer(original.exclude, count.exclude):
        yield f"it leaves out {more} from the count"
    if more := fewer(original_per, per):
        yield f"it counts apart for each {more}"


def _shorter_window(window: CountWindow, original: CountWindow) -> Iterator[str]:
    if window.type == "ever" or window == original:
        return
    days_of = {"calendar_day": 1, "rolling_local_days": window.days or 0}
    if window.type == original.type:
        longer = (window.days or 0) >= (original.days or 0) and (window.hours or 0) >= (original.hours or 0)
    else:
        longer = original.type == "calendar_day" and days_of.get(window.type, 0) >= 1
    if not longer:
        yield "it counts over a shorter or another time"


def _more_exceptions(rule: PreferenceRule, original: PreferenceRule) -> Iterator[str]:
    if rule.deny_if_pref != original.deny_if_pref:
        yield f"it keeps {rule.deny_if_pref}, not {original.deny_if_pref}"
    if more := fewer(original.except_.purposes, rule.except_.purposes):
        yield f"it excepts {more}"
    if rule.except_.reply_once_to_inbound and not original.except_.reply_once_to_inbound:
        yield "it excepts a reply"


def _asks_for_fewer_tags(rule: ContentRule, original: ContentRule) -> Iterator[str]:
    if less := fewer(rule.must_include, original.must_include):
        yield f"it does not ask for {less}"
    for channel, tags in original.must_include_by_channel.items():
        asked = (*rule.must_include, *rule.must_include_by_channel.get(channel, ()))
        if less := fewer(asked, tags):
            yield f"it does not ask for {less} by {channel}"
    if less := fewer(rule.must_not, original.must_not):
        yield f"it does not forbid {less}"


def _later(required: EarlierEvent, original: EarlierEvent) -> Iterator[str]:
    if (required.event, required.of) != (original.event, original.of):
        yield f"it asks for another event than {original.event} of {original.of}"
    elif not _no_longer(parse_period(required.by), parse_period(original.by)):
        yield f"it gives {required.by}, not {original.by}"


def _no_longer(period: tuple[Step, ...], original: tuple[Step, ...]) -> bool:
    """Step by step: no unit has more. Periods of other units cannot be compared."""
    return len(period) <= len(original) and all(
        new.months <= old.months
        and new.days <= old.days
        and new.minutes <= old.minutes
        and new.business_days <= old.business_days
        for new, old in zip(period, original, strict=False)
    )


def _asks_less_of_actor(rule: ActorRule, original: ActorRule) -> Iterator[str]:
    if less := fewer(rule.require.facts, original.require.facts):
        yield f"it does not ask for {less}"
    if (rule.require.min_staff or 1) < (original.require.min_staff or 1):
        yield f"it asks for fewer staff than {original.require.min_staff}"
