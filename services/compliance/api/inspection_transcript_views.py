"""Transcripts and findings, as callers see them. What was said is shown on its own page only."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.compliance.api.inspection_act_views import same
from services.compliance.domain.inspection.findings import Finding
from services.compliance.domain.inspection.transcript import Transcript, Turn
from services.compliance.domain.inspection.words import (
    Speaker,
    Verdict,
)
from shared.contracts.complaints import Severity
from shared.contracts.vocabulary import Channel
from shared.lint.tags import Tag


class FindingView(BaseModel):
    """Words of a collector that a rule forbids; they stand in the transcript."""

    finding_id: str
    contact_id: str
    turn: int = Field(description="Numbered from 0")
    begins: int = Field(description="Characters from the beginning of the turn")
    length: int
    tag: Tag
    rule_id: str
    citation: str
    severity: Severity
    found_at: datetime
    verdict: Verdict | None

    @classmethod
    def of(cls, finding: Finding) -> "FindingView":
        """The view of a finding."""
        return cls(**same(cls, finding))


class TranscriptView(BaseModel):
    """What is known of the record of a contact, but for what was said."""

    transcript_id: str = Field(description="Also the name of its leaf in the audit log")
    contact_id: str
    person_id: str
    channel: Channel
    collector_id: str
    agency_id: str | None
    branch_id: str | None
    language: str
    started_at: datetime
    seconds: int
    turns: int
    recogniser: str
    linter: str
    received_at: datetime
    received_by: str

    @classmethod
    def of(cls, made: Transcript) -> "TranscriptView":
        """The view of a transcript."""
        return cls(**same(cls, made))


class TakenView(TranscriptView):
    """A transcript that came in, and what was found in it."""

    findings: list[FindingView]
    inspection_id: str | None = Field(description="Where the contact is inspected")


class TurnView(BaseModel):
    """What one speaker said."""

    number: int
    speaker: Speaker
    text: str
    starts: float
    ends: float

    @classmethod
    def of(cls, number: int, turn: Turn) -> "TurnView":
        """The view of a turn."""
        return cls(number=number, speaker=turn.speaker, text=turn.text, starts=turn.starts, ends=turn.ends)


class TextView(BaseModel):
    """What was said in a contact."""

    contact_id: str
    turns: list[TurnView]
