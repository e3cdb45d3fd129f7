"""Which policy decides: the approved one in force at an instant, or the file's where there is none.

The stored versions are read again when their revision changed, which every batch learns with the customers
that it locks. Approvals take effect with notice, so that no two workers differ about an instant.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.strategy.domain.policy import Policy
from services.strategy.domain.policy_version import PolicyVersion, in_force
from services.strategy.policy.building import build
from services.strategy.policy.parts import checked
from services.strategy.policy.problems import PolicyError
from services.strategy.policy.yaml_text import Document
from services.strategy.store import policies as store
from shared.telemetry.logs import get_logger

_log = get_logger(__name__)


class Running(NamedTuple):
    """A policy and the document that says it."""

    policy: Policy
    document: dict[str, Any]


def as_policies(policy: Policy | Policies, document: dict[str, Any] | None = None) -> Policies:
    """A policy with the stored ones that may take its place."""
    return policy if isinstance(policy, Policies) else Policies(policy, document or {})


class Policies:
    """The file's policy and the stored ones. `base` decides where no stored one does."""

    def __init__(self, base: Policy, document: dict[str, Any]) -> None:
        self.base = Running(base, document)
        self._revision = 0
        self._versions: list[PolicyVersion] = []
        self._built: dict[str, Policy | None] = {}

    def at(self, now: datetime) -> Policy:
        """The policy in force at an instant."""
        return self.running(now).policy

    def running(self, now: datetime) -> Running:
        """The policy in force at an instant, with its document. One that cannot be used is passed over."""
        if self._versions:
            for version in in_force(self._versions, now):
                policy = self._usable(version)
                if policy is not None:
                    return Running(policy, version.document)
        return self.base

    async def follow(self, connection: AsyncConnection, revision: int | None) -> None:
        """Read the versions again if there is another revision; None: as they are."""
        if revision is None or revision == self._revision:
            return
        self._versions = await store.effective(connection)
        self._revision = revision

    async def follow_latest(self, connection: AsyncConnection) -> None:
        """Look whether there is another revision, and follow it."""
        await self.follow(connection, await store.revision(connection))

    def _usable(self, version: PolicyVersion) -> Policy | None:
        if version.tag not in self._built:
            self._built[version.tag] = _built(version)
        return self._built[version.tag]


def _built(version: PolicyVersion) -> Policy | None:
    try:
        return build(checked(Document(version.tag, version.document)), version.digest)
    except PolicyError as error:
        # It was right when it was approved; what runs now does not know all that it says.
        _log.error("policy_unusable", policy=version.tag, problems=len(error.problems))
        return None
