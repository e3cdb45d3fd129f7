"""Packs that are wrong in themselves or do not fit together are refused: file, line, field, remedy."""

from collections.abc import Callable

import pytest

from services.compliance.domain.packs.decoding import decode_calendar
from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.packs.schema import CounterRule, WindowRule
from tests.unit.compliance.packs_made import COUNTER, WINDOW, base, calendar, library, overlay, pack

HOLD = "- {id: T-HOLDS, kind: hold, cite: [x], force: law, effect: deny, holds: {dispute: %s}}\n"
PARTY = "- {id: T-PARTY, kind: party, cite: [x], force: law, effect: deny, allow: %s}\n"
CONTENT = "- {id: T-CONTENT, kind: content, cite: [x], force: law, effect: deny, %s}\n"
ACTOR = "- {id: T-ACTOR, kind: actor, cite: [x], force: law, effect: deny, require: %s}\n"


def wrong(make: Callable[[], object]) -> str:
    with pytest.raises(PackError) as error:
        make()
    return str(error.value)


def test_a_pack_is_decoded_into_its_rules() -> None:
    read = pack(base())
    assert [type(rule) for rule in read.pack.rules] == [WindowRule, CounterRule]
    assert read.pack.effective.zone == "America/New_York"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (base(id="Test"), "id"),
        (base(version="one"), "version"),
        (base(version='"2026"'), "version"),
        (base(jurisdiction="{country: USA}"), "jurisdiction.country"),
        (base(jurisdiction="{country: US, state: MA}"), "jurisdiction"),
        (base(jurisdiction='{country: "*"}'), "jurisdiction"),
        (base(effective="{from: 2026-01-01}"), "effective"),
        (base(effective="{from: 2026-01-02, to: 2026-01-01, zone: UTC}"), "effective.to"),
        (base(effective="{from: 2026-01-01, zone: America/Boston}"), "effective.zone"),
        (base(effective="{from: 2026-13-01, zone: UTC}"), "effective.from"),
        (base(review="{counsel: A. Lawyer}"), "review"),
        (base(defaults=""), "defaults"),
        (base(defaults="{time_zone: {mode: debtor}}"), "defaults.time_zone.sources"),
        (base(defaults="{time_zone: {mode: fixed}}"), "defaults.time_zone.zone"),
        (base(defaults="{time_zone: {mode: fixed, zone: Mars/Base}}"), "defaults.time_zone.zone"),
        (
            base(defaults="{time_zone: {mode: debtor, zone: UTC, sources: [address]}}"),
            "defaults.time_zone.zone",
        ),
        (
            base(defaults="{time_zone: {mode: debtor, sources: [address], on_unknown: allow}}"),
            "defaults.time_zone.on_unknown",
        ),
        (
            base(defaults="{time_zone: {mode: debtor, sources: [address]}, on_missing_fact: allow}"),
            "defaults.on_missing_fact",
        ),
        (
            base(defaults="{time_zone: {mode: debtor, sources: [address]}, decision_ttl_seconds: 5}"),
            "defaults.decision_ttl_seconds",
        ),
        (base(groups="{voice: [], all: [sms]}"), "groups.voice"),
        (base(groups="{any: [sms], voice: [sms], all: [sms]}"), "groups.any"),
        (base(groups="{voice: [fax], all: [sms]}"), "groups"),
        (base(colour="red"), "the document"),
        (overlay(defaults="{time_zone: {mode: debtor, sources: [address]}}"), "defaults"),
        (overlay(calendar="{id: x}"), "calendar"),
        (overlay(overlay_of='"*"'), "overlay_of"),
        (overlay(jurisdiction='{country: "*"}'), "overlay_of"),
        (overlay(jurisdiction="{country: US, names: [Massachusetts]}"), "jurisdiction.names"),
        (base(retention="[{what: coffee, keep: P1Y, from: created, cite: x}]"), "retention[0].what"),
        (base(retention="[{what: call_recording, keep: 2Y, from: created, cite: x}]"), "retention[0].keep"),
        (base(retention="[{what: call_recording, keep: P2Y, cite: x}]"), "retention[0].from"),
        (base(deadlines="[{event: sunrise, due: P1D, cite: x}]"), "deadlines[0].event"),
        (base(deadlines="[{event: complaint_received, due: 15D, cite: x}]"), "deadlines[0].due"),
        (
            base(deadlines="[{event: complaint_received, due: P15D, extend: [P], cite: x}]"),
            "deadlines[0].extend[0]",
        ),
    ],
)
def test_a_wrong_head_is_refused_at_its_field(text: str, field: str) -> None:
    said = wrong(lambda: pack(text))
    assert f": {field}: " in said
    assert said.startswith("test.yaml:")


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (WINDOW.replace("T-TIME", "t-time"), "id"),
        (WINDOW.replace("kind: window", "kind: sundial"), "kind"),
        (WINDOW.replace("[a law]", "[]"), "cite"),
        (WINDOW.replace("[a law]", '[" "]'), "cite"),
        (WINDOW.replace("effect: defer", "effect: allow"), "effect"),
        (WINDOW.replace("effect: defer", "effect: deny\n  wehn: time_barred"), ""),
        (WINDOW.replace("effect: defer", "effect: defer\n  when: it_rains"), "when"),
        (WINDOW.replace("effect: defer", "effect: defer\n  waived_by: {}"), "waived_by"),
        (WINDOW.replace("effect: defer", "effect: defer\n  waived_by: {consent: hope}"), "waived_by.consent"),
        (WINDOW.replace("effect: defer", "effect: defer\n  waived_by: {fact: hope}"), "waived_by.fact"),
        (WINDOW.replace("[collect]}", "[collect], facts: [hope]}"), "applies.facts"),
        (WINDOW.replace("[collect]}", "[hope]}"), "applies.purposes[0]"),
        (WINDOW.replace('"08:00"', '"8:00"'), "allow[0].from"),
        (WINDOW.replace('"08:00"', '"24:00"'), "allow[0].from"),
        (WINDOW.replace('"21:00"', '"25:00"'), "allow[0].to"),
        (WINDOW.replace('"21:00"', '"08:00"'), "allow[0].to"),
        (WINDOW.replace('"21:00"', '"07:00"'), "allow[0].to"),
        (WINDOW.replace("[any]", "[]"), "allow[0].days"),
        (WINDOW.replace("[any]", "[payday]"), "allow[0].days[0]"),
        (WINDOW.replace('[{days: [any], from: "08:00", to: "21:00"}]', "[]"), "allow"),
        (COUNTER.replace("max: 7", "max: -1"), "max"),
        (COUNTER.replace("max: 7", 'max: "7"'), "max"),
        (COUNTER.replace("days: 7", "days: 0"), "window.days"),
        (COUNTER.replace(", days: 7", ""), "window.days"),
        (COUNTER.replace("days: 7", "days: 7, hours: 1"), "window.hours"),
        (COUNTER.replace("rolling_local_days, days: 7", "rolling_duration"), "window.hours"),
        (COUNTER.replace("rolling_local_days, days: 7", "calendar_day, days: 1"), "window.days"),
        (COUNTER.replace("[collector, person, debt]", "[]"), "per"),
        (COUNTER.replace("[collector, person, debt]", "[person, person]"), "per"),
        (COUNTER.replace("event: placed", "event: dreamt"), "count.event"),
        (HOLD % "{scope: debt, block: []}", "holds.dispute.block"),
        (HOLD % "{scope: debt, block: any, max_days: 0}", "holds.dispute.max_days"),
        (HOLD % "{scope: debt, block: any, effect: allow}", "holds.dispute.effect"),
        (HOLD % "{scope: street, block: any}", "holds"),
        (HOLD.replace("dispute", "thunderstorm") % "{scope: debt, block: any}", "holds"),
        (HOLD.replace("{dispute: %s}", "{}"), "holds"),
        (PARTY % "[]", "allow"),
        (PARTY % "[{parties: [], purposes: any, disclose_debt: true}]", "allow[0].parties"),
        (
            PARTY % "[{parties: [heir], purposes: any, disclose_debt: true, require: {any_fact: []}}]",
            "allow[0].require.any_fact",
        ),
        (
            PARTY % "[{parties: [heir], purposes: any, disclose_debt: true, require: {any_fact: [hope]}}]",
            "allow[0].require.any_fact",
        ),
        (CONTENT % "must_not: []", "must_not"),
        (CONTENT % "must_not: [poetry]", "must_not"),
        (CONTENT % "must_not: [institution_name]", "must_not"),
        (CONTENT % "must_include: [threat]", "must_include"),
        (CONTENT % "must_include_by_channel: {sms: [threat]}", "must_include_by_channel.sms"),
        (CONTENT % "must_include_by_channel: {fax: [seal]}", "must_include_by_channel.fax"),
        (ACTOR % "{}", "require"),
        (ACTOR % "{min_staff: 0}", "require.min_staff"),
        (ACTOR % "{facts: [hope]}", "require.facts"),
    ],
)
def test_a_wrong_rule_is_refused_at_its_field(rules: str, field: str) -> None:
    said = wrong(lambda: library(base(rules)))
    path = f"rules[0].{field}".rstrip(".")
    assert f": {path}: " in said
    assert said.startswith("test.yaml:")


