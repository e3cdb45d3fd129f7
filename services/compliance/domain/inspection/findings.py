"""What the phrase lists find in what a collector said."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from services.compliance.domain.inspection.contact import Contact
from services.compliance.domain.inspection.policy import RANK, InspectionPolicy
from services.compliance.domain.inspection.transcript import Transcript, Turn, passages
from services.compliance.domain.inspection.words import Verdict
from shared.contracts.complaints import Severity
from shared.ids import derive_id
from shared.lint.findings import Finding as Hit
from shared.lint.findings import Setting
from shared.lint.linter import Linter
from shared.lint.tags import FORBIDDEN, Tag


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a collector that a rule forbids; table `inspection_finding`.

    `begins` is where they stand in turn `turn`, in characters, `length` how many characters they span, which
    may reach into the turns after it. The words themselves are in the transcript alone.
    """

    finding_id: str
    contact_id: str
    transcript_id: str
    turn: int
    begins: int
    length: int
    tag: Tag
    rule_id: str
    citation: str
    severity: Severity
    found_at: datetime
    verdict: Verdict | None = None


def find(
    transcript: Transcript,
    turns: Sequence[Turn],
    contact: Contact,
    linter: Linter,
    policy: InspectionPolicy,
) -> list[Finding]:
    """What the collector said that they should not have, in the order in which they did.

    Only what was said counts: what words leave out is for the scoring form, for it may be said in any turn.
    """
    setting = Setting(contact.channel, transcript.language, role=contact.party, country=contact.country)
    found: dict[str, Finding] = {}
    for passage in passages(turns):
        for hit in _joined(linter.lint(passage.text, setting).found):
            turn, start = passage.turn_at(hit.start)
            begins = hit.start - start
            name = derive_id("finding", transcript.transcript_id, hit.tag, turn, begins)
            found[name] = Finding(
                finding_id=name,
                contact_id=contact.contact_id,
                transcript_id=transcript.transcript_id,
                turn=turn,
                begins=begins,
                length=hit.end - hit.start,
                tag=hit.tag,
                rule_id=hit.rule_id,
                citation=hit.citation,
                severity=policy.severity_of(hit.tag),
                found_at=transcript.received_at,
            )
    return sorted(found.values(), key=lambda one: (one.turn, one.begins, one.tag))


def _joined(hits: Iterable[Hit]) -> list[Hit]:
    """What was said and forbidden, without what is only missing; hits of one list that overlap are one."""
    said = [hit for hit in hits if hit.tag in FORBIDDEN and hit.end > hit.start]
    joined: list[Hit] = []
    for hit in sorted(said, key=_place):
        last = joined[-1] if joined else None
        if last is not None and last.tag == hit.tag and hit.start < last.end:
            joined[-1] = last._replace(end=max(last.end, hit.end))
        else:
            joined.append(hit)
    return joined


def _place(hit: Hit) -> tuple[Tag, int, int]:
    return hit.tag, hit.start, -hit.end


def worst(findings: Sequence[Finding]) -> Severity | None:
    """The gravest severity among them."""
    return max((one.severity for one in findings), key=RANK.__getitem__, default=None)
