"""A violation: how it comes into the register, and the clock of putting it right."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from services.compliance.domain.inspection.acts import Record, Refused, Step, Why, step
from services.compliance.domain.inspection.words import ActKind, Appeal, ViolationState
from shared.contracts.base import Event
from shared.contracts.complaints import Severity
from shared.contracts.conduct import ViolationFound
from shared.contracts.inspections import (
    ViolationOverdue,
)
from shared.contracts.vocabulary import Channel
from shared.ids import derive_id

CLOCK = "clock"
"""The actor of what time does."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a violation when it is found. `parts` name it for ever, `records` are leaves."""

    parts: tuple[str | int, ...]
    rule_id: str
    severity: Severity
    citation: str = ""
    person_id: str | None = None
    customer_id: str | None = None
    contact_id: str | None = None
    inspection_id: str | None = None
    finding_id: str | None = None
    collector_id: str | None = None
    agency_id: str | None = None
    branch_id: str | None = None
    channel: Channel | None = None
    turn: int | None = None
    records: tuple[str, ...] = ()


class Violation(Record, frozen=True, kw_only=True):
    """A rule that somebody broke; table `violation`. `decided_by` confirmed or dismissed it."""

    violation_id: str
    rule_id: str
    citation: str
    severity: Severity
    person_id: str | None
    customer_id: str | None
    contact_id: str | None
    inspection_id: str | None
    finding_id: str | None
    collector_id: str | None
    agency_id: str | None
    branch_id: str | None
    channel: Channel | None
    turn: int | None
    records: tuple[str, ...]
    state: ViolationState = ViolationState.FOUND
    found_by: str
    found_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    owner_id: str | None = None
    due_at: datetime | None = None
    late: bool = False
    rectified_by: str | None = None
    rectified_at: datetime | None = None
    verified_by: str | None = None
    verified_at: datetime | None = None
    appeal: Appeal | None = None
    appealed_at: datetime | None = None
    appeal_decided_by: str | None = None
    appeal_decided_at: datetime | None = None

    @property
    def key(self) -> str:
        """Under which events about it are published: the person's, where there is one."""
        return self.person_id or self.violation_id


def found(what: Found, actor: str, now: datetime) -> Step[Violation]:
    """A violation comes into the register."""
    same = {name: getattr(what, name) for name in Found.__struct_fields__ if name != "parts"}
    made = Violation(
        violation_id=derive_id("violation", *what.parts), found_by=actor, found_at=now, changed_at=now, **same
    )
    event = ViolationFound(
        violation_id=made.violation_id,
        person_id=made.person_id,
        customer_id=made.customer_id,
        contact_id=made.contact_id,
        rule_id=made.rule_id,
        found_at=now,
        records=list(made.records),
    )
    details = {"rule": made.rule_id, "severity": made.severity, "turn": made.turn}
    return step_of(made, ActKind.FOUND, actor, now, None, events=(event,), details=details)


def running(violation: Violation) -> datetime | None:
    """When the clock of the rectification ends, where it runs and has not been found late yet."""
    return (
        violation.due_at
        if violation.state is ViolationState.RECTIFICATION_DUE and not violation.late
        else None
    )


def run_out(violation: Violation, now: datetime) -> Step[Violation] | None:
    """The violation after its clock was found at its end; None where it does not run, or not out yet."""
    due_at = running(violation)
    if due_at is None or now < due_at:
        return None
    changed = replace(violation, late=True)
    event = event_of(ViolationOverdue, changed, owner_id=changed.owner_id, due_at=due_at, found_at=now)
    return step_of(
        changed, ActKind.OVERDUE, CLOCK, now, violation.state, events=(event,), details={"due_at": due_at}
    )


def step_of(
    changed: Violation,
    act: ActKind,
    actor: str,
    now: datetime,
    before: ViolationState | None,
    *,
    note: str | None = None,
    events: tuple[Event, ...] = (),
    details: Mapping[str, object] | None = None,
) -> Step[Violation]:
    """The act on a violation; but for the appeal none of it is for the collector concerned."""
    if act is not ActKind.APPEALED and actor == changed.collector_id:
        raise Refused(Why.RECUSED, "The collector concerned has no part in handling the violation.")
    states = (before, changed.state)
    about = changed.violation_id
    return step(
        changed, act, actor, now, states, about=about, note=note, events=events, details=details or {}
    )


def event_of(kind: type[Event], violation: Violation, **values: Any) -> Event:
    """An event about a violation and its person."""
    return kind(
        violation_id=violation.violation_id,
        person_id=violation.person_id,
        customer_id=violation.customer_id,
        contact_id=violation.contact_id,
        **values,
    )
