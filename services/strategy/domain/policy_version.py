"""A version of a policy and its way from draft to retirement. Its author never approves it.

`in force` is no state that somebody sets: it follows from the instants of the approved versions and the
clock, so it is the same for every worker and the same again in a replay.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace


class PolicyState(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"


class WrongStateError(Exception):
    """The version's state does not permit the act."""


class SamePersonError(Exception):
    """Who wrote or submitted a version does not decide about it."""


NOTICE = timedelta(minutes=1)
"""Between an approval or retirement and its effect: transactions that began before it have ended by then."""


class PolicyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a policy; the fields are the columns of its table.

    `source` is as it was written, `document` what it says with its parts. `wanted_from` is what the document
    asks for, `effective_from` what the approval gave; `retired_from` ends it.
    """

    name: str
    version: int
    source: str
    document: dict[str, Any]
    digest: str
    state: PolicyState
    wanted_from: datetime | None
    created_by: str
    created_at: datetime
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    effective_from: datetime | None = None
    retired_by: str | None = None
    retired_at: datetime | None = None
    retired_from: datetime | None = None
    reason: str | None = None

    @property
    def tag(self) -> str:
        """What decisions carry."""
        return f"{self.name}-{self.version}"

    def applies(self, now: datetime) -> bool:
        """Whether it may decide at an instant, if no later one does."""
        if self.effective_from is None or self.effective_from > now:
            return False
        return self.retired_from is None or self.retired_from > now


def in_force(versions: Iterable[PolicyVersion], now: datetime) -> list[PolicyVersion]:
    """The versions that apply at an instant, the one in force first; the next stands in if it is unusable."""
    applying = [version for version in versions if version.applies(now)]
    return sorted(applying, key=_rank, reverse=True)


def submitted(version: PolicyVersion, by: str, now: datetime) -> PolicyVersion:
    """A draft is given to a second person. Raises WrongStateError."""
    _must_be(version, PolicyState.DRAFT)
    return replace(version, state=PolicyState.SUBMITTED, submitted_by=by, submitted_at=now)


def approved(version: PolicyVersion, by: str, now: datetime) -> PolicyVersion:
    """A second person lets it decide, from when it wants and never at once.

    Raises WrongStateError and SamePersonError.
    """
    _check_decider(version, by)
    soonest = now + NOTICE
    effective = soonest if version.wanted_from is None else max(version.wanted_from, soonest)
    return replace(
        version, state=PolicyState.APPROVED, decided_by=by, decided_at=now, effective_from=effective
    )


def rejected(version: PolicyVersion, by: str, reason: str, now: datetime) -> PolicyVersion:
    """A second person does not. Raises WrongStateError and SamePersonError."""
    _check_decider(version, by)
    return replace(version, state=PolicyState.REJECTED, decided_by=by, decided_at=now, reason=reason)


def retired(version: PolicyVersion, by: str, reason: str, now: datetime) -> PolicyVersion:
    """It decides no more, soon; the one before it does again. Raises WrongStateError."""
    _must_be(version, PolicyState.APPROVED)
    return replace(
        version,
        state=PolicyState.RETIRED,
        retired_by=by,
        retired_at=now,
        retired_from=now + NOTICE,
        reason=reason,
    )


def _rank(version: PolicyVersion) -> tuple[datetime, datetime, str, int]:
    assert version.effective_from is not None and version.decided_at is not None
    return version.effective_from, version.decided_at, version.name, version.version


def _check_decider(version: PolicyVersion, by: str) -> None:
    _must_be(version, PolicyState.SUBMITTED)
    if by in (version.created_by, version.submitted_by):
        raise SamePersonError


def _must_be(version: PolicyVersion, state: PolicyState) -> None:
    if version.state is not state:
        raise WrongStateError(version.state.value)
