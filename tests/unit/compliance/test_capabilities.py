"""Rows of the register on the packs that the product ships."""

from services.compliance.domain.gate.deciding import decide
from services.compliance.domain.gate.decision import Decision
from services.compliance.domain.gate.facts import PersonFacts, Place, ZoneEvidence
from services.compliance.pack_files import load_library
from shared.contracts.decisions import Effect, Force
from tests.unit.compliance.gate_engine_packs import request, utc

SHANGHAI = PersonFacts(
    place=Place(country="CN"),
    zones=(ZoneEvidence(zone="Asia/Shanghai", source="declared"),),
    known={"recorded_line": True, "official_number": True},
)
WORKDAY = utc("2026-03-03T09:30:00+08:00")
NATIONAL_DAY = utc("2026-10-01T09:30:00+08:00")
LIBRARY = load_library()


def decided(**asked: object) -> Decision:
    return decide(request(**asked), SHANGHAI, LIBRARY, WORKDAY)


def test_f6_law_standards_the_trade_and_the_bank_stand_side_by_side_each_with_its_source() -> None:
    [packs] = LIBRARY.in_force((Place(country="CN"),), WORKDAY).sets
    forces = {one.rule.force for one in packs.rules}
    assert {Force.LAW, Force.STANDARD, Force.SELF_REGULATORY, Force.POLICY} <= forces
    assert all(one.rule.cite for one in packs.rules)


def test_d10_who_owes_nothing_is_never_contacted_to_collect() -> None:
    for party in ("relative", "employer", "contact"):
        refused = decided(party=party)
        assert refused.effect is Effect.DENY
        assert "CN-PARTY" in {reason.rule_id for reason in refused.reasons}


def test_f13_on_a_statutory_holiday_calls_begin_later_and_nobody_is_visited() -> None:
    early = decide(request(), SHANGHAI, LIBRARY, NATIONAL_DAY)
    assert early.effect is Effect.DEFER
    assert early.until == utc("2026-10-01T10:00:00+08:00")
    visit = decide(request(channel="visit"), SHANGHAI, LIBRARY, NATIONAL_DAY)
    assert visit.effect is not Effect.ALLOW
