"""What the types of a rule cannot say."""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from services.compliance.domain.packs.durations import parse_period
from services.compliance.domain.packs.event_names import EVENTS
from services.compliance.domain.packs.fact_names import CONSENTS, FACTS
from services.compliance.domain.packs.schema import (
    ActorRule,
    AnyFact,
    AnyRule,
    ConsentRule,
    ContentRule,
    CooldownRule,
    CounterRule,
    CountWindow,
    HoldRule,
    PartyRule,
    PreferenceRule,
    SequenceRule,
    WindowRule,
)
from services.compliance.domain.packs.tags import FORBIDDEN, REQUIRED
from shared.contracts.decisions import Effect

WrongField = tuple[str, str, str]
"""The field within the rule, what is wrong, and the remedy."""

_RULE_ID = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


def wrong_with_rule(rule: AnyRule) -> Iterator[WrongField]:
    """Everything that is wrong with a rule in itself, but for names of groups."""
    if not _RULE_ID.fullmatch(rule.id):
        yield "id", "no rule id", "Use capitals, digits and hyphens"
    if not rule.cite or not all(text.strip() for text in rule.cite):
        yield "cite", "no source", "Cite the law, standard or policy that the rule is from"
    if rule.effect is Effect.ALLOW:
        yield "effect", "a rule that applies never allows", "Use defer, review or deny"
    yield from _unknown("applies.facts", rule.applies.facts, FACTS, "fact")
    yield from _unknown("when", (rule.when,) if rule.when is not None else (), FACTS, "fact")
    yield from _waiver(rule)
    yield from _by_kind(rule)


def _waiver(rule: AnyRule) -> Iterator[WrongField]:
    waiver = rule.waived_by
    if waiver is None:
        return
    if waiver.consent is None and waiver.fact is None:
        yield "waived_by", "names nothing", "Give a consent or a fact, or leave it out"
    yield from _unknown("waived_by.consent", (waiver.consent,) if waiver.consent else (), CONSENTS, "consent")
    yield from _unknown("waived_by.fact", (waiver.fact,) if waiver.fact else (), FACTS, "fact")


def _by_kind(rule: AnyRule) -> Iterator[WrongField]:
    match rule:
        case WindowRule():
            yield from _hours(rule)
        case CounterRule():
            yield from _keys(rule.per)
            yield from _count_window(rule.window)
            if rule.max < 0:
                yield "max", "less than none", "Use 0 or more: the last permitted number"
        case CooldownRule():
            yield from _keys(rule.per)
            if rule.days < 1:
                yield "days", "less than a day", "Use 1 or more; day 1 is the event's date"
        case HoldRule():
            yield from _holds(rule)
        case PartyRule():
            yield from _parties(rule)
        case PreferenceRule():
            pass
        case ConsentRule():
            yield from _any_fact("require", rule.require)
        case ContentRule():
            yield from _content(rule)
        case SequenceRule():
            yield from _sequence(rule)
        case ActorRule():
            yield from _actor(rule)


def _hours(rule: WindowRule) -> Iterator[WrongField]:
    if not rule.allow:
        yield "allow", "no hours", "Give at least one range, or use another kind of rule"
    for number, hours in enumerate(rule.allow):
        path = f"allow[{number}]"
        if not hours.days:
            yield f"{path}.days", "no days", "Use any, or the kinds of days"
        if not _CLOCK.fullmatch(hours.from_) or hours.from_ == "24:00":
            yield f"{path}.from", f"{hours.from_!r} is no clock time", 'Use "00:00" to "23:59"'
        elif not _CLOCK.fullmatch(hours.to):
            yield f"{path}.to", f"{hours.to!r} is no clock time", 'Use "00:01" to "24:00"'
        elif hours.from_ >= hours.to:
            remedy = "Ranges are [from, to) within a day; write two where they go over midnight"
            yield f"{path}.to", "not later than `from`", remedy


