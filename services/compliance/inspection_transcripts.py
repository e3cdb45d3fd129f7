"""Transcripts come in: sealed into their leaf's payload, read by the phrase lists, grave ones queued.

Recognising speech is somebody else's work. Whoever does it is a `Recogniser`; the one that is here hands over
what was recognised elsewhere and came by the API.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.inspection import findings, transcript
from services.compliance.domain.inspection.contact import Contact
from services.compliance.domain.inspection.findings import Finding
from services.compliance.domain.inspection.inspecting import Reason
from services.compliance.domain.inspection.policy import RANK, InspectionPolicy, is_grave
from services.compliance.domain.inspection.transcript import Transcript, Turn
from services.compliance.domain.inspection.words import Cause
from services.compliance.inspections import Wanted, enqueue
from services.compliance.journal import Journal
from services.compliance.store import inspection_transcripts as store
from services.compliance.store import inspections as acts
from shared.ids import derive_id
from shared.lint.linter import Linter
from shared.security.fields import FieldCipher
from shared.stream.work import Work


class NoSuchContactError(Exception):
    """No contact of that name was permitted."""


class AlreadyTranscribedError(Exception):
    """The contact has its transcript."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a contact: which, who spoke for the bank, in which language (BCP 47), from when (UTC)."""

    contact_id: str
    collector_id: str
    agency_id: str | None = None
    branch_id: str | None = None
    language: str
    started_at: datetime


class Recogniser(Protocol):
    """Turns a recording into turns. `name` goes on record with them; failures are its own exceptions.

    It is asked outside any transaction, for it may take as long as the recording.
    """

    name: str

    async def turns_of(self, recording: Recording) -> Sequence[Turn]:
        """What was said, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """The recogniser behind the API: somebody else's turns, as they were delivered."""

    name: str
    turns: Sequence[Turn]

    async def turns_of(self, recording: Recording) -> Sequence[Turn]:
        """What came with the request."""
        return self.turns


class Taken(NamedTuple):
    """What became of a transcript; `inspection_id` where the contact is inspected."""

    transcript: Transcript
    findings: list[Finding]
    inspection_id: str | None


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Takes transcripts in one transaction."""

    linter: Linter
    cipher: FieldCipher
    policy: InspectionPolicy

    async def take(
        self,
        recording: Recording,
        turns: Sequence[Turn],
        recogniser: str,
        by: str,
        work: Work,
        journal: Journal,
    ) -> Taken:
        """Keep what was said in a contact. Raises NoSuchContactError and AlreadyTranscribedError."""
        known = await store.contacts(work.connection, [recording.contact_id])
        if not known:
            raise NoSuchContactError
        contact = _named(known[recording.contact_id], recording)
        made = _transcript(recording, contact, turns, (recogniser, self.linter.name, by), work.now)
        found = await asyncio.to_thread(findings.find, made, turns, contact, self.linter, self.policy)
        if not await store.add(work.connection, made, found):
            raise AlreadyTranscribedError
        self._draft(made, turns, found, journal)
        grave = [one for one in found if is_grave(one.severity)]
        reasons = [Reason(cause=Cause.FINDING, finding_id=one.finding_id) for one in grave]
        worst = findings.worst(grave)
        wanted = Wanted(contact, reasons, RANK[worst] if worst else 0)
        inspected = await enqueue({contact.contact_id: wanted}, by, work, journal)
        await journal.write(work)
        inspection = inspected.inspections.get(contact.contact_id)
        return Taken(made, found, inspection.inspection_id if inspection else None)

    async def text(self, made: Transcript, connection: AsyncConnection) -> list[Turn] | None:
        """What was said; None once the person's payloads are erased."""
        bodies = await acts.said_in(connection, [made.transcript_id])
        if made.transcript_id not in bodies:
            return None
        sealed = msgspec.json.decode(bodies[made.transcript_id])["turns"]
        return msgspec.json.decode(self.cipher.open(sealed, _place(made)), type=list[Turn])

    def _draft(
        self, made: Transcript, turns: Sequence[Turn], found: Sequence[Finding], journal: Journal
    ) -> None:
        journal.add(
            made.transcript_id,
            "transcript_received",
            made.person_id,
            made.received_at,
            payload={
                "transcript": made,
                "turns": self.cipher.seal(msgspec.json.encode(turns).decode(), _place(made)),
                "findings": found,
            },
            contact=made.contact_id,
            channel=made.channel,
        )


def _named(contact: Contact, recording: Recording) -> Contact:
    return msgspec.structs.replace(
        contact,
        collector_id=recording.collector_id,
        agency_id=recording.agency_id,
        branch_id=recording.branch_id,
    )


def _transcript(
    recording: Recording, contact: Contact, turns: Sequence[Turn], names: tuple[str, str, str], now: datetime
) -> Transcript:
    recogniser, linter, by = names
    return Transcript(
        transcript_id=derive_id("transcript", contact.contact_id),
        contact_id=contact.contact_id,
        person_id=contact.person_id,
        customer_id=contact.customer_id,
        channel=contact.channel,
        collector_id=contact.collector_id,
        agency_id=contact.agency_id,
        branch_id=contact.branch_id,
        language=recording.language,
        started_at=recording.started_at,
        seconds=transcript.duration(turns),
        turns=len(turns),
        recogniser=recogniser,
        linter=linter,
        received_at=now,
        received_by=by,
    )


def _place(made: Transcript) -> str:
    return f"transcript:{made.transcript_id}"
