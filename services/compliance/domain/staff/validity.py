"""Which certificates count, and what a member of staff lacks."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from services.compliance.domain.staff.records import Certificate, Member
from services.compliance.domain.staff.rules import Need
from shared.contracts.staff import CertificateKind

NOT_REGISTERED, NOT_ACTIVE, SUSPENDED = "not_registered", "not_active", "suspended"
OTHER_COLLECTOR = "registered_for_another_collector"


def end_of(certificate: Certificate, within_days: int | None = None) -> datetime | None:
    """When it counts no more, exclusive; None: never. `within_days` is how old it may be."""
    ends = [certificate.valid_until, certificate.revoked_at]
    if within_days is not None:
        ends.append(certificate.passed_at + timedelta(days=within_days))
    return min((end for end in ends if end is not None), default=None)


def counts(certificate: Certificate, at: datetime, within_days: int | None = None) -> bool:
    """Whether it counts at an instant."""
    end = end_of(certificate, within_days)
    return certificate.passed_at <= at and (end is None or at < end)


def missing(
    certificates: Collection[Certificate], needs: Iterable[Need], at: datetime
) -> tuple[CertificateKind, ...]:
    """The kinds that are needed and not held at an instant, in the order of the needs."""
    return tuple(
        need.kind
        for need in needs
        if not any(
            certificate.kind is need.kind and counts(certificate, at, need.within_days)
            for certificate in certificates
        )
    )


def is_active(member: Member, at: datetime) -> bool:
    """Whether the member works here, or for the agency, at an instant."""
    return member.active_from <= at and (member.active_until is None or at < member.active_until)


def within_days_of(needs: Sequence[Need], kind: CertificateKind) -> int | None:
    """How old a certificate of this kind may be."""
    return next((need.within_days for need in needs if need.kind is kind), None)


def goes_on(
    certificates: Collection[Certificate], kind: CertificateKind, needs: Sequence[Need], at: datetime
) -> bool:
    """Whether a certificate of this kind still counts at an instant."""
    days = within_days_of(needs, kind)
    return any(one.kind is kind and counts(one, at, days) for one in certificates)
