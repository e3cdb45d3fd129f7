"""What can be done to leave to stay with a person, and to a declared tie, and by whom."""

from collections.abc import Callable

from services.reporting.console.acts import Act, File, WhyNot
from services.reporting.console.sessions import Session

RELATIONS = ("family", "business", "financial", "friend", "other")
_WRITE = "staff:write"


def _second(by: str) -> Callable[[File, Session], WhyNot]:
    """Somebody else than who did it first, and not the member whom it is about."""

    def check(file: File, session: Session) -> WhyNot:
        if file["staff_id"] == session.subject:
            return "about-you", ""
        return ("four-eyes", file[by]) if file[by] == session.subject else None

    return check


_ASKED, _STANDING = frozenset({"asked"}), frozenset({"approved"})

EXCEPTION_ACTS: tuple[Act, ...] = (
    Act("exception-approve", "approval", _ASKED, _WRITE, (), _second("asked_by"), main=True),
    Act("exception-refuse", "refusal", _ASKED, _WRITE, (), _second("asked_by")),
    Act("exception-end", "ending", _STANDING, _WRITE),
)
TIE_ACTS: tuple[Act, ...] = (
    Act("tie-end", "ending", frozenset({"declared"}), _WRITE, (), _second("declared_by")),
)


def of_tie(tie: File) -> File:
    """The tie with its state."""
    return tie | {"state": "ended" if tie["ended_at"] else "declared"}
