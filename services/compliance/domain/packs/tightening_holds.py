"""In what holds stop less, and lists of parties permit more, than those of another rule."""

from collections.abc import Iterable, Iterator

from services.compliance.domain.gate.decision import SEVERITY
from services.compliance.domain.packs.schema import HoldEffect, HoldRule, PartyAllowed, PartyRule
from services.compliance.domain.packs.tightening_sets import fewer
from shared.contracts.vocabulary import HoldKind, PartyRole, Purpose

_WIDTH = {"contact_point": 0, "debt": 1, "person": 2}
_EVERY_PURPOSE = frozenset(Purpose)


def looser_holds(rule: HoldRule, original: HoldRule, kinds: Iterable[HoldKind]) -> Iterator[str]:
    """In what `rule` stops less than `original` for these kinds of holds of `original`."""
    for kind in kinds:
        if kind not in rule.holds:
            yield f"it has no hold {kind.value}"
            continue
        for what in _looser_hold(rule, rule.holds[kind], original, original.holds[kind]):
            yield f"the hold {kind.value} {what}"


def _looser_hold(rule: HoldRule, hold: HoldEffect, original: HoldRule, old: HoldEffect) -> Iterator[str]:
    if _WIDTH[hold.scope] < _WIDTH[old.scope]:
        yield f"holds for the {hold.scope} only, not the {old.scope}"
    if less := fewer(sorted(_stopped(hold)), sorted(_stopped(old))):
        yield f"does not stop {less}"
    if more := fewer(old.to_parties, hold.to_parties):
        yield f"lets {more} be contacted"
    if hold.max_days is not None and (old.max_days is None or hold.max_days < old.max_days):
        yield f"ends after {hold.max_days} days"
    effect, original_effect = hold.effect or rule.effect, old.effect or original.effect
    if SEVERITY[effect] < SEVERITY[original_effect]:
        yield f"has the effect {effect.value}, not {original_effect.value}"
    if _binds(original, old) and not _binds(rule, hold):
        yield "no longer binds every role of collectors"


def _stopped(hold: HoldEffect) -> frozenset[Purpose]:
    every = hold.block == "any" or not hold.block
    return (_EVERY_PURPOSE if every else frozenset(map(Purpose, hold.block))) - frozenset(hold.allow)


def _binds(rule: HoldRule, hold: HoldEffect) -> bool:
    return rule.binds_every_role if hold.binds_every_role is None else hold.binds_every_role


def looser_parties(rule: PartyRule, original: PartyRule) -> Iterator[str]:
    """Which parties `rule` permits for which `original` does not."""
    for entry in rule.allow:
        for party in entry.parties:
            for purpose in _purposes(entry):
                if not any(_permits(old, party, purpose, entry) for old in original.allow):
                    yield f"it permits {party.value} ({purpose.value}) as the base does not"
                    break


def _purposes(entry: PartyAllowed) -> list[Purpose]:
    return sorted(_EVERY_PURPOSE if entry.purposes == "any" else map(Purpose, entry.purposes))


def _permits(old: PartyAllowed, party: PartyRole, purpose: Purpose, entry: PartyAllowed) -> bool:
    """Whether the old entry permits the party for the purpose on no stricter terms than the new one."""
    if party not in old.parties or purpose not in _purposes(old):
        return False
    if entry.disclose_debt and not old.disclose_debt:
        return False
    if old.require is None:
        return True
    return entry.require is not None and set(entry.require.any_fact) <= set(old.require.any_fact)
