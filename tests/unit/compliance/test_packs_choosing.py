"""Which packs are in force for a person at an instant."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.choosing import InForce, PackSet
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.schema import ContentRule, CounterRule, HoldRule, WindowRule
from services.compliance.pack_files import load_library
from shared.contracts.decisions import Force
from shared.contracts.vocabulary import Channel, HoldKind
from tests.unit.compliance.packs_made import COUNTER, WINDOW, base, library, overlay

OURS = load_library()
INSTANTS = st.integers(0, 7 * 366 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
FIRST = datetime(2021, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
NYC = Place(country="US", state="NY", city="NYC")


@pytest.fixture(scope="module")
def ours() -> Library:
    return load_library()


def at(library: Library, instant: datetime, *places: Place) -> InForce:
    return library.in_force(places, instant)


def only(found: InForce) -> PackSet:
    (packs,) = found.sets
    return packs


def overlays(found: InForce) -> list[str]:
    return [pack.id for pack in only(found).overlays if not pack.id.startswith("bank-")]


def test_s18_an_overlay_goes_live_at_midnight_of_its_own_jurisdiction(ours: Library) -> None:
    live = datetime(2026, 9, 1, 4, tzinfo=UTC)  # 00:00 in New York
    before = at(ours, live - timedelta(microseconds=1), NYC)
    assert overlays(before) == []
    assert before.until == live
    assert overlays(at(ours, live, NYC)) == ["us-nyc"]


@pytest.mark.parametrize(
    "place",
    [
        NYC,
        Place(country="us", state="ny", city="new york"),
        Place(country="US", state="US-NY", city=" New  York City "),
        Place(country="US", city="Brooklyn"),
        Place(country="US", state="unknown", city="The Bronx"),
    ],
)
def test_a_city_is_known_by_its_names(ours: Library, place: Place) -> None:
    assert overlays(at(ours, datetime(2026, 10, 1, tzinfo=UTC), place)) == ["us-nyc"]


@pytest.mark.parametrize(
    "place",
    [
        Place(country="US"),
        Place(country="US", state="NY"),
        Place(country="US", state="NY", city="Buffalo"),
        Place(country="US", state="OH", city="Brooklyn"),
    ],
)
def test_another_place_has_no_city_overlay(ours: Library, place: Place) -> None:
    found = at(ours, datetime(2026, 10, 1, tzinfo=UTC), place)
    assert overlays(found) == []
    assert found.undetermined == ()


@pytest.mark.parametrize(
    ("place", "doubtful"),
    [
        (Place(country="US", state="unknown"), ("us-ma", "us-nyc")),
        (Place(country="US", state="unknown", city="Boston"), ("us-ma",)),
        (Place(country="US", state="NY", city="Unknown"), ("us-nyc",)),
        (Place(country="US", state="TX", city="unknown"), ()),
        (Place(country="CN", state="unknown"), ()),
    ],
)
def test_a_place_that_says_unknown_leaves_law_undetermined(
    ours: Library, place: Place, doubtful: tuple[str, ...]
) -> None:
    assert at(ours, datetime(2026, 10, 1, tzinfo=UTC), place).undetermined == doubtful


def test_a_country_without_a_pack_is_unknown(ours: Library) -> None:
    france = Place(country="FR")
    found = at(ours, NOW, france)
    assert (found.sets, found.unknown) == ((), (france,))


def test_before_a_pack_begins_its_country_is_unknown(ours: Library) -> None:
    china = Place(country="CN")
    begins = datetime(2025, 2, 27, 16, tzinfo=UTC)  # 2025-02-28 00:00 in Shanghai
    assert at(ours, begins - timedelta(seconds=1), china).unknown == (china,)
    assert at(ours, begins, china).unknown == ()


def test_after_a_pack_ends_its_country_is_unknown() -> None:
    ended = library(base(effective="{from: 2026-01-01, to: 2026-06-30, zone: America/New_York}"))
    midnight = datetime(2026, 7, 1, 4, tzinfo=UTC)
    us = Place(country="US")
    assert at(ended, midnight - timedelta(seconds=1), us).until == midnight
    assert at(ended, midnight, us).sets == ()


def test_several_places_have_all_their_packs(ours: Library) -> None:
    found = at(
        ours, NOW, Place(country="US", state="MA"), Place(country="CN"), Place(country="US", state="TX")
    )
    assert [packs.base.id for packs in found.sets] == ["cn-mainland", "us-federal"]
    assert "us-ma" in found.sets[1].tags[2]


def test_the_same_packs_in_force_are_the_same_object(ours: Library) -> None:
    first = only(at(ours, NOW, Place(country="US", state="TX")))
    again = only(at(ours, NOW + timedelta(days=1), Place(country="US", state="AZ", city="Tucson")))
    assert first is again


def test_a_set_names_its_packs_calendar_and_digests(ours: Library) -> None:
    packs = only(at(ours, NOW, Place(country="CN")))
    assert packs.tags == (
        "cn-mainland@2026.11.0",
        "bank-policy@2026.11.1",
        "bank-policy-cn@2026.11.0",
        "cn-official@2026.1",
    )
    assert packs.digests == tuple(ours.digests[tag] for tag in packs.tags)
    assert packs.calendar is not None


def test_a_rule_has_dates_of_its_own(ours: Library) -> None:
    ends = datetime(2026, 12, 31, 16, tzinfo=UTC)  # 2027-01-01 00:00 in Shanghai
    china = Place(country="CN")
    before = at(ours, ends - timedelta(seconds=1), china)
    assert before.until == ends
    assert "BANK-CN-HOLIDAYS" in {part.rule.id for part in only(before).rules}
    assert "BANK-CN-HOLIDAYS" not in {part.rule.id for part in only(at(ours, ends, china)).rules}


def test_a_restated_rule_takes_the_place_of_the_base_rule_while_it_is_in_force() -> None:
    stricter = COUNTER.replace("max: 7", "max: 5") + "  effective: {from: 2026-03-01}\n"
    restated = library(base(), overlay(stricter))
    place = Place(country="US", state="MA")

    def most(instant: datetime) -> list[int]:
        rules = [part.rule for part in only(at(restated, instant, place)).rules]
        return [rule.max for rule in rules if isinstance(rule, CounterRule)]

    live = datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert most(live - timedelta(seconds=1)) == [7]
    assert most(live) == [5]


def test_channels_stand_in_place_of_groups(ours: Library) -> None:
    rules = [part.rule for part in only(at(ours, NOW, Place(country="US"))).rules]
    assert all(not isinstance(rule.applies.channels, str) or rule.applies.channels == "any" for rule in rules)
    media = next(rule for rule in rules if rule.id == "US-MEDIA")
    assert isinstance(media, ContentRule)
    assert media.must_include == ("debt_collector_disclosure",)
    assert media.must_include_by_channel == {
        channel.value: ("opt_out_method",)
        for channel in (Channel.SMS, Channel.EMAIL, Channel.IM, Channel.APP_PUSH)
    }


def test_an_overlay_of_every_pack_finds_its_groups_in_each() -> None:
    everywhere = {"overlay_of": '"*"', "jurisdiction": '{country: "*"}'}
    late = WINDOW.replace("T-TIME", "T-LATE").replace("channels: all", "channels: own")
    made = library(base(), overlay(late, **everywhere, groups="{own: [email]}"))
    rule = only(at(made, NOW, Place(country="US"))).rules[-1].rule
    assert isinstance(rule, WindowRule)
    assert rule.applies.channels == (Channel.EMAIL,)


def test_holds_of_several_origins_are_told_apart(ours: Library) -> None:
    parts = [
        part
        for part in only(at(ours, NOW, Place(country="US"))).rules
        if isinstance(part.rule, HoldRule) and part.rule.id == "US-HOLDS"
    ]
    by_kind = {kind: part for part in parts if isinstance(part.rule, HoldRule) for kind in part.rule.holds}
    assert by_kind[HoldKind.BANKRUPTCY].covered_roles is None
    assert by_kind[HoldKind.BANKRUPTCY].rule.cite == ("11 USC 362(a)(6)",)
    assert by_kind[HoldKind.CEASE].covered_roles == {"agency", "debt_buyer", "law_firm"}
    assert by_kind[HoldKind.CEASE].uncovered_as_policy
    assert by_kind[HoldKind.HARDSHIP_REVIEW].rule.force is Force.POLICY


def test_an_overlay_has_no_applicability_of_its_base(ours: Library) -> None:
    parts = only(at(ours, NOW, Place(country="US", state="MA"))).rules
    assert next(part for part in parts if part.rule.id == "MA-2-IN-7").covered_roles is None
    assert next(part for part in parts if part.rule.id == "US-7-IN-7").covered_roles is not None


@given(
    INSTANTS,
    st.sampled_from(
        [Place(country="CN"), NYC, Place(country="GB"), Place(country="IN"), Place(country="FR")]
    ),
)
def test_nothing_changes_until_it_says_so(instant: datetime, place: Place) -> None:
    found = at(OURS, instant, place)
    assert found.until is None or found.until > instant
    later = (found.until or instant + timedelta(days=400)) - timedelta(microseconds=1)
    assert at(OURS, later, place).sets == found.sets
