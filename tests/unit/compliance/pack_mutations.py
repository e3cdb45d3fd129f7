"""Rules made looser or tighter at random, one measure at a time.

A change is a function of a rule and Hypothesis's `draw`; it gives None where the rule has nothing to change.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from services.compliance.domain.gate.decision import SEVERITY
from services.compliance.domain.packs.schema import (
    ActorRule,
    AnyRule,
    ConsentRule,
    ContentRule,
    CooldownRule,
    CounterRule,
    HoldEffect,
    HoldRule,
    Hours,
    PartyAllowed,
    PartyRule,
    PreferenceRule,
    SequenceRule,
    WaivedBy,
    WindowRule,
)
from shared.contracts.decisions import Effect
from shared.contracts.vocabulary import Channel, PartyRole, Purpose

Draw = Callable[[Any], Any]
Change = Callable[[Any, Draw], AnyRule | None]


def of(rule: AnyRule, changes: dict[type, list[Change]]) -> list[Change]:
    """The changes that may be tried on the rule."""
    return [*changes[object], *changes.get(type(rule), [])]


def _milder(rule: Any, draw: Draw) -> AnyRule | None:
    milder = [effect for effect in Effect if 0 < SEVERITY[effect] < SEVERITY[rule.effect]]
    return replace(rule, effect=draw(st.sampled_from(milder))) if milder else None


def _harsher(rule: Any, draw: Draw) -> AnyRule | None:
    harsher = [effect for effect in Effect if SEVERITY[effect] > SEVERITY[rule.effect]]
    return replace(rule, effect=draw(st.sampled_from(harsher))) if harsher else None


def _waivable(rule: Any, _: Draw) -> AnyRule:
    return replace(rule, waived_by=WaivedBy(consent="frequency", fact="recorded_line"))


def _conditional(rule: Any, _: Draw) -> AnyRule:
    return replace(rule, when="collector_named")


def _without_conditions(rule: Any, _: Draw) -> AnyRule:
    return replace(rule, waived_by=None, when=None)


def _for_fewer(rule: Any, draw: Draw) -> AnyRule:
    field = draw(st.sampled_from(["channels", "parties", "purposes", "roles", "products", "facts"]))
    one = {"facts": ("collector_named",), "roles": ("nobody",), "products": ()}.get(field, ())
    return replace(rule, applies=replace(rule.applies, **{field: one}))


def _for_more(rule: Any, draw: Draw) -> AnyRule:
    field = draw(st.sampled_from(["channels", "parties", "purposes", "roles", "products", "facts"]))
    return replace(rule, applies=replace(rule.applies, **{field: () if field == "facts" else "any"}))


def _unbound(rule: Any, _: Draw) -> AnyRule | None:
    return replace(rule, binds_every_role=False) if rule.binds_every_role else None


def _longer_hours(rule: WindowRule, draw: Draw) -> AnyRule:
    at = draw(st.integers(0, len(rule.allow) - 1))
    hours = rule.allow[at]
    longer = draw(st.sampled_from([replace(hours, from_="06:30"), replace(hours, to="23:59")]))
    return replace(rule, allow=(*rule.allow[:at], longer, *rule.allow[at + 1 :]))


def _shorter_hours(rule: WindowRule, draw: Draw) -> AnyRule:
    at = draw(st.integers(0, len(rule.allow) - 1))
    hours = rule.allow[at]
    split = (Hours(days=hours.days, from_=hours.from_, to="12:00"), replace(hours, from_="14:00"))
    shorter = draw(st.sampled_from([(replace(hours, from_="11:00"),), (replace(hours, to="15:15"),), split]))
    return replace(rule, allow=(*rule.allow[:at], *shorter, *rule.allow[at + 1 :]))


def _counts_of(rule: CounterRule | CooldownRule) -> tuple[str, Any]:
    return ("count", rule.count) if isinstance(rule, CounterRule) else ("after", rule.after)


def _counts_fewer(rule: CounterRule | CooldownRule, draw: Draw) -> AnyRule | None:
    name, count = _counts_of(rule)
    channels = tuple(Channel) if count.channels == "any" else count.channels
    fewer = [replace(count, channels=channels[1:])]
    fewer += (
        [replace(count, exclude=("not_connected", "direct_consent_7d"))] if len(count.exclude) < 2 else []
    )
    fewer += [replace(count, direction="in")] if count.direction != "in" else []
    return replace(rule, **{name: draw(st.sampled_from(fewer))})


def _counts_more(rule: CounterRule | CooldownRule, draw: Draw) -> AnyRule:
    name, count = _counts_of(rule)
    more = [replace(count, channels="any"), replace(count, exclude=()), replace(count, direction="any")]
    return replace(rule, **{name: draw(st.sampled_from(more))})


def _more_keys(rule: CounterRule | CooldownRule, draw: Draw) -> AnyRule:
    keys = [
        key for key in ("creditor", "collector", "person", "debt", "contact_point") if key not in rule.per
    ]
    return replace(rule, per=(*rule.per, draw(st.sampled_from(keys))))


def _fewer_keys(rule: CounterRule | CooldownRule, _: Draw) -> AnyRule | None:
    return replace(rule, per=rule.per[:-1]) if len(rule.per) > 1 else None


def _larger_max(rule: CounterRule, draw: Draw) -> AnyRule:
    return replace(rule, max=rule.max + draw(st.integers(1, 50)))


def _smaller_max(rule: CounterRule, draw: Draw) -> AnyRule:
    return replace(rule, max=draw(st.integers(0, rule.max)))


def _shorter_count(rule: CounterRule, draw: Draw) -> AnyRule | None:
    if rule.window.type == "ever":
        return replace(rule, window=replace(rule.window, type="calendar_day"))
    if rule.window.days is None:
        return None
    return replace(rule, window=replace(rule.window, days=draw(st.integers(1, rule.window.days - 1))))


def _longer_count(rule: CounterRule, draw: Draw) -> AnyRule:
    if rule.window.type == "ever":
        return rule
    days = (rule.window.days or 1) + draw(st.integers(0, 20))
    return replace(rule, window=replace(rule.window, type="rolling_local_days", days=days))


def _fewer_days(rule: CooldownRule, draw: Draw) -> AnyRule:
    return replace(rule, days=draw(st.integers(1, rule.days - 1)))


def _more_days(rule: CooldownRule, draw: Draw) -> AnyRule:
    return replace(rule, days=rule.days + draw(st.integers(0, 30)))


def _one_hold(
    rule: HoldRule, draw: Draw, changes: Callable[[HoldEffect], list[HoldEffect]]
) -> AnyRule | None:
    kind = draw(st.sampled_from(sorted(rule.holds)))
    changed = changes(rule.holds[kind])
    return replace(rule, holds={**rule.holds, kind: draw(st.sampled_from(changed))}) if changed else None


def _looser_hold(rule: HoldRule, draw: Draw) -> AnyRule | None:
    def changes(hold: HoldEffect) -> list[HoldEffect]:
        stopped = tuple(Purpose) if hold.block == "any" or not hold.block else hold.block
        found = [replace(hold, to_parties=(*hold.to_parties, PartyRole.NEIGHBOUR))]
        found += [
            replace(hold, allow=(*hold.allow, purpose)) for purpose in stopped if purpose not in hold.allow
        ]
        found += [replace(hold, max_days=(hold.max_days or 1000) - 1)]
        found += [replace(hold, scope="contact_point")] if hold.scope != "contact_point" else []
        found += [replace(hold, effect=Effect.DEFER)]
        found += (
            [replace(hold, block=(Purpose.SERVICE,), allow=())] if set(stopped) != {Purpose.SERVICE} else []
        )
        return found

    return _one_hold(rule, draw, changes)


def _fewer_holds(rule: HoldRule, draw: Draw) -> AnyRule:
    gone = draw(st.sampled_from(sorted(rule.holds)))
    return replace(rule, holds={kind: hold for kind, hold in rule.holds.items() if kind != gone})


def _tighter_hold(rule: HoldRule, draw: Draw) -> AnyRule | None:
    def changes(hold: HoldEffect) -> list[HoldEffect]:
        return [
            replace(hold, to_parties=hold.to_parties[1:]),
            replace(hold, allow=hold.allow[1:]),
            replace(hold, block="any"),
            replace(hold, max_days=None),
            replace(hold, scope="person"),
            replace(hold, effect=Effect.DENY),
            replace(hold, binds_every_role=True),
        ]

    return _one_hold(rule, draw, changes)


def _more_parties(rule: PartyRule, draw: Draw) -> AnyRule:
    debt = PartyAllowed(parties=(PartyRole.NEIGHBOUR,), purposes=(Purpose.COLLECT,), disclose_debt=False)
    told = PartyAllowed(parties=(PartyRole.EMPLOYER,), purposes=(Purpose.LOCATE,), disclose_debt=True)
    return replace(rule, allow=(*rule.allow, draw(st.sampled_from([debt, told]))))


def _fewer_parties(rule: PartyRule, draw: Draw) -> AnyRule:
    at = draw(st.integers(0, len(rule.allow) - 1))
    entry = rule.allow[at]
    tighter = [
        replace(entry, parties=entry.parties[1:]),
        replace(entry, purposes=(Purpose.LOCATE,)),
        replace(entry, disclose_debt=False),
    ]
    if entry.require is not None:
        tighter.append(replace(entry, require=replace(entry.require, any_fact=entry.require.any_fact[:1])))
    return replace(rule, allow=(*rule.allow[:at], draw(st.sampled_from(tighter)), *rule.allow[at + 1 :]))


def _more_exceptions(rule: PreferenceRule, draw: Draw) -> AnyRule:
    new = draw(st.sampled_from([purpose for purpose in Purpose if purpose not in rule.except_.purposes]))
    more = (*rule.except_.purposes, new)
    return replace(rule, except_=replace(rule.except_, purposes=more))


def _fewer_exceptions(rule: PreferenceRule, _: Draw) -> AnyRule:
    return replace(rule, except_=replace(rule.except_, purposes=(), reply_once_to_inbound=False))


def _other_basis(rule: ConsentRule, _: Draw) -> AnyRule:
    return replace(rule, require=replace(rule.require, any_fact=(*rule.require.any_fact, "recorded_line")))


def _narrower_basis(rule: ConsentRule, _: Draw) -> AnyRule:
    return replace(rule, require=replace(rule.require, any_fact=rule.require.any_fact[:1]))


def _fewer_tags(rule: ContentRule, _: Draw) -> AnyRule | None:
    if rule.must_not:
        return replace(rule, must_not=rule.must_not[1:])
    return replace(rule, must_include=rule.must_include[1:]) if rule.must_include else None


def _fewer_tags_somewhere(rule: ContentRule, _: Draw) -> AnyRule | None:
    return replace(rule, must_include_by_channel={}) if rule.must_include_by_channel else None


def _more_tags(rule: ContentRule, _: Draw) -> AnyRule:
    return replace(rule, must_not=(*rule.must_not, "anonymous"), must_include=(*rule.must_include, "seal"))


def _later(rule: SequenceRule, _: Draw) -> AnyRule:
    return replace(rule, require=replace(rule.require, by="P9D"))


def _earlier(rule: SequenceRule, _: Draw) -> AnyRule:
    return replace(rule, require=replace(rule.require, by="P1D"))


def _asks_less(rule: ActorRule, draw: Draw) -> AnyRule | None:
    needs = rule.require
    less = [replace(needs, facts=needs.facts[1:])]
    less += [replace(needs, min_staff=None)] if (needs.min_staff or 1) > 1 else []
    return replace(rule, require=draw(st.sampled_from(less)))


def _asks_more(rule: ActorRule, _: Draw) -> AnyRule:
    needs = rule.require
    return replace(rule, require=replace(needs, facts=(*needs.facts, "seal"), min_staff=3))


LOOSER: dict[type, list[Change]] = {
    object: [_milder, _waivable, _conditional, _for_fewer, _unbound],
    WindowRule: [_longer_hours],
    CounterRule: [_larger_max, _shorter_count, _counts_fewer, _more_keys],
    CooldownRule: [_fewer_days, _counts_fewer, _more_keys],
    HoldRule: [_looser_hold, _fewer_holds],
    PartyRule: [_more_parties],
    PreferenceRule: [_more_exceptions],
    ConsentRule: [_other_basis],
    ContentRule: [_fewer_tags, _fewer_tags_somewhere],
    SequenceRule: [_later],
    ActorRule: [_asks_less],
}
TIGHTER: dict[type, list[Change]] = {
    object: [_harsher, _without_conditions, _for_more],
    WindowRule: [_shorter_hours],
    CounterRule: [_smaller_max, _longer_count, _counts_more, _fewer_keys],
    CooldownRule: [_more_days, _counts_more, _fewer_keys],
    HoldRule: [_tighter_hold],
    PartyRule: [_fewer_parties],
    PreferenceRule: [_fewer_exceptions],
    ConsentRule: [_narrower_basis],
    ContentRule: [_more_tags],
    SequenceRule: [_earlier],
    ActorRule: [_asks_more],
}