def _keys(per: tuple[str, ...]) -> Iterator[WrongField]:
    if not per or len(set(per)) != len(per):
        yield (
            "per",
            "no keys, or one given twice",
            "Name what is counted together, such as [creditor, person]",
        )


def _count_window(window: CountWindow) -> Iterator[WrongField]:
    needed = {"rolling_local_days": "days", "rolling_duration": "hours"}.get(window.type)
    for unit, number in (("days", window.days), ("hours", window.hours)):
        if unit == needed and (number is None or number < 1):
            yield f"window.{unit}", f"{window.type} needs {unit}", "Use 1 or more"
        if unit != needed and number is not None:
            yield f"window.{unit}", f"{window.type} has no {unit}", "Leave it out"


def _holds(rule: HoldRule) -> Iterator[WrongField]:
    if not rule.holds:
        yield "holds", "no holds", "Name at least one kind of hold"
    for kind, hold in rule.holds.items():
        if hold.max_days is not None and hold.max_days < 1:
            yield f"holds.{kind.value}.max_days", "less than a day", "Use 1 or more, or leave it out"
        if hold.effect is Effect.ALLOW:
            yield f"holds.{kind.value}.effect", "a hold never allows", "Use defer, review or deny"
        if not hold.block and hold.effect is None:
            remedy = "Name purposes in block, or give the effect that it has for every purpose"
            yield f"holds.{kind.value}.block", "stops nothing", remedy


def _parties(rule: PartyRule) -> Iterator[WrongField]:
    if not rule.allow:
        yield "allow", "nobody may be contacted", "Name the parties that may be"
    for number, entry in enumerate(rule.allow):
        if not entry.parties:
            yield f"allow[{number}].parties", "no parties", "Name them, or leave the entry out"
        if entry.require is not None:
            yield from _any_fact(f"allow[{number}].require", entry.require)


def _any_fact(path: str, needed: AnyFact) -> Iterator[WrongField]:
    if not needed.any_fact:
        yield f"{path}.any_fact", "no facts", "Name at least one"
    yield from _unknown(f"{path}.any_fact", needed.any_fact, FACTS, "fact")


def _content(rule: ContentRule) -> Iterator[WrongField]:
    if not (rule.must_include or rule.must_include_by_channel or rule.must_not):
        yield "must_not", "asks for nothing", "Give must_include, must_include_by_channel or must_not"
    yield from _unknown("must_include", rule.must_include, REQUIRED, "tag of what has to be there")
    for name, tags in rule.must_include_by_channel.items():
        path = f"must_include_by_channel.{name}"
        yield from _unknown(path, tags, REQUIRED, "tag of what has to be there")
    yield from _unknown("must_not", rule.must_not, FORBIDDEN, "tag of what must not be there")


def _sequence(rule: SequenceRule) -> Iterator[WrongField]:
    yield from _unknown("require.event", (rule.require.event,), EVENTS, "event")
    yield from _unknown("require.of", (rule.require.of,), EVENTS, "event")
    try:
        parse_period(rule.require.by)
    except ValueError as error:
        yield "require.by", str(error), "Use a period such as P5D"


def _actor(rule: ActorRule) -> Iterator[WrongField]:
    if not rule.require.facts and rule.require.min_staff is None:
        yield "require", "asks for nothing", "Give facts or min_staff"
    if rule.require.min_staff is not None and rule.require.min_staff < 1:
        yield "require.min_staff", "less than one", "Use 1 or more"
    yield from _unknown("require.facts", rule.require.facts, FACTS, "fact")


def _unknown(
    path: str, names: tuple[str, ...], catalogue: Collection[str], what: str
) -> Iterator[WrongField]:
    for name in names:
        if name not in catalogue:
            like = " or ".join(get_close_matches(name, catalogue)) or "a name of the catalogue"
            remedy = f"Use {like}; a new name needs its sentence in the catalogue first"
            yield path, f"{name!r} is no {what} of the catalogue", remedy
