"""What the gate is told of a person for a request."""

from datetime import timedelta

import pytest

from services.compliance.domain.dossier import (
    DIRECT_CONSENT,
    Dossier,
    NamedFact,
    Party,
    consented_directly,
    known_of,
    places,
)
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome, Consent, Place, ZoneEvidence
from services.compliance.domain.keeping import moved
from services.compliance.domain.parties import PartyRow
from services.compliance.domain.past import past_of
from services.compliance.pack_files import load_library
from shared.contracts.vocabulary import Channel, PartyRole
from tests.unit.compliance.gate_cases import NOON, request

DAY = timedelta(days=1)


def party(**changes: object) -> Party:
    values = {
        "person_id": "person-1",
        "customer_id": "customer-1",
        "role": PartyRole.DEBTOR,
        "jurisdiction": "CN",
        "time_zone": "Asia/Shanghai",
        "removed": False,
    }
    return Party(**(values | changes))  # type: ignore[arg-type]


def attempt(at: int, outcome: AttemptOutcome = AttemptOutcome.PLACED, person_id: str = "person-1") -> Attempt:
    when = NOON + at * DAY
    return Attempt(
        attempt_id=f"{person_id}-{at}",
        at=when,
        channel=Channel.CALL_LIVE,
        outcome=outcome,
        person_id=person_id,
    )


def test_a_place_that_another_one_tells_more_exactly_is_left_out() -> None:
    found = places(frozenset({"US", "US-NY", "CN"}), (Place(country="US", state="NY", city="New York"),))
    assert found == (Place(country="CN"), Place(country="US", state="NY", city="New York"))


def test_all_places_and_zones_on_file_and_of_the_request_are_told() -> None:
    dossier = Dossier(
        "person-1",
        parties=[
            party(jurisdiction="US-NY", time_zone="America/New_York"),
            party(jurisdiction="FR", removed=True),
        ],
        residences=[Place(country="GB")],
        zones=[ZoneEvidence(zone="Europe/London", source="declared")],
    )
    told = dossier.told(request(jurisdiction="US-CA", time_zone=None), ["d"], {})
    assert {(place.country, place.state) for place in (told.place, *told.more_places)} == {
        ("US", "NY"),
        ("US", "CA"),
        ("GB", None),
    }
    assert [(one.zone, one.source) for one in told.zones] == [
        ("Europe/London", "declared"),
        ("America/New_York", "address"),
    ]


def test_what_is_reserved_for_one_request_is_seen_by_the_next_of_another_kind() -> None:
    dossier = Dossier("person-1")
    one = dossier.told(request(), ["d"], {})
    other = dossier.told(request(jurisdiction="GB"), ["d"], {"collector_named": True})
    dossier.attempts.append(attempt(0))
    assert len(one.attempts) == len(other.attempts) == 1


@pytest.mark.parametrize(
    ("facts", "debts", "known"),
    [
        ([("", True)], ["a", "b"], True),
        ([("a", True)], ["a"], True),
        ([("a", True)], ["b"], None),
        ([("a", True)], ["a", "b"], None),
        ([("a", True), ("b", True)], ["a", "b"], True),
        ([("a", True), ("b", False)], ["a", "b"], None),
        ([("", True), ("a", False)], ["a"], None),
        ([("", False), ("a", False)], ["a"], False),
    ],
)
def test_a_fact_is_known_where_all_that_speaks_of_each_debt_agrees(
    facts: list[tuple[str, bool]], debts: list[str], known: bool | None
) -> None:
    named = [NamedFact("time_barred", value, debt) for debt, value in facts]
    assert known_of(named, debts, "point").get("time_barred") is known


def test_a_fact_about_a_number_is_told_for_that_number_only() -> None:
    dossier = Dossier("p", named=[NamedFact("residential_landline", True, contact_point_id="point-1")])
    assert dossier.told(request(), ["d"], {}).known == {"residential_landline": True}
    assert dossier.told(request(contact_point_id="point-2"), ["d"], {}).known == {}


def test_records_of_one_human_are_one_dossier_in_the_order_of_time() -> None:
    pooled = Dossier.pooled(
        [
            Dossier("person-1", attempts=[attempt(0), attempt(2)], parties=[party()]),
            Dossier("person-2", attempts=[attempt(1, person_id="person-2")]),
        ]
    )
    assert [one.attempt_id for one in pooled.attempts] == ["person-1-0", "person-2-1", "person-1-2"]
    assert pooled.told(request(), ["d"], {}).merged == ("person-1", "person-2")


def test_who_was_removed_from_all_of_a_customers_debts_is_nobody_to_them() -> None:
    assert Dossier("p", parties=[party(removed=True)]).is_removed("customer-1")
    assert not Dossier("p", parties=[party(removed=True), party()]).is_removed("customer-1")
    assert not Dossier("p").is_removed("customer-1")


def test_a_direct_consent_ends_after_six_days_or_with_the_conversation() -> None:
    consent = Consent(kind=DIRECT_CONSENT, given_at=NOON)
    told = Dossier("p", consents=[consent]).told(request(), ["d"], {})
    assert consented_directly(told, NOON)
    assert not consented_directly(told, NOON + 6 * DAY)
    spoke = Dossier("p", consents=[consent], attempts=[attempt(1, AttemptOutcome.CONVERSATION)])
    assert not consented_directly(spoke.told(request(), ["d"], {}), NOON + 2 * DAY)


def test_what_a_person_moved_away_from_is_left_behind_once() -> None:
    def row(customer: str, version: int, zone: str | None, code: str) -> PartyRow:
        return PartyRow("person-1", customer, version, PartyRole.DEBTOR, code, zone, False)

    pairs = [("person-1", name) for name in ("c1", "c2", "c3")]
    on_file = {pair: row(pair[1], 1, "America/New_York", "US-NY-NYC") for pair in pairs[:2]}
    rows = [row(name, 2, "America/Los_Angeles", "US-CA") for _, name in pairs]
    left = moved(rows, on_file, NOON, NOON + DAY)
    assert [(one.zone, one.until) for one in left.zones.values()] == [("America/New_York", NOON + DAY)]
    assert [(one.state, one.city) for one in left.residences.values()] == [("NY", "NYC")]
    assert left.changed == {"person-1"}


def test_the_past_reaches_as_far_back_as_the_longest_rule_of_the_packs() -> None:
    packs = load_library().packs
    past = past_of(packs, timedelta())
    assert past.length >= timedelta(days=30)
    assert "locate" in past.lasting
    assert past_of(packs, timedelta(days=400)).length == timedelta(days=400)
