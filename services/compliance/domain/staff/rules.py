"""What the bank asks of members of staff, as data: what a contact needs, and the limits of rotation."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec

from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.packs.yaml_text import parse
from shared.contracts.staff import CertificateKind, StaffRole
from shared.contracts.vocabulary import Channel, Purpose

Days = Annotated[int, msgspec.Meta(ge=1, le=3_660)]
Version = Annotated[str, msgspec.Meta(pattern=r"^20[0-9]{2}\.[0-9]{1,2}\.[0-9]{1,4}$")]
_REMEDY = "docs/compliance/staff.md lists what may stand here"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name that is not known is an error."""


class Need(_Part, frozen=True, kw_only=True):
    """A certificate that has to be valid; passed within the last `within_days` (of 24 hours), if set."""

    kind: CertificateKind
    within_days: Days | None = None


class NeedsOf(_Part, frozen=True, kw_only=True):
    """What contacts by these channels, for these purposes, need; None: all of them."""

    channels: tuple[Channel, ...] | None = None
    purposes: tuple[Purpose, ...] | None = None
    certificates: tuple[Need, ...]

    def is_about(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether it names them."""
        return (self.channels is None or channel in self.channels) and (
            self.purposes is None or purpose in self.purposes
        )


class RotationRules(_Part, frozen=True, kw_only=True):
    """How long a member may stay with one person; all in days of 24 hours."""

    limit_days: Days
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=365)]
    break_days: Days
    roles: Mapping[StaffRole, Days] = {}

    def limit_of(self, role: StaffRole | None) -> int:
        """The limit for a role; for somebody whose role is not known, the strictest."""
        if role is None:
            return min((self.limit_days, *self.roles.values()))
        return self.roles.get(role, self.limit_days)


class StaffRules(_Part, frozen=True, kw_only=True):
    """One version of the rules."""

    apiVersion: Literal["collections.compliance/v1"]  # noqa: N815  # as in all files of rules
    kind: Literal["StaffRules"]
    version: Version
    needs: tuple[NeedsOf, ...]
    warn_days: Days
    rotation: RotationRules

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of what the rules say, however the file is laid out."""
        return sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def needs_for(self, channel: Channel, purpose: Purpose) -> tuple[Need, ...]:
        """What a contact needs: of each kind the strictest, in the order of the file."""
        return strictest(
            [need for part in self.needs if part.is_about(channel, purpose) for need in part.certificates]
        )

    @property
    def all_needs(self) -> tuple[Need, ...]:
        """What somebody needs who may make any contact."""
        return strictest([need for part in self.needs for need in part.certificates])


def strictest(needs: Sequence[Need]) -> tuple[Need, ...]:
    """Each kind once, with the shortest time since it was passed."""
    found: dict[CertificateKind, Need] = {}
    for need in needs:
        known = found.get(need.kind)
        if known is None or _days(need) < _days(known):
            found[need.kind] = need
    return tuple(found.values())


def decode_rules(file: str, text: str) -> StaffRules:
    """The rules of a YAML text; `file` is its name in errors. Raises PackError."""
    document = parse(file, text)
    content: Any = document.content
    try:
        return msgspec.convert(content, StaffRules)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        raise PackError(document.problem(path.strip("`."), what, _REMEDY)) from None


def _days(need: Need) -> float:
    return float("inf") if need.within_days is None else need.within_days
