"""A policy's way from draft to retirement, and which version is in force when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.strategy.domain import policy_version
from services.strategy.domain.policy_version import (
    NOTICE,
    PolicyState,
    PolicyVersion,
    SamePersonError,
    WrongStateError,
    in_force,
)

START = datetime(2026, 3, 2, tzinfo=UTC)
people = st.sampled_from(["anna", "bo", "chen"])
hours = st.integers(0, 48).map(lambda number: START + timedelta(hours=number))


def draft(version: int = 1, by: str = "anna", wanted: datetime | None = None) -> PolicyVersion:
    return PolicyVersion(
        name="trial",
        version=version,
        source="",
        document={},
        digest="",
        state=PolicyState.DRAFT,
        wanted_from=wanted,
        created_by=by,
        created_at=START,
    )


@given(people, people, people)
def test_c2_nobody_decides_about_a_policy_of_their_own(author: str, submitter: str, decider: str) -> None:
    given_in = policy_version.submitted(draft(by=author), submitter, START)
    if decider in (author, submitter):
        with pytest.raises(SamePersonError):
            policy_version.approved(given_in, decider, START)
        with pytest.raises(SamePersonError):
            policy_version.rejected(given_in, decider, "no", START)
    else:
        assert policy_version.approved(given_in, decider, START).decided_by == decider
        assert policy_version.rejected(given_in, decider, "no", START).state is PolicyState.REJECTED


@given(hours, hours)
def test_an_approval_never_takes_effect_at_once_nor_before_it_is_wanted(
    wanted: datetime, now: datetime
) -> None:
    version = policy_version.approved(policy_version.submitted(draft(wanted=wanted), "anna", now), "bo", now)
    assert version.effective_from == max(wanted, now + NOTICE)
    assert not version.applies(now)


approvals = st.lists(st.tuples(hours, hours, st.one_of(st.none(), hours)), max_size=5)


@given(approvals, hours)
def test_what_is_in_force_at_an_instant_is_not_changed_by_later_acts(
    acts: list[tuple[datetime, datetime, datetime | None]], now: datetime
) -> None:
    versions = []
    for number, (wanted, decided, retired) in enumerate(acts, 1):
        version = policy_version.submitted(draft(number, wanted=wanted), "anna", START)
        version = policy_version.approved(version, "bo", decided)
        if retired is not None and retired >= decided:
            version = policy_version.retired(version, "bo", "over", retired)
        versions.append(version)
    found = in_force(versions, now)
    assert all(version.applies(now) for version in found)
    assert found == in_force(reversed(versions), now)
    known_then = [
        replace(each, retired_from=None) if each.retired_at and each.retired_at > now else each
        for each in versions
        if each.decided_at is not None and each.decided_at <= now
    ]
    assert [version.tag for version in in_force(known_then, now)] == [version.tag for version in found]


def test_the_states_permit_only_their_acts() -> None:
    given_in = policy_version.submitted(draft(), "anna", START)
    approved = policy_version.approved(given_in, "bo", START)
    retired = policy_version.retired(approved, "anna", "over", START + timedelta(days=1))
    with pytest.raises(WrongStateError):
        policy_version.submitted(given_in, "anna", START)
    with pytest.raises(WrongStateError):
        policy_version.approved(approved, "bo", START)
    with pytest.raises(WrongStateError):
        policy_version.retired(draft(), "bo", "over", START)
    with pytest.raises(WrongStateError):
        policy_version.retired(retired, "bo", "over", START)
    assert retired.applies(START + timedelta(days=1)) and not retired.applies(START + timedelta(days=2))
