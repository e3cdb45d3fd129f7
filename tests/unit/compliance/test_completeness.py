"""Providers' records against the log: pure rules, days, leaves, and what is read of statements and files."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.completeness.comparing import LoggedPermit, ProviderRecord, broken_rules
from services.compliance.domain.completeness.days import day_of, last_day, missed_days
from services.compliance.domain.completeness.leaves import PermitRow, StoredLeaf, logged_permit
from services.compliance.domain.completeness.rules import Rule
from services.compliance.leaves import VERSION, Leaf, Pseudonyms, encode_leaf
from services.compliance.log.merkle import leaf_hash
from services.compliance.providers.files import Form, UnreadableFileError, read_rows
from services.compliance.providers.settings import Comparing, ProviderSettings
from services.compliance.providers.statement import Source, StatementRecord, kept, normal
from shared.contracts.vocabulary import Channel

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PERMIT = LoggedPermit(
    "permit-1", "contact-1", "person-1", "customer-1", Channel.SMS, NOON + 5 * MINUTE, NOON + MINUTE
)
NAMES = Pseudonyms(b"p" * 32)


def record(message: str = "m1", **changes: Any) -> ProviderRecord:
    made = ProviderRecord("sms", message, Channel.SMS, "permit-1", None, "sent", NOON + 2 * MINUTE, NOON)
    return msgspec.structs.replace(made, **changes)


def rules(one: ProviderRecord, permit: LoggedPermit | None = PERMIT, *others: ProviderRecord) -> set[Rule]:
    permits = {permit.permit_id: permit} if permit else {}
    first = min((one, *others), key=lambda each: each.order)
    return set(broken_rules(one, permits, {"permit-1": first}, MINUTE))


def test_a_contact_under_its_permit_breaks_nothing() -> None:
    assert rules(record()) == set()


@pytest.mark.parametrize(
    ("changes", "permit", "broken"),
    [
        ({"permit_id": None}, {}, {Rule.WITHOUT_DECISION}),
        ({"permit_id": "permit-2"}, {}, {Rule.WITHOUT_DECISION}),
        ({}, {"channel": None, "valid_until": None, "redeemed_at": None}, {Rule.WITHOUT_DECISION}),
        ({}, {"redeemed_at": None}, {Rule.NOT_REDEEMED}),
        ({"channel": Channel.EMAIL}, {}, {Rule.OTHER_CHANNEL}),
        ({"sent_at": NOON + 6 * MINUTE}, {}, {Rule.OUTSIDE_VALIDITY}),
        ({"sent_at": NOON + 6 * MINUTE - timedelta(microseconds=1)}, {}, set()),
        ({"sent_at": NOON}, {}, set()),
        ({"sent_at": NOON - timedelta(microseconds=1)}, {}, {Rule.OUTSIDE_VALIDITY}),
        ({"state": "rejected", "permit_id": None}, {}, set()),
        (
            {"channel": Channel.EMAIL, "sent_at": NOON + 9 * MINUTE},
            {},
            {Rule.OTHER_CHANNEL, Rule.OUTSIDE_VALIDITY},
        ),
    ],
)
def test_a_contact_breaks_the_rule_that_it_breaks(
    changes: dict[str, Any], permit: dict[str, Any], broken: set[Rule]
) -> None:
    assert rules(record(**changes), msgspec.structs.replace(PERMIT, **permit)) == broken


@given(st.permutations(range(5)), st.integers(1, 5))
def test_of_several_contacts_under_a_permit_all_but_the_first_are_too_many(
    order: list[int], count: int
) -> None:
    made = [record(f"m{number}", sent_at=NOON + 2 * MINUTE) for number in order[:count]]
    extra = [one for one in made if Rule.USED_TWICE in rules(one, PERMIT, *made)]
    assert len(extra) == count - 1
    assert min(made, key=lambda one: one.order) not in extra


ROW = PermitRow("permit-1", "contact-1", "person-1", "customer-1", "decision-1", NAMES.of("person-1"))


def stored(kind: str, /, **changes: Any) -> StoredLeaf:
    values: dict[str, Any] = {
        "v": VERSION,
        "id": "decision-1" if kind == "decision" else "redeemed:permit-1",
        "kind": kind,
        "at": NOON,
        "subject": NAMES.of("person-1"),
        "channel": Channel.SMS,
        "contact": "contact-1",
        "permit": "permit-1",
    }
    if kind == "decision":
        values |= {"effect": "allow", "until": NOON + MINUTE}
    entry = encode_leaf(Leaf(**(values | changes)))
    return StoredLeaf(values["id"], leaf_hash(entry), entry, True)


def test_a_permit_is_what_its_leaves_say() -> None:
    permit = logged_permit(ROW, stored("decision"), stored("redeemed"))
    assert (permit.channel, permit.valid_until, permit.redeemed_at) == (Channel.SMS, NOON + MINUTE, NOON)


@pytest.mark.parametrize(
    "changes",
    [
        {"permit": "permit-2"},
        {"contact": "contact-2"},
        {"subject": NAMES.of("person-2")},
        {"kind": "outcome"},
        {"effect": "deny"},
    ],
)
def test_a_leaf_about_something_else_permits_nothing(changes: dict[str, Any]) -> None:
    assert logged_permit(ROW, stored("decision", **changes), stored("redeemed")).valid_until is None


def test_a_leaf_that_is_missing_or_not_what_was_hashed_permits_nothing() -> None:
    good = stored("decision")
    longer = stored("decision", until=NOON + timedelta(days=9))
    forged = msgspec.structs.replace(good, entry=longer.entry)
    garbage = msgspec.structs.replace(good, entry=b"{", hash=leaf_hash(b"{"))
    for leaf in (None, forged, garbage):
        assert logged_permit(ROW, leaf, stored("redeemed")).valid_until is None
    assert logged_permit(ROW, good, None).redeemed_at is None


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(["UTC", "Asia/Shanghai", "Europe/London"])
)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    here = ZoneInfo(zone)
    today, tomorrow = day_of(day, here), day_of(day + timedelta(days=1), here)
    assert today.ends_at == tomorrow.begins_at
    assert last_day(today.ends_at, here) == day
    assert last_day(today.ends_at - timedelta(microseconds=1), here) == day - timedelta(days=1)
    assert today.ends_at - today.begins_at in (timedelta(hours=23), timedelta(days=1), timedelta(hours=25))


def test_missed_days_are_those_between_the_first_and_the_last_that_are_not_known() -> None:
    last = date(2026, 3, 5)
    assert missed_days([], last) == [last]
    known = [date(2026, 3, 1), date(2026, 3, 3)]
    assert missed_days(known, last) == [date(2026, 3, 2), date(2026, 3, 4), last]
    assert missed_days([date(2026, 3, 9)], last) == []


def test_a_number_is_the_same_however_it_is_written() -> None:
    assert len({normal(text) for text in ("+86 139-1234-5678", "+8613912345678", " +86 (139) 12345678")}) == 1
    assert normal(" Person@Example.COM ") == "person@example.com"
    raw = StatementRecord(message_id="m", sent_at=NOON, to="+86 139 1234 5678")
    hashed = StatementRecord(message_id="m", sent_at=NOON, to_sha256=sha256(b"+8613912345678").hexdigest())
    assert raw.destination == hashed.destination
    assert StatementRecord(message_id="m", sent_at=NOON, to=" ").destination is None


@given(st.text(min_size=1), st.text(), st.text(), st.text(), st.text())
def test_nothing_that_a_sender_wrote_keeps_a_record_from_being_compared(
    message: str, key: str, reference: str, to: str, state: str
) -> None:
    said = StatementRecord(message, NOON, state, key, reference, to)
    made = kept(said, Source("sms", Channel.SMS, NOON, NAMES), {})
    assert made.permit_id is None
    assert "\0" not in made.message_id + made.state
    assert len(made.message_id) <= 128
    assert made.destination is None or len(made.destination) == 64
    assert msgspec.json.decode(msgspec.json.encode(made), type=ProviderRecord) == made


def test_the_surest_of_two_names_counts() -> None:
    source = Source("sms", Channel.SMS, NOON, NAMES)
    permits = {"permit-1": "permit-1", "contact-2": "permit-2"}
    said = StatementRecord(message_id="m", sent_at=NOON, idempotency_key="permit-1", reference="contact-2")
    assert kept(said, source, permits).permit_id == "permit-1"
    said = StatementRecord(message_id="m", sent_at=NOON, idempotency_key="other", reference="contact-2")
    assert kept(said, source, permits).permit_id == "permit-2"


def test_both_forms_of_a_file_are_read_alike() -> None:
    table = b"\xef\xbb\xbfmessage_id,sent_at,reference\r\nm1,2026-03-02T12:00:00+08:00,contact-1\r\n"
    lines = b'{"message_id":"m1","sent_at":"2026-03-02T12:00:00+08:00","reference":"contact-1"}\n\n'
    (one,), (other,) = read_rows(table, Form.CSV), read_rows(lines, Form.JSON_LINES)
    assert one.record == other.record is not None


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"message_id": "m"}',
        '{"message_id": "", "sent_at": "2026-03-02T12:00:00Z"}',
        '{"message_id": "m", "sent_at": "2026-03-02T12:00:00"}',
        '{"message_id": "m", "sent_at": "0001-01-01T00:00:00+14:00"}',
        '{"message_id": "m", "sent_at": "2026-03-02T12:00:00Z", "to_sha256": "13912345678"}',
        '{"message_id": "m", "sent_at": "13912345678"}',
        "13912345678",
    ],
)
def test_what_is_wrong_with_a_row_is_said_without_repeating_it(line: str) -> None:
    (row,) = read_rows(line.encode(), Form.JSON_LINES)
    assert row.record is None
    assert row.problem and "13912345678" not in row.problem


@pytest.mark.parametrize("data", [b"", b"a,b\n", b"\xff\xfe\xff", b'message_id,sent_at\n"m,2026'])
def test_a_table_without_usable_names_or_quotes_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        list(read_rows(data, Form.CSV))


def test_settings_that_do_not_fit_are_refused() -> None:
    one = ProviderSettings(name="sms", channel=Channel.SMS)
    with pytest.raises(ValueError, match="different names"):
        Comparing.of([one, one], "{}", MINUTE)
    with pytest.raises(ValueError, match="JSON object"):
        Comparing.of([one], "secret", MINUTE)
    with pytest.raises(ValueError, match="time zone"):
        ProviderSettings(name="sms", channel=Channel.SMS, zone="Mars/Olympus")
    assert "secret" not in repr(Comparing.of([one], '{"sms": "secret"}', MINUTE))
