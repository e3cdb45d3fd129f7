"""A forced reassignment (register row F8) on a real PostgreSQL: the case tells of it."""

from datetime import timedelta

from shared.contracts.staff import (
    CertificateKind,
    CertificateRevoked,
    ReassignmentCause,
    RotationDue,
    StaffChanged,
    StaffRole,
)
from tests.integration.strategy.conftest import Desktop
from tests.unit.strategy.builders import CUSTOMER, START, detected


def due(customer: str = CUSTOMER) -> RotationDue:
    return RotationDue(
        staff_id="staff-1",
        person_id="person-1",
        customer_id=customer,
        case_id="case-of-another-time",
        cause=ReassignmentCause.TENURE,
        since=START - timedelta(days=180),
        tenure_days=180,
        limit_days=180,
        bars_from=START + timedelta(days=14),
        found_at=START,
    )


async def test_f8_the_case_records_who_has_to_hand_it_over(desktop: Desktop) -> None:
    await desktop.deliver(detected())
    before = await desktop.published()
    await desktop.deliver(due())
    ((sequence, kind, summary),) = await desktop.rows(
        "SELECT sequence, type, summary FROM case_event WHERE type = 'collector.rotation_due'"
    )
    assert (sequence, kind) == (2, "collector.rotation_due")
    assert (summary["staff"], summary["cause"], summary["tenure_days"]) == ("staff-1", "tenure", 180)
    assert await desktop.published() == before


async def test_without_a_case_and_for_other_news_of_staff_nothing_is_recorded(desktop: Desktop) -> None:
    changed = StaffChanged(staff_id="staff-1", role=StaffRole.COLLECTOR, active_from=START, changed_at=START)
    revoked = CertificateRevoked(
        certificate_id="c", staff_id="staff-1", kind=CertificateKind.LICENCE, revoked_at=START
    )
    await desktop.deliver(due("customer-9"), changed, revoked)
    assert await desktop.rows("SELECT * FROM case_event") == []
