"""What the bank settles for itself about complaints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from services.compliance.domain.complaints.terms import Ends, Place, ends_of
from services.compliance.domain.packs.library import Library
from shared.contracts.complaints import ComplaintCategory, ComplaintFinding, SanctionMeasure, Severity

_POINTS: Mapping[Severity, int] = MappingProxyType(
    {Severity.LOW: 1, Severity.MEDIUM: 3, Severity.HIGH: 6, Severity.CRITICAL: 12}
)
_GRAVE = frozenset({Severity.HIGH, Severity.CRITICAL})
_BARRING = frozenset({SanctionMeasure.SUSPENSION, SanctionMeasure.REMOVAL})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComplaintPolicy:
    """`library` has the rule packs that set terms; `decision_days` hold where none does.

    `points` are those of an upheld complaint.
    """

    library: Library
    decision_days: int = 15
    acknowledge_days: int = 2
    without_hold: frozenset[ComplaintCategory] = frozenset()
    """Complaints about these do not stop collection; none by default."""
    points: Mapping[Severity, int] = field(default_factory=lambda: _POINTS)

    def ends(self, place: Place, received_at: datetime) -> Ends:
        """The ends of the terms of a complaint received at an instant (UTC)."""
        return ends_of(place, received_at, self.library, self.decision_days)

    def points_for(self, severity: Severity, finding: ComplaintFinding) -> int:
        """Points against the collector's score: half, rounded up, of what was upheld in part only."""
        full = self.points[severity]
        if finding is ComplaintFinding.UPHELD:
            return full
        return (full + 1) // 2 if finding is ComplaintFinding.PARTLY_UPHELD else 0

    def vetoes(self, severity: Severity, finding: ComplaintFinding, measure: SanctionMeasure) -> bool:
        """Whether no incentive is paid for the month (register row G10), whatever was collected."""
        if finding is ComplaintFinding.REJECTED:
            return False
        return measure in _BARRING or (finding is ComplaintFinding.UPHELD and severity in _GRAVE)
