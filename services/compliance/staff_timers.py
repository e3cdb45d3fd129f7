"""The timers of the register of staff: certificates that end, and permits to look at again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.staff.records import Certificate
from services.compliance.domain.staff.rules import StaffRules
from services.compliance.domain.staff.validity import end_of, goes_on, within_days_of
from services.compliance.handlers import fire
from services.compliance.journal import Journal
from services.compliance.leaves import Pseudonyms
from services.compliance.staff_gate import StaffedGate
from services.compliance.staff_permits import recall
from services.compliance.store import staff as store
from shared.contracts.staff import CertificateExpired, CertificateExpiring
from shared.stream.timers import Timer
from shared.stream.work import Consumer, Work

EXPIRING, EXPIRED, RECALL = "certificate_expiring", "certificate_expired", "staff_recall"
"""The kinds of timers; the first two are keyed by certificate, the last by member and instant."""


def with_staff(
    consumed: Consumer, gate: StaffedGate, pseudonyms: Pseudonyms, policy: ComplaintPolicy
) -> Consumer:
    """Compliance's consumer with the timers of the register; all leaves of a batch are written at once."""

    async def on_timers(due: Sequence[Timer], work: Work) -> None:
        journal = Journal(pseudonyms)
        await on_staff_timers(due, work, gate, journal)
        await fire(due, work, journal, policy)

    return replace(consumed, on_timers=on_timers)


def recall_at(work: Work, staff_id: str, at: datetime) -> None:
    """Have the member's open permits looked at again at an instant."""
    work.set_timer(RECALL, f"{staff_id}/{at.isoformat()}", at, aggregate=staff_id)


async def on_staff_timers(due: Sequence[Timer], work: Work, gate: StaffedGate, journal: Journal) -> None:
    """Tell of certificates that end, and take back permits; the leaves are written by the caller."""
    staff_ids = {timer.key.rpartition("/")[0] for timer in due if timer.kind == RECALL}
    ended = [timer for timer in due if timer.kind in (EXPIRING, EXPIRED)]
    known = await store.certificates(work.connection, [timer.key for timer in ended])
    held = await store.certificates_of(work.connection, {one.staff_id for one in known.values()})
    for timer in ended:
        one = known.get(timer.key)
        if one is not None and one.revoked_at is None:
            _tell(timer.kind, one, held[one.staff_id], gate.staff_rules, work, journal)
            if timer.kind == EXPIRED:
                staff_ids.add(one.staff_id)
    if staff_ids:
        await recall(staff_ids, gate, work, journal)


def _tell(
    kind: str,
    one: Certificate,
    held: Sequence[Certificate],
    rules: StaffRules,
    work: Work,
    journal: Journal,
) -> None:
    """Say that a certificate ends, where nothing of its kind goes on after it."""
    needs = rules.all_needs
    end = end_of(one, within_days_of(needs, one.kind))
    if end is None:
        return
    if kind == EXPIRED and work.now < end:  # the rules were changed: it counts longer now
        work.set_timer(EXPIRED, one.certificate_id, end, aggregate=one.staff_id)
        return
    if goes_on(held, one.kind, needs, max(end, work.now)):
        return
    if kind == EXPIRING:
        if work.now < end:
            event = CertificateExpiring(
                certificate_id=one.certificate_id, staff_id=one.staff_id, kind=one.kind, ends_at=end
            )
            work.emit(event, key=one.staff_id)
        return
    expired = CertificateExpired(
        certificate_id=one.certificate_id, staff_id=one.staff_id, kind=one.kind, ended_at=end
    )
    work.emit(expired, key=one.staff_id)
    said = {"certificate": one.certificate_id, "kind": one.kind, "rules": rules.version}
    name = f"expired:{one.certificate_id}:{end.isoformat()}"
    journal.add(name, "staff_certificate_expired", f"staff/{one.staff_id}", end, payload=said)
