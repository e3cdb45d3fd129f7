"""Overlays may only tighten: where an overlay's rule speaks of the same as a rule of its base, is it looser?

A rule of an overlay *restates* a base rule when it has its id: it then takes its place, so it must apply at
least as widely and ask for at least as much. A rule with an id of its own only adds reasons and can loosen
nothing. One of an overlay of a single base that has the *same subject* as a rule of it (same kind, same
contacts, same thing counted or asked for) but asks for less is refused nevertheless: whoever wrote it expects
an effect that it cannot have.
"""

from collections.abc import Iterator

from services.compliance.domain.gate.decision import SEVERITY
from services.compliance.domain.packs.resolving import Groups, with_channels
from services.compliance.domain.packs.schema import AnyRule, Applies, HoldRule, Pack
from services.compliance.domain.packs.tightening_holds import looser_holds
from services.compliance.domain.packs.tightening_kinds import looser_measure, same_subject
from services.compliance.domain.packs.tightening_sets import as_wide, fewer

Loosening = tuple[str, str]
"""The path of the rule in the overlay, and a sentence that says in what it is looser."""


def loosenings(overlay: Pack, groups: Groups, base: Pack, base_groups: Groups) -> Iterator[Loosening]:
    """Everything in which the overlay would loosen the base."""
    originals = [with_channels(rule, base_groups) for rule in base.rules]
    by_id = {rule.id: rule for rule in originals}
    for number, unresolved in enumerate(overlay.rules):
        rule = with_channels(unresolved, groups)
        path = f"rules[{number}]"
        if rule.id in by_id:
            for what in looser_restatement(rule, by_id[rule.id]):
                yield path, f"{rule.id} restates the rule of {base.id} and is looser: {what}"
        elif overlay.overlay_of == base.id:
            for original in originals:
                for what in _looser_namesake(rule, original):
                    yield path, f"{rule.id} says less than {original.id} of {base.id}, so it is void: {what}"


def looser_restatement(rule: AnyRule, original: AnyRule) -> Iterator[str]:
    """In what a rule that takes another's place is looser; channels are resolved in both."""
    if type(rule) is not type(original):
        yield "it is of another kind"
        return
    yield from _narrower(rule.applies, original.applies)
    if rule.when is not None and rule.when != original.when:
        yield f"it is looked at only where {rule.when}"
    if original.binds_every_role and not rule.binds_every_role:
        yield "it no longer binds every role of collectors"
    yield from _milder(rule, original)
    yield from looser_measure(rule, original)


def _looser_namesake(rule: AnyRule, original: AnyRule) -> Iterator[str]:
    if _contacts_of(rule) != _contacts_of(original):
        return
    if isinstance(rule, HoldRule) and isinstance(original, HoldRule):
        yield from looser_holds(rule, original, [kind for kind in original.holds if kind in rule.holds])
    elif same_subject(rule, original):
        yield from _milder(rule, original)
        yield from looser_measure(rule, original)


def _contacts_of(rule: AnyRule) -> tuple[object, ...]:
    applies = rule.applies
    sets = (
        applies.channels,
        applies.parties,
        applies.purposes,
        applies.roles,
        applies.products,
        applies.facts,
    )
    return type(rule), rule.when, *(frozenset(part) if isinstance(part, tuple) else part for part in sets)


def _milder(rule: AnyRule, original: AnyRule) -> Iterator[str]:
    if SEVERITY[rule.effect] < SEVERITY[original.effect]:
        yield f"its effect is {rule.effect.value}, not {original.effect.value}"
    if rule.waived_by is not None and rule.waived_by != original.waived_by:
        yield "it can be waived where the base's cannot"


def _narrower(applies: Applies, original: Applies) -> Iterator[str]:
    for field in ("channels", "parties", "purposes", "roles", "products"):
        if not as_wide(getattr(applies, field), getattr(original, field)):
            yield f"it applies to fewer {field}"
    if more := fewer(original.facts, applies.facts):
        yield f"it applies only where {more}"
