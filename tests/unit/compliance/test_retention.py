"""What has to stay, may stay and has to go."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.packs.retention import keeping_of
from services.compliance.domain.retention.judging import DebtTie, Item, Subject, debts_over, judge
from services.compliance.domain.retention.ledger import Ledger, added, digest_of
from services.compliance.domain.retention.words import KEPT_AS, DataClass, Verdict
from services.compliance.pack_files import load_library
from tests.unit.compliance.packs_made import base, library

LIBRARY = load_library()
CN, US, GB, NOWHERE = Place(country="CN"), Place(country="US"), Place(country="GB"), Place(country="AQ")
MADE = datetime(2026, 3, 2, 4, tzinfo=UTC)
ENDS = datetime(2031, 3, 2, 16, tzinfo=UTC)
"""24:00 in Shanghai, five years later."""
RECORD = DataClass.COLLECTION_RECORD


def on(year: int, month: int = 3, day: int = 4) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def subject(*places: Place, **changes: Any) -> Subject:
    return Subject(person_id="person-1", places=places or (CN,), **({"is_over": True} | changes))


def item(kind: DataClass = RECORD, **changes: Any) -> Item:
    return Item(kind, "key", "person-1", MADE, **changes)


def verdict(piece: Item, about: Subject, now: datetime) -> Verdict:
    return judge(piece, about, LIBRARY.in_force(about.places, now), now)


@pytest.mark.parametrize(
    ("now", "about", "expected"),
    [
        (ENDS - timedelta(microseconds=1), subject(), Verdict.KEPT),
        (ENDS, subject(), Verdict.DUE),
        (on(2031), subject(), Verdict.DUE),
        (on(2031), subject(is_over=False), Verdict.IN_USE),
        (on(2031), subject(is_held=True), Verdict.HELD),
        (on(2031, 3, 1), subject(is_held=True), Verdict.KEPT),
        (on(2040), subject(NOWHERE), Verdict.UNCLEAR),
        (on(2040), subject(CN, NOWHERE), Verdict.UNCLEAR),
        (on(2040), Subject(person_id="person-1", is_over=True), Verdict.UNCLEAR),
        (on(2031), subject(CN, GB), Verdict.KEPT),
        (on(2033), subject(CN, GB), Verdict.DUE),
    ],
)
def test_a_record_stays_while_a_duty_runs_then_while_it_is_needed_then_while_it_is_held(
    now: datetime, about: Subject, expected: Verdict
) -> None:
    assert verdict(item(), about, now) is expected


def test_in_america_the_period_runs_from_the_last_act_of_collection() -> None:
    about = subject(US, last_activity=on(2028))
    assert verdict(item(), about, on(2030)) is Verdict.KEPT
    assert verdict(item(), about, on(2031, 3, 6)) is Verdict.DUE


def test_a_complaint_is_kept_from_its_closing_and_not_before() -> None:
    open_one = item(DataClass.COMPLAINT)
    closed = item(DataClass.COMPLAINT, closed_at=on(2027))
    assert verdict(open_one, subject(), on(2060)) is Verdict.KEPT
    assert verdict(closed, subject(), on(2031)) is Verdict.KEPT
    assert verdict(closed, subject(is_over=False), on(2032, 3, 6)) is Verdict.DUE


def test_who_saw_what_goes_by_its_age_alone() -> None:
    seen = item(DataClass.ACCESS_RECORD)
    assert verdict(seen, subject(is_over=False), on(2029, 3, 1)) is Verdict.KEPT
    assert verdict(seen, subject(is_over=False), on(2029)) is Verdict.DUE


def test_a_consent_that_was_withdrawn_is_not_in_use() -> None:
    given_up = item(DataClass.CONSENT, closed_at=on(2027))
    assert verdict(item(DataClass.CONSENT), subject(is_over=False), on(2031)) is Verdict.IN_USE
    assert verdict(given_up, subject(is_over=False), on(2031)) is Verdict.DUE


RETENTION = "{what: call_recording, keep: P2Y, from: created, at_most: P3Y, cite: a law}"


def _made(*duties: str) -> Library:
    return library(base(retention=f"[{', '.join(duties)}]"))


def test_a_longest_time_ends_the_use_of_a_recording_but_no_duty_to_keep_it() -> None:
    recording, needed = item(DataClass.RECORDING), subject(US, is_over=False)
    limited = _made(RETENTION, RETENTION.replace("P3Y", "P9Y"))
    both = _made(RETENTION, "{what: visit_recording, keep: P4Y, from: created, cite: another law}")
    for now, expected in ((on(2028, 3, 1), "kept"), (on(2028, 6), "in_use"), (on(2029), "due")):
        assert judge(recording, needed, limited.in_force((US,), now), now) == expected
    assert judge(recording, needed, both.in_force((US,), on(2029)), on(2029)) is Verdict.KEPT
    assert judge(recording, needed, both.in_force((US,), on(2030, 3, 6)), on(2030, 3, 6)) is Verdict.DUE


@pytest.mark.parametrize(
    "duty",
    [
        "{what: oral_instalment_audio, keep: until_settled, at_most: P3Y, cite: a law}",
        "{what: call_recording, keep: P2Y, from: created, at_most: soon, cite: a law}",
    ],
)
def test_a_longest_time_that_cannot_be_counted_is_refused(duty: str) -> None:
    with pytest.raises(PackError, match="at_most"):
        _made(duty)


INSTANTS = st.integers(0, 38 * 366).map(lambda days: on(2022, 9) + timedelta(days=days))


@given(
    st.sampled_from(DataClass),
    INSTANTS,
    st.none() | INSTANTS,
    st.none() | INSTANTS,
    st.none() | INSTANTS,
    st.lists(st.sampled_from([CN, US, GB, Place(country="IN"), NOWHERE]), unique=True).map(tuple),
    st.booleans(),
    st.booleans(),
    INSTANTS,
)
def test_nothing_goes_while_any_pack_says_that_it_is_kept(
    kind: DataClass,
    made_at: datetime,
    closed_at: datetime | None,
    activity: datetime | None,
    settled: datetime | None,
    places: tuple[Place, ...],
    over: bool,
    held: bool,
    now: datetime,
) -> None:
    piece = Item(kind, "key", "person-1", made_at, closed_at)
    about = Subject(
        person_id="person-1",
        places=places,
        last_activity=activity,
        settled_at=settled,
        is_over=over,
        is_held=held,
    )
    packs = LIBRARY.in_force(places, now)
    if judge(piece, about, packs, now) is not Verdict.DUE:
        return
    assert not held
    happened = {
        "created": made_at,
        "call_date": made_at,
        "last_collection_activity": max(made_at, activity or made_at),
        **({"settled": settled} if settled else {}),
        **({"closed": closed_at} if closed_at else {}),
    }
    kept = [keeping_of(one, what, happened) for one in packs.sets for what in KEPT_AS[kind]]
    ends = [duty.until for duty in kept if duty is not None]
    assert ends
    assert all(end is not None and end <= now for end in ends)


ENDED = on(2027)


@pytest.mark.parametrize(
    ("ties", "activity", "expected"),
    [
        ([], None, (False, None)),
        ([DebtTie("c1", False, None)], None, (False, None)),
        ([DebtTie("c1", False, ENDED)], None, (True, ENDED)),
        ([DebtTie("c1", False, ENDED)], on(2026), (True, ENDED)),
        ([DebtTie("c1", False, ENDED)], on(2028), (False, None)),
        ([DebtTie("c1", False, ENDED), DebtTie("c2", False, None)], None, (False, None)),
        ([DebtTie("c1", False, ENDED), DebtTie("c2", True, None)], None, (True, ENDED)),
        ([DebtTie("c1", True, None)], on(2028), (True, None)),
    ],
)
def test_debts_are_over_when_the_last_one_is_and_nobody_collects_any_more(
    ties: list[DebtTie], activity: datetime | None, expected: tuple[bool, datetime | None]
) -> None:
    assert debts_over(ties, activity) == expected


def test_a_ledger_counts_and_its_digest_says_nothing_of_the_order() -> None:
    ledger = Ledger()
    pieces = [Item(RECORD, f"2026/{number}", "person-1", MADE) for number in range(3)]
    for piece, found in zip(pieces, (Verdict.DUE, Verdict.DUE, Verdict.KEPT), strict=True):
        ledger.take(piece, found)
    counts = {"collection_record": {"due": 2, "kept": 1}}
    assert ledger.counts() == counts
    assert added(counts, {"attempt": {"held": 1}, "collection_record": {"due": 1}}) == {
        "collection_record": {"due": 3, "kept": 1},
        "attempt": {"held": 1},
    }
    assert digest_of(pieces) == digest_of(reversed(pieces))
    assert digest_of(pieces) != digest_of(pieces[:2])
    assert ledger.due == pieces[:2]
