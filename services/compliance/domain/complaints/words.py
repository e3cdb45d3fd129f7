"""The states of a complaint and what is done to it."""

from enum import StrEnum


class State(StrEnum):
    """Where a complaint stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    DECIDED = "decided"
    RECTIFYING = "rectifying"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


UNDECIDED = frozenset({State.RECEIVED, State.ACKNOWLEDGED, State.INVESTIGATING, State.REOPENED})
"""The clock of the rule pack runs."""

ENDED = frozenset({State.CLOSED, State.WITHDRAWN})
OPEN = frozenset(State) - ENDED


class ActKind(StrEnum):
    """One entry of a complaint's history."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    INVESTIGATION_STARTED = "investigation_started"
    CLASSIFIED = "classified"
    EVIDENCE_ADDED = "evidence_added"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    DECISION_PROPOSED = "decision_proposed"
    SUMMARY_PROPOSED = "summary_proposed"
    DECISION_REFUSED = "decision_refused"
    DECIDED = "decided"
    ACTION_ADDED = "action_added"
    ACTION_DONE = "action_done"
    OVERDUE = "overdue"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


class EvidenceKind(StrEnum):
    """What a piece of evidence is: a contact, a decision of the gate, or a leaf of the audit log."""

    CONTACT = "contact"
    DECISION = "decision"
    LEAF = "leaf"
