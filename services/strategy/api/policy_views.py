"""What the API shows of policies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.strategy.domain.policy_version import PolicyState, PolicyVersion
from services.strategy.policy.diff import Change


class NewPolicy(BaseModel):
    """A policy as it is written."""

    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(min_length=1, max_length=1_000_000, description="The YAML document")]


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class PolicySummary(BaseModel):
    """A version as a list shows it."""

    name: str
    version: int
    policy: str = Field(description="The tag that decisions carry")
    digest: str = Field(description="SHA-256 of what the document says")
    state: PolicyState
    in_force: bool = Field(description="Whether it decides now")
    created_by: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    effective_from: datetime | None = Field(description="Given at the approval")
    retired_by: str | None
    retired_at: datetime | None
    retired_from: datetime | None
    reason: str | None = Field(description="Of the rejection or retirement")

    @classmethod
    def of(cls, version: PolicyVersion, running: str) -> PolicySummary:
        """`running` is the tag of the policy in force."""
        return cls(**_summary(version, running))


class PolicyVersionView(PolicySummary):
    """A version with what it says."""

    source: str = Field(description="As it was written")
    document: dict[str, Any] = Field(description="What it says, with its parts")

    @classmethod
    def of(cls, version: PolicyVersion, running: str) -> PolicyVersionView:
        """`running` is the tag of the policy in force."""
        return cls(**_summary(version, running), source=version.source, document=version.document)


class ChangeView(BaseModel):
    """A field that differs; null: it is not there."""

    path: str
    before: Any
    after: Any


class DiffView(BaseModel):
    """What differs between two policies."""

    before: str
    after: str
    changes: list[ChangeView]

    @classmethod
    def of(cls, before: str, after: str, found: list[Change]) -> DiffView:
        changes = [ChangeView(path=each.path, before=each.before, after=each.after) for each in found]
        return cls(before=before, after=after, changes=changes)


def _summary(version: PolicyVersion, running: str) -> dict[str, Any]:
    shown = PolicySummary.model_fields.keys() - {"policy", "in_force"}
    said = {name: getattr(version, name) for name in shown}
    return {**said, "policy": version.tag, "in_force": version.tag == running}