def test_one_of_the_staff_is_enough_to_ask_for() -> None:
    assert library(base(ACTOR % "{min_staff: 1}"))


def test_an_unknown_name_is_told_its_likeness() -> None:
    rules = WINDOW.replace("effect: defer", "effect: defer\n  when: time_bared")
    assert "Use time_barred" in wrong(lambda: pack(base(rules)))


def test_every_problem_of_a_pack_is_told_at_once_with_its_line() -> None:
    rules = WINDOW.replace('"21:00"', '"07:00"') + COUNTER.replace("max: 7", "max: -1")
    lines = wrong(lambda: pack(base(rules))).splitlines()
    assert len(lines) == 2
    text = base(rules).splitlines()
    for line, held in zip(lines, ['to: "07:00"', "max: -1"], strict=True):
        assert held in text[int(line.split(":")[1]) - 1]


def test_a_group_that_nobody_defines_is_refused() -> None:
    said = wrong(lambda: library(base(WINDOW.replace("channels: all", "channels: fax"))))
    assert "rules[0].applies.channels: no group 'fax'" in said


def test_an_overlay_has_the_groups_of_its_base() -> None:
    assert library(base(), overlay(WINDOW.replace("T-TIME", "T-MORE").replace("08:00", "09:00")))


def test_rule_ids_are_unique_within_a_pack() -> None:
    assert "T-TIME is given 2 times" in wrong(lambda: pack(base(WINDOW + WINDOW)))


