"""What the console offers in inspection is what the register permits; a result is sent when it is whole."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.compliance.api.inspection_acts import acts_router
from services.compliance.api.inspection_desk import InspectionDesk
from services.compliance.api.inspection_inputs import NewResult
from services.compliance.api.violations import violation_acts_router
from services.compliance.domain.inspection.policy import is_grave
from services.compliance.domain.inspection.words import WAITING
from services.reporting.console import inspection_acts as acts
from services.reporting.console.acts import Act, File, WhyNot, possible, reasons_against
from services.reporting.console.scoring import GRAVE, Behind, Sheet, pieces, usable
from services.reporting.console.sessions import Credential, Session
from services.reporting.console.words import TEXTS
from shared.contracts.complaints import Severity
from shared.security.principals import Principal

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
FORM: dict[str, Any] = {
    "form_id": "telephone",
    "version": 2,
    "items": [
        {"item_id": "identifies", "title": "Says who calls", "critical": False},
        {"item_id": "lawful", "title": "No threat", "critical": True},
    ],
}
THREAT = {"finding_id": "finding-1", "turn": 2, "severity": "critical", "verdict": None}


def session(subject: str, *scopes: str) -> Session:
    return Session(Principal(subject, frozenset(scopes)), 0, Credential("x"))


BEN = session("ben", "inspections:write")


def inspection(**changes: Any) -> File:
    file = {"state": "queued", "collector_id": "collector-7", "claimed_by": None, "claimed_until": None}
    return acts.of_inspection(file | changes, NOW)


def violation(**changes: Any) -> File:
    file = {
        "state": "found",
        "collector_id": "collector-7",
        "found_by": "anna",
        "decided_by": None,
        "owner_id": None,
        "rectified_by": None,
        "appeal": None,
    }
    return file | changes


def why_not(name: str, file: File, who: Session = BEN) -> WhyNot:
    every = (*acts.INSPECTION_ACTS, *acts.VIOLATION_ACTS)
    return reasons_against(next(one for one in every if one.name == name), file, who)


def offered(file: File, every: tuple[Act, ...] = acts.VIOLATION_ACTS) -> set[str]:
    return {act.name for act in possible(file, every)}


def test_every_act_is_sent_where_the_register_takes_it_and_all_of_its_are_offered() -> None:
    desk = InspectionDesk(None, None)  # type: ignore[arg-type]  # the routes are looked at, not called
    for router, every, left in (
        (acts_router(desk), acts.INSPECTION_ACTS, {"result"}),
        (violation_acts_router(desk), acts.VIOLATION_ACTS, set()),
    ):
        taken = {str(getattr(route, "path", "")).partition("}/")[2] for route in router.routes}
        assert taken - left == {act.path for act in every}
    assert {act.name for act in acts.INSPECTION_ACTS} == offered(inspection(), acts.INSPECTION_ACTS)
    assert acts.WAITING == WAITING


def test_who_made_the_contact_or_comes_second_does_not_get_it_and_is_told_why() -> None:
    assert why_not("claim", inspection()) is None
    assert why_not("claim", inspection(collector_id="ben")) == ("own-contact", "")
    held = inspection(state="claimed", claimed_by="anna", claimed_until="2026-03-10T02:10:00Z")
    assert why_not("claim", held) == ("lease", "anna")
    assert why_not("release", held) == ("lease", "anna")
    over = inspection(state="claimed", claimed_by="anna", claimed_until="2026-03-10T02:00:00Z")
    assert why_not("claim", over) is None
    assert why_not("release", over) == ("claim-first", "")


def test_a_violation_goes_from_person_to_person() -> None:
    assert offered(violation()) == {"confirm", "dismiss"}
    assert why_not("confirm", violation(found_by="ben")) == ("four-eyes", "ben")
    assert why_not("confirm", violation()) is None
    done = violation(state="rectified", rectified_by="ben", owner_id="cora")
    assert offered(done) == {"verify", "return", "appeal"}
    assert why_not("verify", done) == ("four-eyes", "ben")
    assert why_not("verify", done | {"rectified_by": "cora"}) is None
    assert why_not("rectification", violation(state="confirmed", collector_id="ben")) == ("concerned", "")
    assert why_not("confirm", violation(), session("li")) == ("scope", "inspections:write")


def test_an_appeal_is_for_the_collector_once_and_decided_by_somebody_who_had_no_part_in_it() -> None:
    confirmed = violation(state="confirmed", decided_by="ben")
    assert why_not("appeal", confirmed, session("collector-7", "inspections:appeal")) is None
    assert why_not("appeal", confirmed, session("li", "inspections:appeal")) == (
        "collector-only",
        "collector-7",
    )
    appealed = confirmed | {"appeal": "lodged"}
    assert offered(appealed) == {"rectification", "appeal-uphold", "appeal-reject"}
    assert why_not("appeal-uphold", appealed) == ("four-eyes", "ben")
    assert why_not("appeal-uphold", appealed, session("cora", "inspections:write")) is None
    uphold = next(act for act in acts.VIOLATION_ACTS if act.name == "appeal-uphold")
    assert acts.body_of(uphold, {"note": "n"}) == {"note": "n", "upheld": True}


def test_a_result_is_sent_when_nothing_is_missing_and_the_register_can_read_it() -> None:
    sheet = Sheet(FORM, [THREAT])
    assert [word for word, _ in sheet.missing()] == ["mark", "mark", "verdict", "note"]
    sheet.marks = {"identifies": "met", "lawful": "not_met"}
    sheet.note = " heard "
    assert [word for word, _ in sheet.missing()] == ["behind", "verdict"]
    sheet.behind["lawful"] = Behind(finding_id="finding-1")
    assert sheet.missing() == []
    sheet.others = [Behind(), Behind(rule_id="CN-PRIVACY", severity="low")]
    body = sheet.body()
    assert body["violations"] == [
        {"finding_id": "finding-1", "item_id": "lawful"},
        {"rule_id": "CN-PRIVACY", "severity": "low"},
    ]
    assert (body["cleared"], body["note"]) == ([], "heard")
    assert NewResult.model_validate(body).form_version == 2


def test_a_violation_by_rule_needs_how_grave_it_was_and_a_finding_gets_one_verdict() -> None:
    sheet = Sheet(FORM, [THREAT], {"identifies": "met", "lawful": "not_met"}, note="n")
    sheet.behind["lawful"] = Behind(rule_id="CN-THREAT")
    sheet.verdicts["finding-1"] = "no_violation"
    assert sheet.missing() == [("behind", "No threat")]
    sheet.behind["lawful"] = Behind(rule_id="CN-THREAT", severity="high")
    assert sheet.missing() == []
    assert sheet.body()["cleared"] == ["finding-1"]
    sheet.behind["lawful"] = Behind(finding_id="finding-1")
    assert sheet.missing() == [("both", "3")]


def test_what_stands_behind_an_item_that_was_met_is_left_out() -> None:
    sheet = Sheet(FORM, [], {"identifies": "met", "lawful": "met"}, note="n")
    sheet.behind["lawful"] = Behind(rule_id="CN-THREAT", severity="high")
    assert sheet.missing() == []
    assert sheet.body()["violations"] == []


def test_the_grave_ones_are_those_of_the_register() -> None:
    assert {severity for severity in Severity if is_grave(severity)} == GRAVE


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], [("abcdef", None)]),
        ([(1, 2)], [("a", None), ("bc", 0), ("def", None)]),
        ([(4, 99)], [("abcd", None), ("ef", 0)]),
        ([(2, 3), (0, 3)], [("abc", 1), ("de", 0), ("f", None)]),
        ([(9, 1)], [("abcdef", None)]),
    ],
)
def test_a_turn_is_cut_where_findings_begin_and_end(
    places: list[tuple[int, int]], expected: list[tuple[str, int | None]]
) -> None:
    findings = [{"begins": begins, "length": length} for begins, length in places]
    assert pieces("abcdef", findings) == expected


def test_forms_of_other_channels_are_not_offered() -> None:
    forms: list[Any] = [
        {"body": {"form_id": name, "channels": only}} for name, only in (("a", []), ("b", ["visit"]))
    ]
    assert [form["form_id"] for form in usable(forms, "sms")] == ["a"]
    assert len(usable(forms, "visit")) == 2


def test_every_act_has_its_name_and_every_reason_against_it_its_words() -> None:
    for one in (*acts.INSPECTION_ACTS, *acts.VIOLATION_ACTS):
        assert f"act.{one.name}" in TEXTS
    for word in ("own-contact", "lease", "claim-first", "concerned", "collector-only", "four-eyes"):
        assert f"why-not.{word}" in TEXTS
    for word in ("mark", "behind", "verdict", "both", "other", "note"):
        assert f"scoring.missing.{word}" in TEXTS
