"""What can be done to an inspection and to a violation, when, and by whom."""

from datetime import datetime
from typing import Any

from services.reporting.console.acts import Act, Field, File, WhyNot
from services.reporting.console.sessions import Session

WAITING = frozenset({"queued", "claimed"})
_STANDING = frozenset({"confirmed", "rectification_due", "rectified", "verified"})
_WRITE, _APPEAL = "inspections:write", "inspections:appeal"
_NOTE = (Field("note", "words"),)


def held_by(inspection: File, now: datetime) -> str | None:
    """Who has the inspection in hand; nobody once the lease has run out."""
    until = inspection["claimed_until"]
    return inspection["claimed_by"] if until and now < datetime.fromisoformat(until) else None


def _to_claim(file: File, session: Session) -> WhyNot:
    if file["collector_id"] == session.subject:
        return "own-contact", ""
    holder = file["held_by"]
    return None if holder in (None, session.subject) else ("lease", holder)


def _mine(file: File, session: Session) -> WhyNot:
    holder = file["held_by"]
    if holder is None:
        return "claim-first", ""
    return None if holder == session.subject else ("lease", holder)


def of_inspection(inspection: File, now: datetime) -> File:
    """The inspection with `held_by`, by which acts are offered."""
    return inspection | {"held_by": held_by(inspection, now)}


INSPECTION_ACTS: tuple[Act, ...] = (
    Act("claim", "claim", WAITING, _WRITE, (), _to_claim, main=True),
    Act("release", "release", WAITING, _WRITE, _NOTE, _mine),
    Act("set-aside", "setting-aside", WAITING, _WRITE, _NOTE, _mine),
)


def _other_than(*names: str) -> Any:
    """Somebody else than those whom the violation names, and not the collector."""

    def check(violation: File, session: Session) -> WhyNot:
        if violation["collector_id"] == session.subject:
            return "concerned", ""
        others = {violation[name] for name in names} - {None}
        return ("four-eyes", session.subject) if session.subject in others else None

    return check


def _the_collector(violation: File, session: Session) -> WhyNot:
    collector = violation["collector_id"]
    return None if collector == session.subject else ("collector-only", collector)


def _can_be_appealed(violation: File) -> bool:
    return violation["appeal"] is None and violation["collector_id"] is not None


def _is_appealed(violation: File) -> bool:
    return bool(violation["appeal"] == "lodged")


_RECTIFICATION = (Field("owner_id"), Field("due_at", "moment"), *_NOTE)
_second, _checker = _other_than("found_by"), _other_than("rectified_by", "owner_id")
_judge, _anybody_else = _other_than("found_by", "decided_by"), _other_than()
_FOUND, _DUE, _DONE = frozenset({"found"}), frozenset({"rectification_due"}), frozenset({"rectified"})
_SETTABLE = _DUE | {"confirmed"}
_COMPLETED, _DECISION = "rectification/completion", "appeal/decision"

VIOLATION_ACTS: tuple[Act, ...] = (
    Act("confirm", "confirmation", _FOUND, _WRITE, _NOTE, _second, main=True),
    Act("dismiss", "dismissal", _FOUND, _WRITE, _NOTE, _second),
    Act("rectification", "rectification", _SETTABLE, _WRITE, _RECTIFICATION, _anybody_else, main=True),
    Act("rectified", _COMPLETED, _DUE, _WRITE, _NOTE, _anybody_else, main=True),
    Act("verify", "rectification/verification", _DONE, _WRITE, _NOTE, _checker, main=True),
    Act("return", "rectification/return", _DONE, _WRITE, _NOTE, _checker),
    Act("appeal-uphold", _DECISION, _STANDING, _WRITE, _NOTE, _judge, _is_appealed, main=True),
    Act("appeal-reject", _DECISION, _STANDING, _WRITE, _NOTE, _judge, _is_appealed, main=True),
    Act("appeal", "appeal", _STANDING, _APPEAL, _NOTE, _the_collector, _can_be_appealed),
)


def body_of(act: Act, values: dict[str, Any]) -> dict[str, Any]:
    """What is sent for an act; an appeal's decision says which way it went."""
    if act.path != _DECISION:
        return values
    return values | {"upheld": act.name == "appeal-uphold"}
