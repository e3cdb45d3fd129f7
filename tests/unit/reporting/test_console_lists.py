"""The pages' closed lists are those of compliance, and every column and word that they show has its text."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, get_args

import pytest
from fastapi import FastAPI

from services.compliance.api.completeness_views import NewSettlement, RunState
from services.compliance.api.staff_rotation import rotation_router
from services.compliance.domain.completeness import rules
from services.compliance.domain.inspection import words
from services.compliance.domain.retention.run import HoldReason, Mode
from services.compliance.domain.retention.run import RunState as RetentionState
from services.compliance.domain.retention.words import DataClass
from services.compliance.domain.retention.words import Verdict as Retained
from services.compliance.domain.staff import validity
from services.compliance.domain.staff.records import ExceptionState, Relation
from services.compliance.store.inspection_population import By
from services.reporting.console import scoring, staff_acts
from services.reporting.console.acts import possible, reasons_against
from services.reporting.console.pages import (
    access,
    completeness,
    coverage,
    inspections,
    retention,
    rotation,
    sampling,
    staff,
    ties,
    violations,
)
from services.reporting.console.sessions import Credential, Session
from services.reporting.console.words import TEXTS
from shared.contracts.staff import CertificateKind, StaffRole
from shared.lint.tags import Tag
from shared.security.principals import Principal
from shared.web.access_log import AccessPurpose, DataKind

CLOSED_LISTS: dict[str, Iterable[str]] = {
    "inspection-state": words.State,
    "violation-state": words.ViolationState,
    "appeal": words.Appeal,
    "speaker": words.Speaker,
    "span": words.Span,
    "why": words.Cause,
    "mark": words.Mark,
    "verdict": words.Verdict,
    "did": words.ActKind,
    "tag": Tag,
    "role": StaffRole,
    "certificate": CertificateKind,
    "relation": Relation,
    "exception": ExceptionState,
    "run": RunState,
    "finding-rule": rules.Rule,
    "settlement": rules.Settlement,
    "data": DataKind,
    "access": AccessPurpose,
    "mode": Mode,
    "retention": RetentionState,
    "class": DataClass,
    "retained": Retained,
    "legal": HoldReason,
    "coverage.by": get_args(By),
    "lack": (
        validity.NOT_REGISTERED,
        validity.NOT_ACTIVE,
        validity.SUSPENDED,
        validity.OTHER_COLLECTOR,
    ),
}


@pytest.mark.parametrize("area", CLOSED_LISTS)
def test_every_word_of_a_closed_list_is_said(area: str) -> None:
    assert [word for word in CLOSED_LISTS[area] if f"{area}.{word}" not in TEXTS] == []


def test_the_lists_from_which_people_choose_are_those_of_compliance() -> None:
    assert set(scoring.MARKS) == set(words.Mark)
    assert set(scoring.VERDICTS) == set(words.Verdict)
    assert set(staff_acts.RELATIONS) == set(Relation)
    assert set(coverage.BY) == set(get_args(By))
    assert set(retention.VERDICTS) == set(Retained)
    assert set(retention.HOLD_REASONS) == set(HoldReason)
    assert set(completeness.SETTLEMENTS) == set(get_args(NewSettlement.model_fields["settlement"].annotation))


HEADS: dict[str, tuple[ModuleType, str]] = {
    "inspections": (inspections, "_COLUMNS"),
    "plans": (sampling, "_PLAN_COLUMNS"),
    "draws": (sampling, "_DRAW_COLUMNS"),
    "coverage": (coverage, "_COLUMNS"),
    "violations": (violations, "_COLUMNS"),
    "staff": (staff, "_COLUMNS"),
    "certificates": (staff, "_CERTIFICATES"),
    "tenures": (rotation, "_TENURES"),
    "exceptions": (rotation, "_EXCEPTIONS"),
    "ties": (ties, "_COLUMNS"),
    "days": (completeness, "_DAYS"),
    "findings": (completeness, "_FINDINGS"),
    "access-log": (access, "_COLUMNS"),
    "legal-holds": (retention, "_HOLDS"),
}


@pytest.mark.parametrize("area", HEADS)
def test_every_list_says_its_columns_and_what_it_means_that_there_is_nothing(area: str) -> None:
    module, columns = HEADS[area]
    names = [*getattr(module, columns), "title", "none", "none.hint"]
    assert [name for name in names if name != "do" and f"{area}.{name}" not in TEXTS] == []


def session(subject: str, *scopes: str) -> Session:
    return Session(Principal(subject, frozenset(scopes)), 0, Credential("x"))


def test_neither_who_asked_nor_the_member_approves_an_exception_and_the_console_says_so() -> None:
    asked = {"state": "asked", "asked_by": "clerk", "staff_id": "staff-1"}
    approve = next(act for act in staff_acts.EXCEPTION_ACTS if act.path == "approval")
    for who, expected in (("clerk", ("four-eyes", "clerk")), ("staff-1", ("about-you", "")), ("lead", None)):
        assert reasons_against(approve, asked, session(who, "staff:write")) == expected
    tie = staff_acts.of_tie({"staff_id": "staff-1", "declared_by": "staff-1", "ended_at": None})
    (end,) = possible(tie, staff_acts.TIE_ACTS)
    assert reasons_against(end, tie, session("staff-1", "staff:write")) == ("about-you", "")
    assert possible(staff_acts.of_tie(tie | {"ended_at": "2026-01-01T00:00:00Z"}), staff_acts.TIE_ACTS) == []


def test_acts_on_exceptions_and_ties_are_sent_where_the_register_takes_them() -> None:
    desk: Any = _Desk()
    app = FastAPI()
    app.include_router(rotation_router(desk))
    paths = app.openapi()["paths"]
    for act in staff_acts.EXCEPTION_ACTS:
        assert f"/rotation/exceptions/{{exception_id}}/{act.path}" in paths
    for act in staff_acts.TIE_ACTS:
        assert f"/conflicts/{{conflict_id}}/{act.path}" in paths


class _Desk:
    """Enough of a desk to look at its routes."""

    def __getattr__(self, name: str) -> Any:
        return self


class _Visit:
    """A visit on a certain day."""

    def now(self) -> datetime:
        return datetime(2026, 3, 10, tzinfo=UTC)


def run(mode: str, state: str = "done", at: str = "2026-03-05T00:00:00Z") -> Mapping[str, Any]:
    return {"mode": mode, "state": state, "finished_at": at if state == "done" else None}


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([], "why-not.dry-run"),
        ([run("dry_run")], ""),
        ([run("execute")], "why-not.dry-run"),
        ([run("dry_run", at="2026-03-02T00:00:00Z")], "why-not.dry-run"),
        ([run("dry_run"), run("dry_run", "running")], "why-not.running"),
    ],
)
def test_deleting_needs_a_dry_run_of_the_last_seven_days(
    runs: list[Mapping[str, Any]], expected: str
) -> None:
    visit: Any = _Visit()
    assert retention.why_no_execution(runs, visit) == expected
    assert not expected or expected in TEXTS
