"""The bank's complaint policy is data with a version; a file that is not right is refused."""

from pathlib import Path

import pytest

from services.compliance.complaint_policy import SHIPPED, policy_rules
from services.compliance.domain.complaints.policy import ComplaintPolicy
from shared.contracts.complaints import ComplaintFinding, SanctionMeasure, Severity
from tests.unit.compliance.complaint_cases import LIBRARY

TEXT = SHIPPED.read_text(encoding="utf-8")


def test_the_shipped_policy_is_what_the_page_says() -> None:
    rules = policy_rules()
    assert rules.tag == "shipped-complaint-policy@1"
    assert (rules.acknowledge_days, rules.decision_days, rules.without_hold) == (2, 15, frozenset())
    assert [rules.points[severity] for severity in Severity] == [1, 3, 6, 12]


@pytest.mark.parametrize(
    ("severity", "percent", "points"),
    [
        (Severity.LOW, 50, 1),
        (Severity.MEDIUM, 50, 2),
        (Severity.CRITICAL, 50, 6),
        (Severity.MEDIUM, 100, 3),
        (Severity.CRITICAL, 0, 0),
        (Severity.HIGH, 33, 2),
    ],
)
def test_a_part_costs_its_share_of_the_points_rounded_up(
    tmp_path: Path, severity: Severity, percent: int, points: int
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace("part_percent: 50", f"part_percent: {percent}"))
    policy = ComplaintPolicy(library=LIBRARY, rules=policy_rules(path))
    assert policy.points_for(severity, ComplaintFinding.PARTLY_UPHELD) == points
    assert policy.points_for(severity, ComplaintFinding.REJECTED) == 0


def test_what_bars_and_what_is_grave_is_the_files(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace("grave: [high, critical]", "grave: [critical]"))
    policy = ComplaintPolicy(library=LIBRARY, rules=policy_rules(path))
    upheld = ComplaintFinding.UPHELD
    assert not policy.vetoes(Severity.HIGH, upheld, SanctionMeasure.WARNING)
    assert policy.vetoes(Severity.CRITICAL, upheld, SanctionMeasure.WARNING)
    assert policy.vetoes(Severity.LOW, ComplaintFinding.PARTLY_UPHELD, SanctionMeasure.REMOVAL)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("version: 1", "version: 0", "version"),
        ("acknowledge_days: 2", "acknowledge_days: 0", "acknowledge_days"),
        ("part_percent: 50", "part_percent: 150", "part_percent"),
        ("low: 1, ", "", "low"),
        ("medium: 3", "medium: 30", "severity"),
        ("without_hold: []", "without_hold: [weather]", "without_hold"),
        ("barring: [suspension, removal]", "barring: [none]", "measure"),
        ("id: shipped", "identity: 1\nid: shipped", "identity"),
        ("grave: [high, critical]", "", "grave"),
    ],
)
def test_a_policy_that_is_not_right_is_refused_with_the_place(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in TEXT
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace(before, after, 1))
    with pytest.raises(ValueError, match=told):
        policy_rules(path)
