"""The register of staff: each act under the member's lock, with its leaf, its event and its timers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from services.compliance.domain.staff.records import Certificate, Course, Member, Suspension
from services.compliance.domain.staff.rules import StaffRules
from services.compliance.domain.staff.validity import end_of, within_days_of
from services.compliance.journal import Journal
from services.compliance.leaves import canonical
from services.compliance.staff_timers import EXPIRED, EXPIRING, recall_at
from services.compliance.store import staff as store
from shared.contracts.base import Event
from shared.contracts.staff import (
    CertificateRecorded,
    CertificateRevoked,
    StaffChanged,
    StaffSuspended,
    StaffSuspensionLifted,
)
from shared.ids import derive_id
from shared.stream.work import Work


class NotOnFileError(Exception):
    """There is no such member, certificate or suspension."""


class DoneBeforeError(Exception):
    """It was revoked, lifted or ended before."""


@dataclass(frozen=True, slots=True)
class StaffRegister:
    """The register in one transaction; `by` is who acts."""

    by: str
    work: Work
    journal: Journal
    rules: StaffRules

    async def enrol(self, said: Sequence[Member]) -> list[Member]:
        """Have the register say this of members; those of whom it says something else. Each is named once."""
        known = await store.locked(self.work.connection, [member.staff_id for member in said])
        changed = [
            member
            for member in said
            if member.staff_id not in known or not member.says_the_same(known[member.staff_id])
        ]
        await store.save_members(self.work.connection, changed)
        for member in changed:
            name = derive_id("staff", member.staff_id, canonical(member).decode())
            self._leaf(name, "staff_changed", member.staff_id, member)
            event = StaffChanged(
                staff_id=member.staff_id,
                role=member.role,
                agency_id=member.agency_id,
                branch_id=member.branch_id,
                active_from=member.active_from,
                active_until=member.active_until,
                changed_at=self.work.now,
            )
            self._tell(event, member.staff_id)
            if member.staff_id in known:
                recall_at(self.work, member.staff_id, self.work.now)
            if member.active_until is not None:
                recall_at(self.work, member.staff_id, member.active_until)
        return changed

    async def add_course(self, course: Course) -> bool:
        """Keep a new course; False where there is one of that id."""
        if not await store.add_course(self.work.connection, course):
            return False
        self._leaf(f"course:{course.course_id}", "training_course_added", course.course_id, course)
        return True

    async def certify(self, passed: Sequence[Certificate]) -> list[Certificate]:
        """Record what registered members passed; those that were not on file. Each is named once."""
        await store.locked(self.work.connection, [one.staff_id for one in passed])
        known = await store.certificates(self.work.connection, [one.certificate_id for one in passed])
        new = [one for one in passed if one.certificate_id not in known]
        await store.add_certificates(self.work.connection, new)
        for one in new:
            self._leaf(one.certificate_id, "staff_certified", one.staff_id, one)
            event = CertificateRecorded(
                certificate_id=one.certificate_id,
                staff_id=one.staff_id,
                kind=one.kind,
                passed_at=one.passed_at,
                valid_until=one.valid_until,
            )
            self._tell(event, one.staff_id)
            self._watch(one)
        return new

    async def revoke(self, certificate_id: str, sealed_reason: str) -> Certificate:
        """Take a certificate back. Raises NotOnFileError, DoneBeforeError."""
        found = await store.certificates(self.work.connection, [certificate_id])
        await store.locked(self.work.connection, [one.staff_id for one in found.values()])
        one = (await store.certificates(self.work.connection, [certificate_id])).get(certificate_id)
        if one is None:
            raise NotOnFileError
        if one.revoked_at is not None:
            raise DoneBeforeError
        one = replace(one, revoked_at=self.work.now, revoked_by=self.by, sealed_reason=sealed_reason)
        await store.save_revoked(self.work.connection, one)
        for kind in (EXPIRING, EXPIRED):
            self.work.cancel_timer(kind, certificate_id)
        self._leaf(f"revoked:{certificate_id}", "staff_certificate_revoked", one.staff_id, one)
        event = CertificateRevoked(
            certificate_id=certificate_id, staff_id=one.staff_id, kind=one.kind, revoked_at=self.work.now
        )
        self._tell(event, one.staff_id)
        recall_at(self.work, one.staff_id, self.work.now)
        return one

    async def suspend(
        self, suspension_id: str, staff_id: str, until: datetime | None, sealed_reason: str
    ) -> Suspension:
        """No contacts by the member from now on. Raises NotOnFileError."""
        if not await store.locked(self.work.connection, [staff_id]):
            raise NotOnFileError
        made = Suspension(
            suspension_id=suspension_id,
            staff_id=staff_id,
            since=self.work.now,
            until=until,
            suspended_by=self.by,
            sealed_reason=sealed_reason,
        )
        await store.save_suspension(self.work.connection, made)
        self._leaf(made.suspension_id, "staff_suspended", staff_id, made)
        event = StaffSuspended(
            suspension_id=made.suspension_id, staff_id=staff_id, since=made.since, until=until
        )
        self._tell(event, staff_id)
        recall_at(self.work, staff_id, self.work.now)
        return made

    async def lift(self, staff_id: str, suspension_id: str, sealed_reason: str) -> Suspension:
        """End a suspension, also one by a sanction. Raises NotOnFileError, DoneBeforeError."""
        await store.locked(self.work.connection, [staff_id])
        known = await store.suspensions_of(self.work.connection, staff_id)
        one = next((each for each in known if each.suspension_id == suspension_id), None)
        if one is None:
            raise NotOnFileError
        if one.lifted_at is not None:
            raise DoneBeforeError
        one = replace(one, lifted_at=self.work.now, lifted_by=self.by)
        await store.save_suspension(self.work.connection, one)
        payload = {"suspension": one, "sealed_reason": sealed_reason}
        self._leaf(f"lifted:{suspension_id}", "staff_suspension_lifted", staff_id, payload)
        event = StaffSuspensionLifted(suspension_id=suspension_id, staff_id=staff_id, lifted_at=self.work.now)
        self._tell(event, staff_id)
        return one

    def _watch(self, one: Certificate) -> None:
        """Have it told when it is about to count no more, and when it does not."""
        end = end_of(one, within_days_of(self.rules.all_needs, one.kind))
        if end is not None:
            warn_at = max(end - timedelta(days=self.rules.warn_days), self.work.now)
            self.work.set_timer(EXPIRING, one.certificate_id, warn_at, aggregate=one.staff_id)
            self.work.set_timer(EXPIRED, one.certificate_id, end, aggregate=one.staff_id)

    def _leaf(self, name: str, kind: str, staff_id: str, payload: Any) -> None:
        said = {"by": self.by, "rules": self.rules.version, "said": payload}
        self.journal.add(name, kind, f"staff/{staff_id}", self.work.now, payload=said)

    def _tell(self, event: Event, staff_id: str) -> None:
        self.work.emit(event, key=staff_id)
