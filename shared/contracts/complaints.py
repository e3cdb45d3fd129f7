"""Closed lists about complaints that events and the complaint register share."""

from enum import StrEnum


class ComplaintCategory(StrEnum):
    """What a complaint is about."""

    HARASSMENT = "harassment"
    THIRD_PARTY_DISCLOSURE = "third_party_disclosure"
    """Somebody learned of the debt who is no party to it."""
    WRONG_AMOUNT = "wrong_amount"
    IDENTITY = "identity"
    """The person says that the debt is somebody else's."""
    UNAUTHORISED_CONTACT = "unauthorised_contact"
    IMPERSONATION = "impersonation"
    """The collector posed as somebody else: a court, the police, a lawyer."""
    PRIVACY = "privacy"
    SERVICE = "service"
    OTHER = "other"


class ComplaintSource(StrEnum):
    """Which way a complaint came to the bank."""

    BRANCH = "branch"
    HOTLINE = "hotline"
    WEBSITE = "website"
    LETTER = "letter"
    INBOUND_MESSAGE = "inbound_message"
    REGULATOR = "regulator"
    OMBUDSMAN = "ombudsman"
    SOCIAL_MEDIA = "social_media"
    INTERNAL = "internal"
    """Heard by staff, in a call or on a visit."""


class Severity(StrEnum):
    """How grave what a complaint says would be if it is so."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class ComplaintFinding(StrEnum):
    """What the investigation came to."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"


class RootCause(StrEnum):
    """Why it happened; the record says more in words."""

    STAFF_CONDUCT = "staff_conduct"
    TRAINING_GAP = "training_gap"
    WORDING = "wording"
    """A script or a template."""
    WRONG_DATA = "wrong_data"
    SYSTEM_FAULT = "system_fault"
    PROCESS = "process"
    AGENCY_OVERSIGHT = "agency_oversight"
    NOT_BANKS_FAULT = "not_banks_fault"
    OTHER = "other"


class ComplaintClock(StrEnum):
    """What a complaint's clocks wait for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    DECISION = "decision"
    RECTIFICATION = "rectification"


class SanctionMeasure(StrEnum):
    """What follows for a collector or an agency besides the points."""

    NONE = "none"
    COACHING = "coaching"
    WARNING = "warning"
    SUSPENSION = "suspension"
    REMOVAL = "removal"
