"""What an audit of a log says."""

from dataclasses import dataclass, field

MOST_OF_A_CHECK = 20
"""Findings told of each check, so that a flood of one kind does not hide another."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: which check says so, where, and what."""

    check: str
    where: str
    detail: str


@dataclass(slots=True)
class AuditReport:
    """What an audit saw. The log is as it was signed if `findings` is 0; `first_findings` names some.

    `witnessed_size` is the newest size that enough of the trusted witnesses cosigned, `witnessed_at` (RFC
    3339, or empty) when a trusted witness cosigned last, `witnesses` are the names of those that did.
    `unnumbered` are the leaves without a number of their person's, as earlier versions wrote them.
    """

    origin: str
    entries: int = 0
    checkpoints: int = 0
    signed_size: int = 0
    root: str = ""
    witnessed_size: int = 0
    witnessed_at: str = ""
    witnesses: list[str] = field(default_factory=list)
    unnumbered: int = 0
    payloads: int = 0
    payloads_erased: int = 0
    tiles: int = 0
    findings: int = 0
    first_findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.findings == 0

    def found(self, check: str, where: str, detail: str) -> None:
        """Note a finding; beyond the first ones of a check they are counted only."""
        self.findings += 1
        if sum(1 for finding in self.first_findings if finding.check == check) < MOST_OF_A_CHECK:
            self.first_findings.append(Finding(check, where, detail))
