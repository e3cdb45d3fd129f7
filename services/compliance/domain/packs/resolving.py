"""Rules as the engine wants them: channels in place of the names of groups, and one origin a rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from services.compliance.domain.packs.schema import (
    ANY,
    AnyRule,
    Applicability,
    ContentRule,
    CooldownRule,
    Count,
    CounterRule,
    HoldEffect,
    HoldRule,
    Pack,
)
from shared.contracts.vocabulary import Channel, HoldKind

Groups = Mapping[str, tuple[Channel, ...]]
_CHANNELS = {channel.value: channel for channel in Channel}


@dataclass(frozen=True, eq=False, slots=True)
class RuleInForce:
    """A rule with the names of channel groups resolved: where it names channels they are a tuple or "any".

    `must_include_by_channel` of a content rule has names of single channels as keys, and no "any". A hold
    rule whose holds are of several origins is several of these, with the same id.
    """

    rule: AnyRule
    pack: Pack
    covered_roles: frozenset[str] | None
    """Roles of collectors whom the law covers; None: all."""
    uncovered_as_policy: bool
    """For other roles: True, the rule applies and its reason has force policy; False, it does not apply."""


def groups_of(pack: Pack, base: Pack | None) -> Groups:
    """The groups that the pack's rules may name: its own, then its base's."""
    return {**(base.groups if base else {}), **pack.groups}


def resolve(
    rule: AnyRule, pack: Pack, groups: Groups, applicability: Applicability | None
) -> list[RuleInForce]:
    """The rule as the engine wants it. Every group that it names has to be among `groups`."""
    resolved = with_channels(rule, groups)
    parts = _by_origin(resolved) if isinstance(resolved, HoldRule) else [resolved]
    return [_in_force(part, pack, applicability) for part in parts]


def with_channels(rule: AnyRule, groups: Groups) -> AnyRule:
    """The rule with the names of groups replaced by their channels."""
    applies = msgspec.structs.replace(rule.applies, channels=_channels(rule.applies.channels, groups))
    rule = msgspec.structs.replace(rule, applies=applies)
    if isinstance(rule, CounterRule):
        return msgspec.structs.replace(rule, count=_count(rule.count, groups))
    if isinstance(rule, CooldownRule):
        return msgspec.structs.replace(rule, after=_count(rule.after, groups))
    if isinstance(rule, ContentRule):
        return _content(rule, groups)
    return rule


def group_names(rule: AnyRule) -> Iterator[tuple[str, str]]:
    """The names of groups that the rule uses, each after the field that uses it."""
    if isinstance(rule.applies.channels, str):
        yield "applies.channels", rule.applies.channels
    if isinstance(rule, CounterRule) and isinstance(rule.count.channels, str):
        yield "count.channels", rule.count.channels
    if isinstance(rule, CooldownRule) and isinstance(rule.after.channels, str):
        yield "after.channels", rule.after.channels
    if isinstance(rule, ContentRule):
        for name in rule.must_include_by_channel:
            if name not in _CHANNELS:
                yield f"must_include_by_channel.{name}", name


def _channels(named: tuple[Channel, ...] | str, groups: Groups) -> tuple[Channel, ...] | str:
    return groups[named] if isinstance(named, str) and named != ANY else named


def _count(count: Count, groups: Groups) -> Count:
    return msgspec.structs.replace(count, channels=_channels(count.channels, groups))


def _content(rule: ContentRule, groups: Groups) -> ContentRule:
    by_channel: dict[str, tuple[str, ...]] = {}
    everywhere = rule.must_include
    for name, tags in rule.must_include_by_channel.items():
        if name == ANY:
            everywhere += tags
            continue
        for channel in (_CHANNELS[name],) if name in _CHANNELS else groups[name]:
            by_channel[channel.value] = by_channel.get(channel.value, ()) + tags
    return msgspec.structs.replace(rule, must_include=everywhere, must_include_by_channel=by_channel)


def _by_origin(rule: HoldRule) -> list[HoldRule]:
    """One hold rule for each force, citation and reach that its holds have."""
    origins: dict[tuple[object, ...], tuple[HoldRule, dict[HoldKind, HoldEffect]]] = {}
    for kind, hold in rule.holds.items():
        binds = rule.binds_every_role if hold.binds_every_role is None else hold.binds_every_role
        force, cite = hold.force or rule.force, hold.cite or rule.cite
        of_origin = msgspec.structs.replace(rule, force=force, cite=cite, binds_every_role=binds)
        plain = msgspec.structs.replace(hold, force=None, cite=(), binds_every_role=None)
        origins.setdefault((force, cite, binds), (of_origin, {}))[1][kind] = plain
    return [msgspec.structs.replace(of_origin, holds=holds) for of_origin, holds in origins.values()]


def _in_force(rule: AnyRule, pack: Pack, applicability: Applicability | None) -> RuleInForce:
    if applicability is None or rule.binds_every_role or not applicability.covered_roles:
        return RuleInForce(rule, pack, None, True)
    roles = frozenset(applicability.covered_roles)
    return RuleInForce(rule, pack, roles, applicability.treat_first_party_as_covered)
