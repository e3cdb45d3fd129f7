"""What can be done to a complaint, when, by whom, and what has to be said with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.reporting.console.sessions import Session
from shared.contracts.complaints import (
    ComplaintCategory,
    ComplaintFinding,
    RootCause,
    SanctionMeasure,
    Severity,
)

UNDECIDED = frozenset({"received", "acknowledged", "investigating", "reopened"})
ENDED = frozenset({"closed", "withdrawn"})
OPEN = UNDECIDED | {"decided", "rectifying"}
_READY = frozenset({"acknowledged", "reopened"})
_STUDIED = frozenset({"investigating"})
_CONCLUDED = frozenset({"decided", "rectifying"})
_SHORT = frozenset({"received", "acknowledged", "investigating"})

File = dict[str, Any]
"""A complaint with its whole file, as compliance shows it."""

WhyNot = tuple[str, str] | None
"""Why this person cannot do it now: a word of `why-not`, and whom or what it names."""


@dataclass(frozen=True, slots=True)
class Field:
    """What has to be said with an act; `area` names the words of a closed list."""

    name: str
    kind: Literal["line", "words", "choice", "moment"] = "line"
    area: str = ""
    names: tuple[str, ...] = ()
    required: bool = True


def _anybody(complaint: File, session: Session) -> WhyNot:
    return None


def _the_assignee(complaint: File, session: Session) -> WhyNot:
    assignee = complaint["assignee_id"]
    if assignee is None:
        return "nobody", ""
    return None if assignee == session.subject else ("assignee", assignee)


def _nobody_elses(complaint: File, session: Session) -> WhyNot:
    return _the_assignee(complaint, session) if complaint["assignee_id"] else None


def _not_who_asked(complaint: File, session: Session) -> WhyNot:
    asked = complaint["extension_asked_by"]
    return ("four-eyes", asked) if asked == session.subject else None


def _not_who_proposed(complaint: File, session: Session) -> WhyNot:
    proposed = complaint["decision_proposed_by"]
    return ("four-eyes", proposed) if proposed == session.subject else None


def _while_terms_are_left(complaint: File, session: Session) -> WhyNot:
    return None if complaint["extensions_left"] else ("term", "")


def _when_all_is_done(complaint: File, session: Session) -> WhyNot:
    actions = complaint["actions"]
    if any(action["done_at"] is None for action in actions):
        return "actions", ""
    return ("first-action", "") if complaint["finding"] != "rejected" and not actions else None


def _always(complaint: File) -> bool:
    return True


def _is_asked(complaint: File) -> bool:
    return complaint["extension_asked_by"] is not None


def _is_not_asked(complaint: File) -> bool:
    return complaint["extension_asked_by"] is None


def _can_be_short(complaint: File) -> bool:
    """Whether to offer the short procedure: Britain's pack alone has one; the register knows its term."""
    return str(complaint["jurisdiction"]).startswith("GB") and complaint["round"] == 1


def _is_proposed(complaint: File) -> bool:
    return complaint["decision_proposed_by"] is not None


@dataclass(frozen=True, slots=True)
class Act:
    """An act: where it is sent, in which states, with which right, and what is said with it.

    `fits` says whether it is of interest at all; `why_not` whether this person may. `main` acts are what the
    complaint waits for.
    """

    name: str
    path: str
    states: frozenset[str]
    scope: str = "complaint:write"
    fields: tuple[Field, ...] = ()
    why_not: Callable[[File, Session], WhyNot] = _anybody
    fits: Callable[[File], bool] = _always
    main: bool = False


_CLASSIFICATION = (
    Field("category", "choice", "category", tuple(ComplaintCategory)),
    Field("severity", "choice", "severity", tuple(Severity)),
    Field("collector_id", required=False),
    Field("supervisor_id", required=False),
    Field("agency_id", required=False),
    Field("branch_id", required=False),
)
_EVIDENCE = (Field("kind", "choice", "evidence", ("contact", "decision", "leaf")), Field("reference"))
_PROPOSAL = (
    Field("finding", "choice", "finding", tuple(ComplaintFinding)),
    Field("findings", "words"),
    Field("root_cause", "choice", "cause", tuple(RootCause), required=False),
    Field("cause", "words", required=False),
    Field("measure", "choice", "measure", tuple(SanctionMeasure), required=False),
)
_ACTION = (Field("description", "words"), Field("owner_id"), Field("due_at", "moment"))
_DECIDE = "complaint:decide"

ACTS: tuple[Act, ...] = (
    Act("acknowledge", "acknowledgement", frozenset({"received"}), main=True),
    Act("extend-approve", "extension/approval", UNDECIDED, _DECIDE, (), _not_who_asked, _is_asked, main=True),
    Act("extend-refuse", "extension/refusal", UNDECIDED, _DECIDE, (), _not_who_asked, _is_asked),
    Act("decide", "decision/approval", _STUDIED, _DECIDE, (), _not_who_proposed, _is_proposed, main=True),
    Act("send-back", "decision/refusal", _STUDIED, _DECIDE, (), _not_who_proposed, _is_proposed),
    Act("assign", "assignment", OPEN, fields=(Field("assignee_id"),)),
    Act("investigate", "investigation", _READY, why_not=_the_assignee, main=True),
    Act("propose", "decision", _STUDIED, "complaint:write", _PROPOSAL, _the_assignee, main=True),
    Act("summary", "summary-resolution", _SHORT, "complaint:write", _PROPOSAL, _nobody_elses, _can_be_short),
    Act("evidence", "evidence", OPEN, fields=_EVIDENCE),
    Act("action", "actions", _CONCLUDED, fields=_ACTION),
    Act("classify", "classification", UNDECIDED, fields=_CLASSIFICATION),
    Act("extend", "extension", UNDECIDED, "complaint:write", (), _while_terms_are_left, _is_not_asked),
    Act("close", "closing", _CONCLUDED, _DECIDE, (), _when_all_is_done, main=True),
    Act("withdraw", "withdrawal", UNDECIDED, _DECIDE),
    Act("reopen", "reopening", ENDED),
)


def reasons_against(act: Act, complaint: File, session: Session) -> WhyNot:
    """Why this person cannot do it, where the complaint's state permits it."""
    if not session.may(act.scope):
        return "scope", act.scope
    return act.why_not(complaint, session)


def possible(file: File, acts: Sequence[Act] = ACTS) -> list[Act]:
    """The acts that the state of a thing permits."""
    return [act for act in acts if file["state"] in act.states and act.fits(file)]


def body_of(act: Act, values: dict[str, Any]) -> dict[str, Any]:
    """What is sent for an act: the values as they were filled in, evidence as a list of one item."""
    if act.name != "evidence":
        return values
    return {"reason": values["reason"], "items": [{name: values[name] for name in ("kind", "reference")}]}