def test_rule_ids_are_unique_over_all_packs() -> None:
    other = base(id="other", jurisdiction="{country: CA}")
    assert "the rule id T-TIME is taken by" in wrong(lambda: library(base(), other))


def test_two_overlays_may_not_share_the_id_of_a_new_rule() -> None:
    rules = WINDOW.replace("T-TIME", "T-NEW")
    second = overlay(rules, id="second")
    assert "the rule id T-NEW is taken by" in wrong(lambda: library(base(), overlay(rules), second))


def test_two_overlays_may_restate_the_same_rule() -> None:
    second = overlay(WINDOW.replace("21:00", "20:00"), id="second")
    assert library(base(), overlay(WINDOW.replace("08:00", "09:00")), second)


def test_versions_of_a_pack_follow_each_other() -> None:
    ended = base(effective="{from: 2026-01-01, to: 2026-06-30, zone: America/New_York}")
    following = base(version="1.1.0", effective="{from: 2026-07-01, zone: America/New_York}")
    assert library(ended, following)
    assert "in force twice from 2026-07-01 on" in wrong(lambda: library(base(), following))


def test_a_country_has_one_base_at_a_time() -> None:
    other = base(WINDOW.replace("T-TIME", "U-TIME"), id="other")
    assert "the base of US is in force twice" in wrong(lambda: library(base(), other))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"overlay_of": "nothing"}, "no pack nothing"),
        ({"jurisdiction": "{country: CA, state: QC}"}, "test-base is of US, not CA"),
    ],
)
def test_an_overlay_belongs_to_a_base(changes: dict[str, str], said: str) -> None:
    assert said in wrong(lambda: library(base(), overlay(**changes)))


def test_a_calendar_has_to_be_there() -> None:
    text = base(calendar="{id: test-days}")
    assert "no calendar test-days" in wrong(lambda: library(text))
    assert library(text, calendars=(calendar(),)).calendars["test-days"]


@pytest.mark.parametrize(
    "deadline",
    [
        "{event: consent_revoked, due: P10BD, cite: x}",
        "{event: limitation_started, due: P3Y, last_day: after_days_off, cite: x}",
    ],
)
def test_business_days_need_a_calendar(deadline: str) -> None:
    text = base(deadlines=f"[{deadline}]")
    assert "the pack has no calendar" in wrong(lambda: library(text))
    assert library(text.replace("groups:", "calendar: {id: test-days}\ngroups:"), calendars=(calendar(),))


def test_a_calendar_may_not_have_the_id_of_a_pack() -> None:
    days = calendar("test-base")
    assert "the id test-base is taken" in wrong(lambda: library(base(), calendars=(days,)))


def test_weekdays_go_from_one_to_seven() -> None:
    text = (
        "apiVersion: collections.compliance/v1\nkind: Calendar\nid: x\nversion: '1.0'\nyears: {}\nweekend: "
    )
    assert decode_calendar("x.yaml", text + "[1, 7]").calendar.weekend == {1, 7}
    for day in (0, 8):
        assert "weekdays are 1" in wrong(lambda day=day: decode_calendar("x.yaml", f"{text}[{day}]"))


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ('{"26": {source: x, holidays: []}}', "not a year"),
        ('{"2026": {source: x, holidays: [{name: a, from: 2025-12-31}]}}', "lies in another year"),
        ('{"2026": {source: x, holidays: [], makeup_workdays: [2026-03-04]}}', "no weekend day"),
        (
            '{"2026": {source: x, holidays: [{name: a, from: 2026-01-01, to: 2026-01-03}, '
            "{name: b, from: 2026-01-03}]}}",
            "2026-01-03 is given twice",
        ),
        ('{"2026": {source: x, holidays: [{name: a, from: 2026-01-03, to: 2026-01-01}]}}', "ends before"),
    ],
)
def test_a_calendar_with_wrong_days_is_refused(years: str, said: str) -> None:
    assert said in wrong(lambda: calendar(years=years))
