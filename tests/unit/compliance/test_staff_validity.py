"""Which certificates count, and what a member of staff lacks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.staff.clearing import (
    COLLECTOR_INDEPENDENT,
    COLLECTOR_TIED,
    PairFile,
    facts_of,
)
from services.compliance.domain.staff.records import Certificate, Member
from services.compliance.domain.staff.rules import Need, strictest
from services.compliance.domain.staff.validity import (
    counts,
    end_of,
    goes_on,
    missing,
)
from services.compliance.staff_rules import read_staff_rules
from shared.contracts.staff import CertificateKind, StaffRole
from shared.contracts.vocabulary import Channel
from tests.unit.compliance.gate_cases import request

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = read_staff_rules()
JOB, TRAINING = CertificateKind.JOB_CERTIFICATE, CertificateKind.COMPLIANCE_TRAINING

days = st.integers(0, 800)
moments = days.map(lambda day: START + day * DAY)
certificates = st.builds(
    lambda kind, passed, until, revoked: certificate(
        kind, passed, passed + until * DAY if until else None, passed + revoked * DAY if revoked else None
    ),
    st.sampled_from(CertificateKind),
    moments,
    st.integers(0, 500),
    st.integers(0, 500),
)
needs = st.builds(Need, kind=st.sampled_from(CertificateKind), within_days=st.none() | st.integers(1, 600))


def certificate(
    kind: CertificateKind,
    passed: datetime = START,
    until: datetime | None = None,
    revoked: datetime | None = None,
) -> Certificate:
    return Certificate(
        certificate_id="certificate-1",
        staff_id="staff-1",
        kind=kind,
        passed_at=passed,
        valid_until=until,
        evidence_digest="ab" * 32,
        recorded_by="clerk",
        recorded_at=passed,
        revoked_at=revoked,
    )


def member(**changes: object) -> Member:
    values = {
        "staff_id": "staff-1",
        "role": StaffRole.COLLECTOR,
        "active_from": START,
        "recorded_by": "clerk",
        "recorded_at": START,
    }
    return Member(**(values | changes))  # type: ignore[arg-type]


@given(certificates, st.none() | st.integers(1, 600), moments)
def test_a_certificate_counts_from_the_moment_it_was_passed_up_to_its_end_and_never_again(
    one: Certificate, within: int | None, at: datetime
) -> None:
    end = end_of(one, within)
    assert counts(one, at, within) == (one.passed_at <= at and (end is None or at < end))
    if end is not None and end > one.passed_at:
        assert counts(one, end - timedelta(microseconds=1), within)
        assert not counts(one, end, within)


@given(st.lists(certificates, max_size=6), st.lists(needs, max_size=4), moments, certificates)
def test_more_certificates_never_make_somebody_lack_more_and_more_needs_never_less(
    held: list[Certificate], wanted: list[Need], at: datetime, another: Certificate
) -> None:
    lacked = set(missing(held, wanted, at))
    assert set(missing([*held, another], wanted, at)) <= lacked
    assert lacked <= set(missing(held, [*wanted, Need(kind=JOB)], at))
    assert {kind for kind in lacked} == {need.kind for need in wanted if missing(held, [need], at)}


@given(st.lists(certificates, max_size=6), st.lists(needs, max_size=6), moments)
def test_the_strictest_of_needs_asks_for_what_all_of_them_ask_for(
    held: list[Certificate], wanted: list[Need], at: datetime
) -> None:
    assert set(missing(held, strictest(wanted), at)) == set(missing(held, wanted, at))


@given(st.lists(certificates, max_size=6), st.sampled_from(CertificateKind), moments)
def test_a_kind_goes_on_where_nobody_would_lack_it(
    held: list[Certificate], kind: CertificateKind, at: datetime
) -> None:
    wanted = [Need(kind=kind, within_days=365)]
    assert goes_on(held, kind, wanted, at) != bool(missing(held, wanted, at))


def test_training_counts_for_twelve_months_and_the_job_certificate_until_its_end() -> None:
    held = [certificate(JOB, until=START + 500 * DAY), certificate(TRAINING)]
    wanted = RULES.all_needs
    assert missing(held, wanted, START) == ()
    assert missing(held, wanted, START + 365 * DAY - timedelta(microseconds=1)) == ()
    assert missing(held, wanted, START + 365 * DAY) == (TRAINING,)
    assert missing(held, wanted, START + 500 * DAY) == (JOB, TRAINING)


def test_only_calls_and_visits_need_certificates_by_default() -> None:
    nobody = PairFile(staff_id="staff-1", person_id="person-1", member=member())
    for channel in Channel:
        facts = facts_of(nobody, request(channel=channel, staff_id="staff-1"), RULES, START)
        assert ("collector_trained" in facts) == (channel not in (Channel.CALL_LIVE, Channel.VISIT))
        assert facts - {"collector_trained"} == {COLLECTOR_INDEPENDENT}


def test_a_tie_is_told_whatever_the_channel() -> None:
    tied = PairFile(staff_id="staff-1", person_id="person-1", member=member(), conflicted=True)
    assert facts_of(tied, request(staff_id="staff-1"), RULES, START) == {"collector_trained", COLLECTOR_TIED}


def test_whoever_is_not_registered_not_active_suspended_or_of_another_collector_lacks_it() -> None:
    held = [certificate(JOB), certificate(TRAINING)]
    at = START + DAY

    def lacks(collector: str | None = None, **changes: object) -> tuple[str, ...]:
        values: dict[str, object] = {"member": member(), "certificates": held} | changes
        file = PairFile(staff_id="staff-1", person_id="person-1", **values)  # type: ignore[arg-type]
        return file.lacks(collector, RULES.all_needs, at)

    assert lacks() == lacks("bank") == ()
    assert lacks(member=None) == ("not_registered",)
    assert lacks(member=member(active_from=at + DAY)) == ("not_active",)
    assert lacks(member=member(active_until=at)) == ("not_active",)
    assert lacks(suspended=True) == ("suspended",)
    assert lacks("agency-1") == ("registered_for_another_collector",)
    assert lacks("agency-1", member=member(agency_id="agency-1")) == ()
    assert lacks(member=member(agency_id="agency-1")) == ("registered_for_another_collector",)
