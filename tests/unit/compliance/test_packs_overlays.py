"""Overlays may only tighten."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.packs.resolving import groups_of, with_channels
from services.compliance.domain.packs.schema import AnyRule, HoldRule, Pack
from services.compliance.domain.packs.tightening import loosenings
from services.compliance.pack_files import load_library
from shared.contracts.decisions import Effect
from tests.unit.compliance import pack_mutations
from tests.unit.compliance.packs_made import COUNTER, WINDOW, base, library, overlay, pack

BASES = [made for made in load_library().packs if made.overlay_of is None]
EMPTY = pack(overlay()).pack
HOLDS = """\
- id: %s
  kind: hold
  cite: [a law]
  force: law
  effect: deny
  holds: {dispute: {scope: debt, block: [%s]}}
"""

SEQUENCE = """\
- id: %s
  kind: sequence
  cite: [a law]
  force: law
  effect: deny
  require: {event: %s, by: %s, of: initial_communication}
"""


def refused(rules: str, base_rules: str = WINDOW + COUNTER, **head: str) -> str:
    with pytest.raises(PackError) as error:
        library(base(base_rules), overlay(rules, **head))
    return str(error.value)


def found(rule: AnyRule, made: Pack) -> list[tuple[str, str]]:
    over = replace(EMPTY, overlay_of=made.id, jurisdiction=made.jurisdiction, rules=(rule,))
    return list(loosenings(over, groups_of(over, made), made, groups_of(made, None)))


@st.composite
def restated(draw: Any, changes: dict[type, list[pack_mutations.Change]]) -> tuple[AnyRule, Pack]:
    made = draw(st.sampled_from(BASES))
    rule = with_channels(draw(st.sampled_from(made.rules)), groups_of(made, None))
    change = draw(st.sampled_from(pack_mutations.of(rule, changes)))
    changed = change(rule, draw)
    assume(changed is not None)
    return changed, made


@given(restated(pack_mutations.LOOSER))
def test_whatever_restates_a_rule_more_loosely_is_refused(case: tuple[AnyRule, Pack]) -> None:
    rule, made = case
    problems = found(rule, made)
    assert problems
    assert all(rule.id in what and "looser" in what for _, what in problems)


@given(restated(pack_mutations.TIGHTER))
def test_whatever_restates_a_rule_as_strictly_or_more_is_accepted(case: tuple[AnyRule, Pack]) -> None:
    assert found(*case) == []


@given(st.sampled_from(BASES), st.data())
def test_one_looser_measure_is_refused_though_the_effect_is_harsher(made: Pack, data: st.DataObject) -> None:
    rule = with_channels(data.draw(st.sampled_from(made.rules)), groups_of(made, None))
    looser = data.draw(st.sampled_from(pack_mutations.LOOSER[type(rule)]))(rule, data.draw)
    assume(looser is not None)
    assert found(replace(looser, effect=Effect.DENY), made)


@given(st.sampled_from(BASES), st.data())
def test_a_rule_restated_word_for_word_is_accepted(made: Pack, data: st.DataObject) -> None:
    assert found(data.draw(st.sampled_from(made.rules)), made) == []


@given(st.sampled_from(BASES), st.sampled_from(BASES), st.data())
def test_a_rule_about_something_else_only_adds_and_is_accepted(
    made: Pack, other: Pack, data: st.DataObject
) -> None:
    rule = with_channels(data.draw(st.sampled_from(other.rules)), groups_of(other, None))
    over = replace(rule, id="ANOTHER-ID", when="collector_named")
    assert isinstance(rule, HoldRule) or found(over, made) == []


def test_s19_seven_in_seven_cannot_become_nine() -> None:
    said = refused(COUNTER.replace("max: 7", "max: 9"))
    assert "T-7-IN-7 restates the rule of test-base and is looser: its max is 9, above 7" in said
    assert said.startswith("test.yaml:")
    assert "Overlays may only tighten" in said


def test_s19_not_under_another_id_either() -> None:
    said = refused(COUNTER.replace("T-7-IN-7", "T-9-IN-7").replace("max: 7", "max: 9"))
    assert "T-9-IN-7 says less than T-7-IN-7 of test-base, so it is void: its max is 9, above 7" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("21:00", "22:00", "allows 08:00 to 22:00"),
        ("08:00", "07:59", "allows 07:59 to 21:00"),
        ("effect: defer", "effect: defer\n  waived_by: {consent: time}", "it can be waived"),
        ("channels: all", "channels: [sms]", "it applies to fewer channels"),
        ("[collect]", "[locate]", "it applies to fewer purposes"),
        ("effect: defer", "effect: defer\n  when: time_barred", "looked at only where time_barred"),
        ("kind: window", "kind: window", ""),
    ],
)
def test_a_restated_window_is_no_wider(old: str, new: str, said: str) -> None:
    rules = WINDOW.replace(old, new)
    if said:
        assert said in refused(rules)
    else:
        assert library(base(), overlay(rules))


def test_a_restated_rule_keeps_its_kind() -> None:
    assert "it is of another kind" in refused(COUNTER.replace("T-7-IN-7", "T-TIME"))


def test_a_hold_under_another_id_may_not_stop_less() -> None:
    said = refused(HOLDS % ("T-HOLDS-2", "locate"), HOLDS % ("T-HOLDS", "collect"))
    assert "the hold dispute does not stop collect" in said
    assert library(base(HOLDS % ("T-HOLDS", "collect")), overlay(HOLDS % ("T-HOLDS-2", "collect, locate")))


@pytest.mark.parametrize(("old", "new"), [("debt", "contact_point"), ("person", "debt")])
def test_a_restated_hold_keeps_its_scope(old: str, new: str) -> None:
    original = (HOLDS % ("T-HOLDS", "collect")).replace("scope: debt", f"scope: {old}")
    narrower = original.replace(f"scope: {old}", f"scope: {new}")
    assert f"the hold dispute holds for the {new} only, not the {old}" in refused(narrower, original)
    assert library(base(narrower), overlay(original))


def test_an_event_under_another_id_may_not_be_due_later() -> None:
    original = SEQUENCE % ("T-FIRST", "validation_sent", "P5D")
    said = refused(SEQUENCE % ("T-FIRST-2", "validation_sent", "P6D"), original)
    assert "T-FIRST-2 says less than T-FIRST of test-base, so it is void: it gives P6D, not P5D" in said
    assert library(base(original), overlay(SEQUENCE % ("T-FIRST-2", "initial_communication", "P6D")))


def test_a_hold_of_another_kind_only_adds() -> None:
    more = (HOLDS % ("T-HOLDS-2", "locate")).replace("dispute", "attorney")
    assert library(base(HOLDS % ("T-HOLDS", "collect")), overlay(more))


def test_a_longer_time_with_a_larger_max_only_adds() -> None:
    more = (
        COUNTER.replace("T-7-IN-7", "T-20-IN-30").replace("days: 7", "days: 30").replace("max: 7", "max: 20")
    )
    assert library(base(), overlay(more))


def test_an_overlay_of_every_pack_may_be_milder_than_the_strictest_of_them() -> None:
    everywhere = {"overlay_of": '"*"', "jurisdiction": '{country: "*"}'}
    late = WINDOW.replace("T-TIME", "BANK-TIME").replace("21:00", "22:00")
    assert library(base(), overlay(late, **everywhere))
    assert "looser" in refused(WINDOW.replace("21:00", "22:00"), **everywhere)


def test_an_overlay_has_no_defaults_of_its_own() -> None:
    with pytest.raises(PackError, match="an overlay has that of its base"):
        pack(overlay(defaults="{time_zone: {mode: debtor, sources: [address]}}"))


def test_our_own_packs_have_overlays_that_passed() -> None:
    assert {made.id for made in load_library().packs if made.overlay_of} >= {"us-ma", "us-nyc", "bank-policy"}
