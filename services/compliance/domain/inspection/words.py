"""The closed lists of inspection that are nobody else's."""

from enum import StrEnum


class Speaker(StrEnum):
    """Who says a turn of a conversation."""

    COLLECTOR = "collector"
    PERSON = "person"
    OTHER = "other"


class Span(StrEnum):
    """For how long one sample stands."""

    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"


class State(StrEnum):
    """Where an inspection stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    COMPLETED = "completed"
    SET_ASIDE = "set_aside"
    """There is nothing to inspect: the recording is lost, or was never made."""


WAITING = frozenset({State.QUEUED, State.CLAIMED})


class Cause(StrEnum):
    """Why a contact is inspected."""

    SAMPLE = "sample"
    FINDING = "finding"
    MANUAL = "manual"


class Mark(StrEnum):
    """How an item of the scoring form was met."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """What an inspector says of an automatic finding."""

    VIOLATION = "violation"
    NO_VIOLATION = "no_violation"


class ViolationState(StrEnum):
    """Where a violation stands."""

    FOUND = "found"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    RECTIFICATION_DUE = "rectification_due"
    RECTIFIED = "rectified"
    VERIFIED = "verified"


class Appeal(StrEnum):
    """What became of the collector's appeal."""

    LODGED = "lodged"
    UPHELD = "upheld"
    REJECTED = "rejected"


class ActKind(StrEnum):
    """One entry of the history of an inspection or a violation."""

    QUEUED = "queued"
    CAUSE_ADDED = "cause_added"
    COLLECTOR_NAMED = "collector_named"
    CLAIMED = "claimed"
    RELEASED = "released"
    COMPLETED = "completed"
    SET_ASIDE = "set_aside"

    FOUND = "found"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    RECTIFICATION_SET = "rectification_set"
    RECTIFIED = "rectified"
    SENT_BACK = "sent_back"
    VERIFIED = "verified"
    OVERDUE = "overdue"
    APPEALED = "appealed"
    APPEAL_UPHELD = "appeal_upheld"
    APPEAL_REJECTED = "appeal_rejected"
