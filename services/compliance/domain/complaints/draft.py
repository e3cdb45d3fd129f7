"""One act on a complaint while it is worked out, and what it comes to."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from services.compliance.domain.complaints.file import (
    Act,
    Complaint,
    Evidence,
    File,
    Rectification,
    Sanction,
)
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.complaints.words import ActKind, State
from shared.contracts.base import Event


class Why(StrEnum):
    """Why an act is refused."""

    STATE = "complaint-state"
    RECUSED = "complaint-recused"
    FOUR_EYES = "complaint-four-eyes"
    TERM = "complaint-term"
    INCOMPLETE = "complaint-incomplete"


class Refused(Exception):
    """An act that is not permitted; the message is a sentence without personal data."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why
        self.sentence = sentence


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What an act comes to: the complaint after it, its entry in the history, and what else is new."""

    complaint: Complaint
    act: Act
    events: tuple[Event, ...] = ()
    actions: tuple[Rectification, ...] = ()
    """New or changed ones."""
    sanctions: tuple[Sanction, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    places_hold: str | None = None
    releases_hold: str | None = None


def file_after(file: File | None, step: Step) -> File:
    """The file after a step; None: there was none."""
    actions = {action.action_id: action for action in file.actions} if file else {}
    actions |= {action.action_id: action for action in step.actions}
    return File(step.complaint, tuple(actions.values()))


@dataclass(slots=True)
class Draft:
    """The file before the act, and what the act changes."""

    file: File
    actor: str
    at: datetime
    policy: ComplaintPolicy
    complaint: Complaint
    details: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    actions: list[Rectification] = field(default_factory=list)
    sanctions: list[Sanction] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    places_hold: str | None = None
    releases_hold: str | None = None

    def change(self, **values: Any) -> None:
        """Set fields of the complaint."""
        self.complaint = msgspec.structs.replace(self.complaint, **values)

    def say(self, **values: object) -> None:
        """Note ids, words and instants in the history; what is None is left out."""
        self.details |= {name: _text(value) for name, value in values.items() if value is not None}

    def tell(self, event: type[Event], **values: Any) -> None:
        """Publish an event about this complaint and its person."""
        told = self.complaint
        self.events.append(
            event(
                complaint_id=told.complaint_id,
                person_id=told.person_id,
                customer_id=told.customer_id,
                **values,
            )
        )

    def step(self, act: ActKind, before: State | None, sealed_reason: str | None) -> Step:
        """The result; the entry in the history gets the next number."""
        number = self.file.complaint.acts + 1 if before is not None else 1
        self.change(acts=number, changed_at=self.at)
        made = self.complaint
        return Step(
            complaint=made,
            act=Act(
                complaint_id=made.complaint_id,
                number=number,
                act=act,
                actor=self.actor,
                at=self.at,
                before=before,
                after=made.state,
                details=self.details,
                sealed_reason=sealed_reason,
            ),
            events=tuple(self.events),
            actions=tuple(self.actions),
            sanctions=tuple(self.sanctions),
            evidence=tuple(self.evidence),
            places_hold=self.places_hold,
            releases_hold=self.releases_hold,
        )


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
