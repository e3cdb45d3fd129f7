"""The classes of data that retention knows, and what is decided on each piece."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DataClass(StrEnum):
    """What the job looks at. Leaves of the audit log are none: they hold no personal data and stay."""

    COLLECTION_RECORD = "collection_record"
    """Salt and payload of leaves about requests, decisions, contacts and what was put on file."""
    TRANSCRIPT = "transcript"
    """Salt and payload of leaves that hold what was said."""
    COMPLAINT = "complaint"
    """A complaint's sealed texts, and the payloads of its leaves."""
    ATTEMPT = "attempt"
    CONSENT = "consent"
    RECORDING = "recording"
    """Sound and pictures kept elsewhere: their keeper is told to delete them, the digest stays."""
    ACCESS_RECORD = "access_record"
    """Who saw the person's data."""


class Verdict(StrEnum):
    """What becomes of a piece of data today."""

    KEPT = "kept"
    """A duty to keep it has not ended, or has not even begun to run."""
    IN_USE = "in_use"
    """It might go, but what it was collected for goes on."""
    UNCLEAR = "unclear"
    """No pack in force says how long it is kept, or nobody knows which packs apply: a human has to look."""
    HELD = "held"
    """It would go, but a legal hold, an open complaint or a dispute stops that."""
    DUE = "due"
    """It has to go."""


KEPT_AS: Mapping[DataClass, tuple[str, ...]] = MappingProxyType(
    {
        DataClass.COLLECTION_RECORD: ("collection_record", "evidence_of_compliance"),
        DataClass.TRANSCRIPT: ("call_recording", "evidence_of_compliance"),
        DataClass.COMPLAINT: ("complaint_record", "evidence_of_compliance"),
        DataClass.ATTEMPT: ("collection_record", "evidence_of_compliance"),
        DataClass.CONSENT: ("collection_record", "evidence_of_compliance"),
        DataClass.RECORDING: ("call_recording", "visit_recording", "oral_instalment_audio"),
        DataClass.ACCESS_RECORD: ("impact_assessment", "evidence_of_compliance"),
    }
)
"""As what the packs' duties speak of each class; the longest of all of them counts.

Nobody tells recordings of calls from those of visits and of agreements, so all these duties count for them.
"""
