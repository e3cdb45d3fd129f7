"""What the console offers to do with a complaint is what the register permits."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.compliance.api.complaint_commands import commands_router, endings_router
from services.compliance.api.complaint_desk import ComplaintDesk
from services.compliance.domain.complaints.commands import Command
from services.compliance.domain.complaints.machine import RULES
from services.compliance.domain.complaints.words import ENDED, UNDECIDED, ActKind, State
from services.reporting.console import acts
from services.reporting.console.sessions import Credential, Session
from services.reporting.console.words import TEXTS
from shared.security.principals import Principal

NAMES = {
    "Acknowledge": "acknowledge",
    "Classify": "classify",
    "Assign": "assign",
    "StartInvestigation": "investigate",
    "AddEvidence": "evidence",
    "AskExtension": "extend",
    "ApproveExtension": "extend-approve",
    "RefuseExtension": "extend-refuse",
    "ProposeDecision": "propose",
    "ProposeSummary": "summary",
    "ApproveDecision": "decide",
    "RefuseDecision": "send-back",
    "AddAction": "action",
    "Close": "close",
    "Withdraw": "withdraw",
    "Reopen": "reopen",
}
"""Commands of the register, and what the console calls them; completions have a button of their own."""


def session(subject: str, *scopes: str) -> Session:
    return Session(Principal(subject, frozenset(scopes)), 0, Credential("x"))


def complaint(**changes: Any) -> acts.File:
    file = {
        "state": "received",
        "round": 1,
        "jurisdiction": "CN",
        "assignee_id": None,
        "extension_asked_by": None,
        "decision_proposed_by": None,
        "extensions_left": 2,
        "finding": None,
        "actions": [],
    }
    return file | changes


def act(name: str) -> acts.Act:
    return next(one for one in acts.ACTS if one.name == name)


def why_not(name: str, who: Session, **changes: Any) -> acts.WhyNot:
    return acts.reasons_against(act(name), complaint(**changes), who)


def test_every_act_of_the_register_is_offered_in_the_same_states() -> None:
    rules: dict[type[Command], Any] = dict(RULES)
    offered = {NAMES[kind.__name__]: rule.states for kind, rule in rules.items() if kind.__name__ in NAMES}
    assert offered == {one.name: one.states for one in acts.ACTS}
    assert {kind.__name__ for kind in rules} - set(NAMES) == {"FinishAction"}
    assert (acts.UNDECIDED, acts.ENDED) == (UNDECIDED, ENDED)


def test_every_act_is_sent_where_the_register_takes_it() -> None:
    desk: Any = ComplaintDesk(None, None)  # type: ignore[arg-type]  # the routes are looked at, not called
    paths = {
        route.path for router in (commands_router(desk), endings_router(desk)) for route in _routes(router)
    }
    for one in acts.ACTS:
        assert f"/complaints/{{complaint_id}}/{one.path}" in paths


def _routes(router: Any) -> Iterator[Any]:
    yield from router.routes


def test_every_state_and_act_has_a_name() -> None:
    for state in State:
        assert f"state.{state}" in TEXTS
    for did in ActKind:
        assert f"did.{did}" in TEXTS
    for one in acts.ACTS:
        assert f"act.{one.name}" in TEXTS


def test_two_persons_are_needed_and_the_console_says_who_may_not() -> None:
    chen, li = session("chen", "complaint:decide"), session("li", "complaint:decide")
    assert why_not("decide", chen, decision_proposed_by="chen") == ("four-eyes", "chen")
    assert why_not("decide", li, decision_proposed_by="chen") is None
    assert why_not("extend-approve", chen, extension_asked_by="chen") == ("four-eyes", "chen")


def test_an_investigation_is_for_the_one_to_whom_it_is_assigned() -> None:
    chen = session("chen", "complaint:write")
    assert why_not("investigate", chen) == ("nobody", "")
    assert why_not("investigate", chen, assignee_id="li") == ("assignee", "li")
    assert why_not("propose", chen, assignee_id="chen") is None


@pytest.mark.parametrize(
    ("actions", "finding", "expected"),
    [
        ([], "upheld", ("first-action", "")),
        ([{"done_at": None}], "upheld", ("actions", "")),
        ([{"done_at": "2026-01-01T00:00:00Z"}], "upheld", None),
        ([], "rejected", None),
    ],
)
def test_a_file_is_closed_when_what_was_found_wrong_is_put_right(
    actions: list[Any], finding: str, expected: acts.WhyNot
) -> None:
    who = session("li", "complaint:decide")
    assert why_not("close", who, actions=actions, finding=finding) == expected


def test_without_the_right_an_act_says_which_right_it_needs() -> None:
    assert why_not("withdraw", session("li", "complaint:write")) == ("scope", "complaint:decide")


def test_only_acts_that_make_sense_are_offered() -> None:
    names = {one.name for one in acts.possible(complaint())}
    assert "extend" in names and "extend-approve" not in names
    asked = {one.name for one in acts.possible(complaint(extension_asked_by="chen"))}
    assert "extend" not in asked and {"extend-approve", "extend-refuse"} <= asked


def test_the_short_procedure_is_offered_where_there_is_one() -> None:
    assert "summary" not in {one.name for one in acts.possible(complaint())}
    british = complaint(jurisdiction="GB")
    assert "summary" in {one.name for one in acts.possible(british)}
    assert "summary" not in {one.name for one in acts.possible(british | {"round": 2})}
    chen = session("chen", "complaint:write")
    assert why_not("summary", chen, assignee_id="li") == ("assignee", "li")
    assert why_not("summary", chen) is None


def test_evidence_is_sent_as_a_list() -> None:
    sent = acts.body_of(act("evidence"), {"reason": "r", "kind": "contact", "reference": "contact-1"})
    assert sent == {"reason": "r", "items": [{"kind": "contact", "reference": "contact-1"}]}
    assert acts.body_of(act("assign"), {"reason": "r"}) == {"reason": "r"}
