"""A version of a template and its way from draft to retirement. The author never approves."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from shared.contracts.vocabulary import Channel, PartyRole, Purpose


class TemplateState(StrEnum):
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


class TemplateVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One text in one language for one channel; the fields are the columns of its table.

    `countries` (ISO 3166-1) are where it may be used, none for anywhere; `roles` to whom. `variables` are the
    names that it uses. `tags` and `linter` are what the linter said when it was approved.
    """

    template_id: str
    version: int
    language: str
    channel: Channel
    purpose: Purpose
    countries: tuple[str, ...]
    roles: tuple[PartyRole, ...]
    subject: str
    body: str
    envelope: str
    variables: tuple[str, ...]
    digest: str
    state: TemplateState
    created_by: str
    created_at: datetime
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    retired_by: str | None = None
    retired_at: datetime | None = None
    reason: str | None = None
    tags: tuple[str, ...] = ()
    linter: str | None = None

    @property
    def parts(self) -> dict[str, str]:
        """The texts that it has, by name."""
        parts = {"subject": self.subject, "body": self.body, "envelope": self.envelope}
        return {name: text for name, text in parts.items() if text}


def submitted(version: TemplateVersion, by: str, now: datetime) -> TemplateVersion:
    """A draft is given to a second person. Raises WrongStateError."""
    _must_be(version, TemplateState.DRAFT)
    return replace(version, state=TemplateState.SUBMITTED, submitted_by=by, submitted_at=now)


def approved(
    version: TemplateVersion, by: str, tags: tuple[str, ...], linter: str, now: datetime
) -> TemplateVersion:
    """A second person lets it be used. Raises WrongStateError and SamePersonError."""
    check_decider(version, by)
    return replace(
        version, state=TemplateState.APPROVED, decided_by=by, decided_at=now, tags=tags, linter=linter
    )


def rejected(version: TemplateVersion, by: str, reason: str, now: datetime) -> TemplateVersion:
    """A second person does not. Raises WrongStateError and SamePersonError."""
    check_decider(version, by)
    return replace(version, state=TemplateState.REJECTED, decided_by=by, decided_at=now, reason=reason)


def retired(version: TemplateVersion, by: str, reason: str, now: datetime) -> TemplateVersion:
    """It is used no more. Raises WrongStateError."""
    _must_be(version, TemplateState.APPROVED)
    return replace(version, state=TemplateState.RETIRED, retired_by=by, retired_at=now, reason=reason)


def check_decider(version: TemplateVersion, by: str) -> None:
    """Raises WrongStateError where there is nothing to decide, SamePersonError where it is not for them."""
    _must_be(version, TemplateState.SUBMITTED)
    if by in (version.created_by, version.submitted_by):
        raise SamePersonError


def _must_be(version: TemplateVersion, state: TemplateState) -> None:
    if version.state is not state:
        raise WrongStateError(version.state.value)
