"""What the register of staff says of who is named for a contact: facts that the rule packs ask for."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from services.compliance.domain.desks import BANK, COLLECTOR_TRAINED
from services.compliance.domain.staff import validity
from services.compliance.domain.staff.records import Certificate, Member
from services.compliance.domain.staff.rules import Need, StaffRules
from services.compliance.domain.staff.tenure import Tenure, latest, tenure_of
from shared.contracts.requests import ContactRequested

COLLECTOR_TIED, COLLECTOR_INDEPENDENT = "collector_tied", "collector_independent"
"""Whether the named member has declared a tie to the person."""
COLLECTOR_OVERSTAYED = "collector_overstayed"
"""The named member has been with the person longer than rotation permits."""
ROTATION_EXCEPTED = "rotation_excepted"
"""A second person let the named member stay with the person."""

STAFF_FACTS = frozenset(
    {COLLECTOR_TRAINED, COLLECTOR_TIED, COLLECTOR_INDEPENDENT, COLLECTOR_OVERSTAYED, ROTATION_EXCEPTED}
)
"""All that is said here; nobody may claim them."""


class PairFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is on file about a member of staff, and about the member and a person."""

    staff_id: str
    person_id: str
    member: Member | None = None
    certificates: Sequence[Certificate] = ()
    suspended: bool = False
    conflicted: bool = False
    excepted: bool = False
    contacts: Sequence[datetime] = ()
    """The member's with any record of the person; what provably never went out is left out."""

    def lacks(self, collector_id: str | None, needs: Sequence[Need], at: datetime) -> tuple[str, ...]:
        """What keeps the member from a contact with these needs for this collector; nothing: may make it."""
        if self.member is None:
            return (validity.NOT_REGISTERED,)
        found: list[str] = []
        if not validity.is_active(self.member, at):
            found.append(validity.NOT_ACTIVE)
        if self.suspended:
            found.append(validity.SUSPENDED)
        if (self.member.agency_id or BANK) != (collector_id or BANK):
            found.append(validity.OTHER_COLLECTOR)
        return (*found, *validity.missing(self.certificates, needs, at))

    def tenure(self, rules: StaffRules, at: datetime) -> Tenure | None:
        """How long the member has been with the person."""
        stretch = latest(self.contacts, rules.rotation.break_days)
        return tenure_of(stretch, self.member.role if self.member else None, rules.rotation, at)


def facts_of(file: PairFile, asked: ContactRequested, rules: StaffRules, at: datetime) -> frozenset[str]:
    """The facts that are true of the member who is named for this contact."""
    facts = set()
    if not file.lacks(asked.collector_id, rules.needs_for(asked.channel, asked.purpose), at):
        facts.add(COLLECTOR_TRAINED)
    facts.add(COLLECTOR_TIED if file.conflicted else COLLECTOR_INDEPENDENT)
    tenure = file.tenure(rules, at)
    if tenure is not None and tenure.is_barred(at):
        facts.add(COLLECTOR_OVERSTAYED)
    if file.excepted:
        facts.add(ROTATION_EXCEPTED)
    return frozenset(facts)
