"""The rules about staff as data, and rows of an upload."""

import pytest

from services.compliance.api.staff_inputs import NewCertificate, NewMember
from services.compliance.api.staff_rows import CSV, JSON_LINES, read_rows
from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.staff.rules import decode_rules
from services.compliance.staff_rules import STAFF_RULES, read_staff_rules
from shared.contracts.staff import CertificateKind
from shared.contracts.vocabulary import Channel, Purpose
from shared.web.problems import Problem

TEXT = STAFF_RULES.read_text("utf-8")


def test_a_visit_and_a_live_call_need_the_job_certificate_and_a_training_of_the_last_year() -> None:
    rules = read_staff_rules()
    for channel in (Channel.CALL_LIVE, Channel.VISIT):
        found = [(need.kind, need.within_days) for need in rules.needs_for(channel, Purpose.COLLECT)]
        assert found == [
            (CertificateKind.JOB_CERTIFICATE, None),
            (CertificateKind.COMPLIANCE_TRAINING, 365),
        ]
    assert rules.needs_for(Channel.LETTER, Purpose.COLLECT) == ()


def test_needs_may_depend_on_the_purpose_and_the_strictest_counts() -> None:
    more = TEXT.replace(
        "warn_days:",
        "- purposes: [legal_notice]\n  certificates:\n"
        "  - {kind: licence}\n  - {kind: compliance_training, within_days: 90}\nwarn_days:",
        1,
    )
    rules = decode_rules("rules.yaml", more)
    needs = {need.kind: need.within_days for need in rules.needs_for(Channel.CALL_LIVE, Purpose.LEGAL_NOTICE)}
    assert needs == {
        CertificateKind.JOB_CERTIFICATE: None,
        CertificateKind.COMPLIANCE_TRAINING: 90,
        CertificateKind.LICENCE: None,
    }
    assert len(rules.needs_for(Channel.SMS, Purpose.COLLECT)) == 0
    assert rules.digest != read_staff_rules().digest


def test_the_digest_is_of_what_the_rules_say_and_not_of_how_they_are_laid_out() -> None:
    assert decode_rules("other.yaml", "# said before\n" + TEXT).digest == read_staff_rules().digest


@pytest.mark.parametrize(
    ("text", "wrong", "field"),
    [
        ("limit_days: 180", "limit_days: 0", "rotation.limit_days"),
        ("kind: job_certificate", "kind: diploma", "needs[0].certificates[0].kind"),
        ("grace_days: 14", "grace: 14", "rotation"),
        ('version: "2026.11.0"', 'version: "new"', "version"),
    ],
)
def test_a_mistake_in_the_rules_is_told_by_file_line_and_field(text: str, wrong: str, field: str) -> None:
    with pytest.raises(PackError) as caught:
        decode_rules("rules.yaml", TEXT.replace(text, wrong))
    (problem,) = caught.value.problems
    assert (problem.file, problem.field) == ("rules.yaml", field)
    assert problem.line is not None and problem.line > 1


def test_rows_of_both_forms_say_the_same() -> None:
    as_csv = "staff_id,role,agency_id,active_from\r\n007,collector,,2026-01-01T08:00:00+08:00\r\n"
    as_json = '\n{"staff_id": "007", "role": "collector", "active_from": "2026-01-01T00:00:00Z"}\n'
    (one,), none = read_rows(b"\xef\xbb\xbf" + as_csv.encode(), CSV + "; charset=utf-8", NewMember)
    (other,), nothing = read_rows(as_json.encode(), JSON_LINES, NewMember)
    assert (one.line, other.line, none, nothing) == (2, 2, [], [])
    assert one.said == other.said and one.said.staff_id == "007"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('{"staff_id": "s", "kind": "licence", "passed_at": "2026-01-01T00:00:00Z"}', "evidence_digest"),
        ('{"staff_id": "s", "name": "Li", "kind": "licence"}', "passed_at"),
        ('["s"]', ""),
        ('{"staff_id": "\\ud800"}', ""),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_line_and_field(row: str, field: str) -> None:
    good, bad = read_rows(f"\n\n{row}".encode(), JSON_LINES, NewCertificate)
    assert good == []
    assert (3, field) in [(error.line, error.field) for error in bad]
    assert all(error.message and error.remedy for error in bad)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x", "application/json", 415),
        (b"\xff", CSV, 400),
        (b"a\0", CSV, 400),
        (b"1\n" * 5001, JSON_LINES, 400),
    ],
)
def test_what_is_no_such_file_is_refused(body: bytes, kind: str, status: int) -> None:
    with pytest.raises(Problem) as caught:
        read_rows(body, kind, NewMember)
    assert caught.value.status_code == status
