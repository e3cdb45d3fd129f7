"""What the bank settles for itself about complaints: data with a version, beside the rule packs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from services.compliance.domain.complaints.terms import Ends, Place, ends_of, summary_end_of
from services.compliance.domain.packs.library import Library
from shared.contracts.complaints import ComplaintCategory, ComplaintFinding, SanctionMeasure, Severity

Days = Annotated[int, Meta(ge=1, le=365)]
Points = Annotated[int, Meta(ge=0, le=1000)]


class PolicyRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bank's rules; their fields are those of the file.

    `decision_days` hold where no rule pack sets a term. `without_hold` are the categories that do not stop
    collection. `points` are those of an upheld complaint, `part_percent` what of them one upheld in part
    costs. Upheld complaints of `grave` severities and the `barring` measures veto the month's incentive.
    """

    id: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,63}$")]
    version: Annotated[int, Meta(ge=1)]
    acknowledge_days: Days
    decision_days: Days
    without_hold: frozenset[ComplaintCategory]
    points: dict[Severity, Points]
    part_percent: Annotated[int, Meta(ge=0, le=100)]
    grave: frozenset[Severity]
    barring: frozenset[SanctionMeasure]

    def __post_init__(self) -> None:
        # ValueErrors from here become validation errors with the place of the fault.
        if missing := sorted(set(Severity) - self.points.keys()):
            raise ValueError(f"points are missing for {missing[0]}")
        ordered = [self.points[severity] for severity in Severity]
        if ordered != sorted(ordered):
            raise ValueError("points grow with the severity")
        if SanctionMeasure.NONE in self.barring:
            raise ValueError("no measure cannot bar anybody")

    @property
    def tag(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComplaintPolicy:
    """The rule packs of `library` set terms; the rest is the bank's."""

    library: Library
    rules: PolicyRules

    def ends(self, place: Place, received_at: datetime) -> Ends:
        """The ends of the terms of a complaint received at an instant (UTC)."""
        return ends_of(place, received_at, self.library, self.rules.decision_days)

    def summary_end(self, place: Place, received_at: datetime) -> datetime | None:
        """Until when it may be settled in the short procedure, exclusive; None where there is none."""
        return summary_end_of(place, received_at, self.library)

    def points_for(self, severity: Severity, finding: ComplaintFinding) -> int:
        """Points against the collector's score; those of what was upheld in part are rounded up."""
        full = self.rules.points[severity]
        if finding is ComplaintFinding.UPHELD:
            return full
        return -(-full * self.rules.part_percent // 100) if finding is ComplaintFinding.PARTLY_UPHELD else 0

    def vetoes(self, severity: Severity, finding: ComplaintFinding, measure: SanctionMeasure) -> bool:
        """Whether no incentive is paid for the month (register row G10), whatever was collected."""
        if finding is ComplaintFinding.REJECTED:
            return False
        grave = finding is ComplaintFinding.UPHELD and severity in self.rules.grave
        return grave or measure in self.rules.barring
