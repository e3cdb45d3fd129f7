"""The digest of what a pack or calendar says, and the lock that ties each released version to its digest.

Comments, order of names and spelling of the YAML do not count; values left at their defaults are left out, so
that a later version of the schema with more optional fields finds the same digests.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any

import msgspec

from services.compliance.domain.packs.problems import PackError, Problem

_PREFIX = "sha256:"
_FIELDS = 3
_HEADER = "# Released versions of packs and calendars: id, version, digest. Lines are added, never changed.\n"

Released = Mapping[tuple[str, str], str]
"""Digest by id and version."""


def digest_of(document: msgspec.Struct) -> str:
    """`sha256:` and the SHA-256, in hexadecimal, of the canonical JSON of a decoded document."""
    text = json.dumps(_canonical(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _PREFIX + sha256(text.encode()).hexdigest()


def read_lock(file: str, text: str) -> dict[tuple[str, str], str]:
    """The released versions. Raises PackError for a line that is none, or a version given twice."""
    released: dict[tuple[str, str], str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split()
        if len(parts) != _FIELDS or not parts[2].startswith(_PREFIX):
            remedy = "Restore the file from version control; it is only ever appended to"
            raise PackError(Problem(file, "the lock", "not `id version digest`", remedy, number))
        id_, version, digest = parts
        if released.setdefault((id_, version), digest) != digest:
            remedy = "Restore the file from version control; a released version never changes"
            raise PackError(Problem(file, f"{id_} {version}", "locked with two digests", remedy, number))
    return released


def lock_text(found: Iterable[tuple[str, str, str]], text: str) -> str:
    """What has to be appended to a lock that holds `text`, so that it holds the versions found as well."""
    known = read_lock("packs.lock", text)
    new = [f"{id_} {version} {digest}\n" for id_, version, digest in found if (id_, version) not in known]
    if not new:
        return ""
    ends_line = not text or text.endswith("\n")
    return ("" if text else _HEADER) + ("" if ends_line else "\n") + "".join(new)


def lock_problem(file: str, id_: str, version: str, digest: str, released: Released) -> Problem | None:
    """Why a version may not be used: it is not released, or it is not what was released."""
    expected = released.get((id_, version))
    if expected == digest:
        return None
    field = f"{id_} {version}"
    if expected is None:
        what = f"this version is not in packs.lock (its digest is {digest})"
        return Problem(file, field, what, "When it is reviewed, release it with `recoup gate lock`")
    what = f"the content differs from the released version: expected {expected}, found {digest}"
    remedy = "Undo the change, or give it a new `version` and release that with `recoup gate lock`"
    return Problem(file, field, what, remedy)


def _canonical(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        said = {
            field.encode_name: _canonical(content)
            for field in fields
            if (content := getattr(value, field.name)) != _default(field)
        }
        tag = value.__struct_config__.tag
        return {**said, "kind": tag} if isinstance(tag, str) else said
    if isinstance(value, dict):
        return {_canonical(key): _canonical(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [_canonical(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
